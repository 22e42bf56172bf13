package tplctl.host;

import com.jcraft.jsch.Identity;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.KeyPair;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.login.Secret;

/** A private key that proves who the user is, in a file or held by ssh-agent. Any number of threads may call it. */
interface SshKey {
    /** What messages call it. */
    String name();

    /** As in {@code ssh-ed25519}. */
    String algorithm();

    /** The public key; empty when it cannot be had without a passphrase that nobody gave. */
    Optional<byte[]> publicKey();

    /** Whether using it may ask the user something. */
    boolean guarded();

    /** The signature; empty when the key cannot be used. */
    Optional<byte[]> sign(byte[] data, String algorithm);

    /** A key that ssh-agent signs with. */
    record Agents(Identity identity, Object lock) implements SshKey {
        @Override
        public String name() {
            return identity.getName() + " in ssh-agent";
        }

        @Override
        public String algorithm() {
            return identity.getAlgName();
        }

        @Override
        public Optional<byte[]> publicKey() {
            return Optional.ofNullable(identity.getPublicKeyBlob());
        }

        @Override
        public boolean guarded() {
            return true;
        }

        @Override
        public Optional<byte[]> sign(byte[] data, String algorithm) {
            synchronized (lock) {
                return Optional.ofNullable(identity.getSignature(data, algorithm));
            }
        }
    }

    /** A key in a file. Its passphrase, if it has one, is asked for when a server takes the key, and once. */
    final class InFile implements SshKey {
        private static final int TRIES = 3;

        private final String path;
        private final KeyPair pair;
        private final Passphrases passphrases;
        private final Object askLock;
        private boolean declined;

        /** @param askLock so that the user is asked one thing at a time */
        InFile(String path, KeyPair pair, Passphrases passphrases, Object askLock) {
            this.path = path;
            this.pair = pair;
            this.passphrases = passphrases;
            this.askLock = askLock;
        }

        @Override
        public String name() {
            return path;
        }

        @Override
        public String algorithm() {
            byte @Nullable [] blob = pair.getPublicKeyBlob();
            // Of a locked key the library knows the type no sooner than unlocked.
            String type = blob == null ? pair.getKeyTypeString() : HostKeyCheck.type(blob);
            return type == null ? "" : type;
        }

        @Override
        public Optional<byte[]> publicKey() {
            byte @Nullable [] blob = pair.getPublicKeyBlob();
            if (blob == null && unlocked()) {
                blob = pair.getPublicKeyBlob();
            }
            return Optional.ofNullable(blob);
        }

        @Override
        public boolean guarded() {
            return pair.isEncrypted();
        }

        @Override
        public Optional<byte[]> sign(byte[] data, String algorithm) {
            return unlocked() ? Optional.ofNullable(pair.getSignature(data, algorithm)) : Optional.empty();
        }

        private boolean unlocked() {
            synchronized (askLock) {
                for (int i = 0; pair.isEncrypted() && !declined && i < TRIES; i++) {
                    Optional<Secret> passphrase = passphrases.ask(path, i > 0);
                    if (passphrase.isEmpty()) {
                        break;
                    }
                    pair.decrypt(passphrase.get().text().getBytes(StandardCharsets.UTF_8));
                }
                declined = pair.isEncrypted();
                return !declined;
            }
        }
    }

    /** Whatever the library says of a key that it cannot use. */
    static String problem(JSchException e) {
        return String.valueOf(e.getMessage()).replace("invalid privatekey", "not a private key");
    }
}
