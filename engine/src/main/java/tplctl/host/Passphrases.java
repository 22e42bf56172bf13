package tplctl.host;

import java.util.Optional;
import tplctl.login.Secret;

/** Asks the user for the passphrases of private keys. Called by one thread at a time. */
@FunctionalInterface
public interface Passphrases {
    /**
     * The passphrase of a private key file; empty when there is nobody to ask, or they decline.
     *
     * @param again whether the last answer for this file was wrong
     */
    Optional<Secret> ask(String keyFile, boolean again);

    /** Nobody to ask. */
    static Passphrases none() {
        return (keyFile, again) -> Optional.empty();
    }
}
