package tplctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The private keys that a lab's hosts take. Each is made when it is first asked for. */
public final class LabKeys {
    /** The passphrase of the locked ones. */
    public static final String PASSPHRASE = "open sesame";

    /** What a key is like. */
    public enum Type {
        ED25519("-t ed25519"),
        ECDSA("-t ecdsa"),
        RSA("-t rsa -b 2048"),
        RSA_PEM("-t rsa -b 2048 -m PEM"),
        ED25519_LOCKED("-t ed25519 -N '" + PASSPHRASE + "'"),
        RSA_PEM_LOCKED("-t rsa -b 2048 -m PEM -N '" + PASSPHRASE + "'");

        private final String options;

        Type(String options) {
            this.options = options;
        }
    }

    private final Path directory;

    LabKeys(Path directory) throws IOException {
        this.directory = directory;
        Files.createFile(authorized());
    }

    synchronized Path get(Type type) {
        Path key = directory.resolve("key_" + type);
        if (!Files.exists(key)) {
            make(key, type);
            try {
                Files.writeString(authorized(), Files.readString(Path.of(key + ".pub")), StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return key;
    }

    /** A key that no host takes. */
    public static void make(Path key, Type type) {
        String passphrase = type.options.contains("-N") ? "" : " -N ''";
        Shell.run("ssh-keygen -q " + type.options + passphrase + " -f " + key);
    }

    private Path authorized() {
        return directory.resolve("authorized_keys");
    }
}
