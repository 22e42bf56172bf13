package tplctl.login;

import java.util.Optional;

/**
 * Work as another user.
 *
 * @param user whose rights it takes, {@code root} as a rule
 * @param exe the sudo(8) to use: a name in the host's PATH or an absolute path
 * @param password for sudo; empty where it asks for none
 */
public record Become(String user, String exe, Optional<Secret> password) {
    /** As root, through the sudo in PATH, which asks for no password. */
    public static Become root() {
        return new Become("root", "sudo", Optional.empty());
    }
}
