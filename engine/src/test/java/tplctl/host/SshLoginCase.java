package tplctl.host;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.login.Login;

/** Hosts to log in to, and how a refusal reads. */
abstract class SshLoginCase {
    static Lab lab;

    static String plain;

    static String busy;

    static String closed;

    static String last;

    @BeforeAll
    static void up() {
        lab = Lab.up(
                HostSpec.PLAIN.hostKeys("rsa", "ed25519"),
                HostSpec.PLAIN.sshd("MaxStartups 3:50:5"),
                HostSpec.PLAIN.sshd("AllowTcpForwarding no", "KexAlgorithms sntrup761x25519-sha512@openssh.com"),
                HostSpec.PLAIN);
        plain = lab.host(0).address();
        busy = lab.host(1).address();
        closed = lab.host(2).address();
        last = lab.host(3).address();
    }

    @AfterAll
    static void down() {
        lab.close();
    }

    /** The login, with nothing in the user's configuration, which is read when it is first needed. */
    static Login withoutOtherKeys(SshCase user, Login login) {
        try {
            Files.writeString(user.home.resolve(".ssh/config"), "User root");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return login;
    }

    static long logins() {
        return lab.host(0)
                .sshdLog()
                .lines()
                .filter(l -> l.contains("Accepted publickey"))
                .count();
    }

    interface Task {
        Transport run(int i);
    }

    static List<Transport> parallel(int count, Task task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            List<Future<Transport>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int each = i;
                futures.add(pool.submit(() -> task.run(each)));
            }
            List<Transport> all = new ArrayList<>();
            for (Future<Transport> future : futures) {
                all.add(future.get(60, TimeUnit.SECONDS));
            }
            return all;
        } finally {
            pool.shutdownNow();
        }
    }

    static AbstractThrowableAssert<?, ? extends Throwable> refusal(SshCase user, Login login) {
        return assertThatThrownBy(() -> user.connect(login))
                .isInstanceOf(HostUnreachableException.class)
                .hasMessageStartingWith(login.name() + ": ")
                .hasMessageNotContaining("\tat ");
    }

    static String messageOf(SshCase user, Login login) {
        try {
            user.connect(login);
            throw new AssertionError("it logged in");
        } catch (HostUnreachableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    static String fingerprint(int host, String type) throws IOException {
        byte[] key = java.util.Base64.getDecoder()
                .decode(lab.host(host).publicKey(type).split(" ")[1]);
        try {
            byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(key);
            return "SHA256:"
                    + new String(
                            java.util.Base64.getEncoder().withoutPadding().encode(digest), StandardCharsets.US_ASCII);
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
