package tplctl.host;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.Signature;
import com.jcraft.jsch.jce.AES128GCM;
import com.jcraft.jsch.jce.XDH;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.jar.JarFile;

/**
 * What logging in to a host takes of classes, without a host: cryptography as the SSH library uses it with a server of today, and the
 * library's classes by their names. For the launcher's archive; Java's cryptography alone has two hundred classes for it.
 */
public final class SshRehearsal {
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int X25519_BYTES = 32;

    private SshRehearsal() {}

    /**
     * Nothing is connected to, and no file written.
     *
     * @return false when this Java cannot do some of it, as one that is restricted to certain algorithms; the rest was done
     */
    public static boolean perform() {
        boolean whole = true;
        try {
            login();
        } catch (Exception e) {
            whole = false;
        }
        try {
            loadAll(JSch.class);
            loadAll(SshRehearsal.class);
        } catch (IOException e) {
            whole = false;
        }
        return whole;
    }

    private static void login() throws Exception {
        JSch jsch = new JSch();
        KeyPair pair = KeyPair.genKeyPair(jsch, KeyPair.ED25519);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        pair.writeOpenSSHv1PrivateKey(written, null);
        KeyPair key = KeyPair.load(jsch, written.toByteArray(), null);
        byte[] data = "rehearsal".getBytes(StandardCharsets.UTF_8);
        Signature verifier = key.getVerifier("ssh-ed25519");
        verifier.update(data);
        verifier.verify(key.getSignature(data, "ssh-ed25519"));
        XDH exchange = new XDH();
        exchange.init("X25519", X25519_BYTES);
        exchange.getSecret(exchange.getQ());
        AES128GCM cipher = new AES128GCM();
        cipher.init(com.jcraft.jsch.Cipher.ENCRYPT_MODE, new byte[KEY_BYTES], new byte[NONCE_BYTES]);
        cipher.updateAAD(data, 0, Integer.BYTES);
        cipher.doFinal(data, 0, data.length, new byte[2 * KEY_BYTES + data.length], 0);
    }

    /** Loads what is in the same jar; what cannot be is left out, such as classes for other cryptography libraries. */
    private static void loadAll(Class<?> of) throws IOException {
        String jar = of.getProtectionDomain().getCodeSource().getLocation().getPath();
        if (!jar.endsWith(".jar")) {
            return;
        }
        try (JarFile file = new JarFile(jar)) {
            file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class") && !name.contains("-"))
                    .filter(name -> !name.startsWith("META-INF/"))
                    .forEach(name -> load(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'), of));
        }
    }

    private static void load(String name, Class<?> beside) {
        try {
            Class.forName(name, false, beside.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return;
        }
    }
}
