package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.lab.LabKeys;
import tplctl.login.Login;
import tplctl.login.Secret;

/** Logging in to real servers: keys, passwords, host keys, jump hosts, and what is said when it does not work. */
@Timeout(60)
class SshLoginIT {
    private static Lab lab;
    private static String plain;
    private static String busy;
    private static String closed;
    private static String last;

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

    @ParameterizedTest
    @EnumSource(
            value = LabKeys.Type.class,
            names = {"ED25519", "ECDSA", "RSA", "RSA_PEM"})
    void logsInWithEachTypeOfKey(LabKeys.Type type) {
        try (SshCase user = SshCase.of(lab, "IdentityFile " + lab.key(type) + "\nIdentitiesOnly yes")) {
            assertThat(SshCase.run(user.connect(plain), "id -un")).isEqualTo("root");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LabKeys.Type.class,
            names = {"ED25519_LOCKED", "RSA_PEM_LOCKED"})
    void asksOnceForThePassphraseOfAKeyThatServersTake(LabKeys.Type type) {
        AtomicInteger asked = new AtomicInteger();
        Passphrases answers = (file, again) -> {
            asked.incrementAndGet();
            return Optional.of(new Secret(again ? LabKeys.PASSPHRASE : "wrong"));
        };
        try (SshCase user = SshCase.of(lab, "", Map.of(), answers)) {
            Login login = SshCase.login(plain, "identityfile", "/nowhere " + lab.key(type));
            assertThat(SshCase.run(user.connect(withoutOtherKeys(user, login)), "echo in"))
                    .isEqualTo("in");
            user.connect(SshCase.login(busy, "identityfile", lab.key(type).toString()));
            assertThat(asked).hasValue(2);
            assertThat(user.log).noneMatch(l -> l.contains(LabKeys.PASSPHRASE));
        }
    }

    /** The login, with nothing in the user's configuration, which is read when it is first needed. */
    private static Login withoutOtherKeys(SshCase user, Login login) {
        try {
            Files.writeString(user.home.resolve(".ssh/config"), "User root");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return login;
    }

    @Test
    void saysThatALockedKeyBelongsIntoTheAgent() {
        Path key = lab.key(LabKeys.Type.ED25519_LOCKED);
        try (SshCase user = SshCase.of(lab, "")) {
            refusal(user, withoutOtherKeys(user, SshCase.login(plain, "identityfile", key.toString())))
                    .hasMessageContaining("root@" + plain + " port 22 refuses the login: tried " + key)
                    .hasMessageContaining("give the key to ssh-agent with `ssh-add " + key + "`");
        }
    }

    @Test
    void logsInWithTheAgentsKeys() throws Exception {
        Path socket = lab.directory().resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).start();
        try {
            String ask = lab.directory().resolve("ask").toString();
            Files.writeString(Path.of(ask), "#!/bin/sh\necho '" + LabKeys.PASSPHRASE + "'\n");
            Path.of(ask).toFile().setExecutable(true);
            while (!Files.exists(socket)) {
                Thread.onSpinWait();
            }
            ProcessBuilder add = new ProcessBuilder(
                    "setsid", "ssh-add", lab.key(LabKeys.Type.ED25519_LOCKED).toString());
            add.environment()
                    .putAll(Map.of(
                            "SSH_AUTH_SOCK", socket.toString(), "SSH_ASKPASS", ask, "SSH_ASKPASS_REQUIRE", "force"));
            assertThat(add.start().waitFor()).isZero();
            try (SshCase user = SshCase.of(
                    lab, "IdentitiesOnly no", Map.of("SSH_AUTH_SOCK", socket.toString()), Passphrases.none())) {
                Login login = withoutOtherKeys(user, Login.to(plain));
                assertThat(SshCase.run(user.connect(login), "id -un")).isEqualTo("root");
                // The locked file itself is asked for, and the agent has it.
                Login named = SshCase.login(
                        busy,
                        "identitiesonly",
                        "yes",
                        "identityfile",
                        lab.key(LabKeys.Type.ED25519_LOCKED).toString());
                assertThat(SshCase.run(user.connect(named), "id -un")).isEqualTo("root");
            }
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }

    @Test
    void logsInWithAPassword() {
        try (SshCase user = SshCase.of(lab, "")) {
            Login login = SshCase.login(
                    plain, Optional.of(new Secret(Lab.PASSWORD)), "user", "deploy", "identityfile", "none");
            assertThat(SshCase.run(user.connect(withoutOtherKeys(user, login)), "id -un"))
                    .isEqualTo("deploy");
            refusal(
                            user,
                            SshCase.login(
                                    plain, Optional.of(new Secret("guess")), "user", "deploy", "identityfile", "none"))
                    .hasMessageContaining("Is it the right password for deploy?")
                    .hasMessageNotContaining("guess");
            assertThat(user.log).noneMatch(l -> l.contains(Lab.PASSWORD));
        }
    }

    @Test
    void saysWhichKeysWereTriedForWhom() {
        Path key = lab.directory().resolve("stranger");
        LabKeys.make(key, LabKeys.Type.ED25519);
        try (SshCase user = SshCase.of(lab, "")) {
            refusal(user, withoutOtherKeys(user, SshCase.login(plain, "identityfile", key + " /no/such")))
                    .hasMessageContaining("root@" + plain + " port 22 refuses the login: tried " + key)
                    .hasMessageContaining("no ssh-agent")
                    .hasMessageContaining("the server takes publickey,password")
                    .hasMessageContaining("~root/.ssh/authorized_keys");
            refusal(user, SshCase.login(busy, "user", "nobody", "identityfile", "none"))
                    .hasMessageContaining("nobody@" + busy + " port 22 refuses the login: no key was offered");
        }
    }

    @Test
    void refusesAnUnknownHostKeyWithTheCommandThatAddsIt() throws Exception {
        try (SshCase user = SshCase.of(lab, "UserKnownHostsFile ~/empty")) {
            String message = messageOf(user, Login.to(plain));
            assertThat(message)
                    .contains(fingerprint(0, "ed25519"))
                    .contains("ssh-keyscan -t ed25519 -p 22 " + plain + " >> " + user.home + "/empty");
            String command = message.substring(message.indexOf("ssh-keyscan"));
            assertThat(new ProcessBuilder("sh", "-c", command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor())
                    .isZero();
        }
    }

    @Test
    void addsANewHostKeyButNoChangedOne() throws IOException {
        try (SshCase user = SshCase.of(lab, "UserKnownHostsFile ~/new/known\nStrictHostKeyChecking accept-new")) {
            assertThat(SshCase.run(user.connect(plain), "echo in")).isEqualTo("in");
            assertThat(user.home.resolve("new/known"))
                    .hasContent(plain + " " + lab.host(0).publicKey("ed25519") + "\n");
        }
        try (SshCase user = SshCase.of(lab, "UserKnownHostsFile ~/old\nStrictHostKeyChecking accept-new")) {
            Files.writeString(
                    user.home.resolve("old"), plain + " " + lab.host(1).publicKey("ed25519") + "\n");
            refusal(user, Login.to(plain))
                    .hasMessageContaining("its host key has changed: it shows ED25519 " + fingerprint(0, "ed25519"))
                    .hasMessageContaining("old line 1 has ED25519 " + fingerprint(1, "ed25519"))
                    .hasMessageContaining("ssh-keygen -f " + user.home + "/old -R " + plain);
            assertThat(user.home.resolve("old"))
                    .hasContent(plain + " " + lab.host(1).publicKey("ed25519") + "\n");
        }
    }

    @Test
    void asksForTheTypeOfKeyThatIsKnown() throws IOException {
        try (SshCase user = SshCase.of(lab, "UserKnownHostsFile ~/rsa")) {
            Files.writeString(
                    user.home.resolve("rsa"), plain + " " + lab.host(0).publicKey("rsa") + "\n");
            assertThat(SshCase.run(user.connect(plain), "echo in")).isEqualTo("in");
        }
    }

    @Test
    void knowsHashedNames() throws Exception {
        try (SshCase user = SshCase.of(lab, "")) {
            assertThat(new ProcessBuilder(
                                    "ssh-keygen",
                                    "-q",
                                    "-H",
                                    "-f",
                                    user.knownHosts().toString())
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(Files.readString(user.knownHosts()))
                    .doesNotContain(plain)
                    .contains("|1|");
            assertThat(SshCase.run(user.connect(plain), "echo in")).isEqualTo("in");
        }
    }

    @Test
    void refusesARevokedHostKey() throws IOException {
        try (SshCase user = SshCase.of(lab, "")) {
            Files.writeString(
                    user.knownHosts(),
                    "@revoked * " + lab.host(0).publicKey("ed25519") + "\n",
                    StandardOpenOption.APPEND);
            refusal(user, Login.to(plain)).hasMessageContaining("is marked @revoked in " + user.knownHosts() + " line");
        }
    }

    @Test
    void looksAnAliasUpInsteadOfTheAddress() throws IOException {
        try (SshCase user = SshCase.of(lab, "HostKeyAlias web\nUserKnownHostsFile ~/alias")) {
            refusal(user, Login.to(plain)).hasMessageContaining("echo 'web ssh-ed25519 AAAA");
            Files.writeString(user.home.resolve("alias"), "web " + lab.host(0).publicKey("ed25519") + "\n");
        }
    }

    @Test
    void goesThroughOneJumpHostOrSeveral() {
        try (SshCase user = SshCase.of(lab, "Host " + busy + "\nProxyJump " + plain)) {
            assertThat(SshCase.run(user.connect(busy), "echo $SSH_CONNECTION")).startsWith(plain + " ");
            Login twice = SshCase.login(last, "proxyjump", "root@" + plain + ":22," + busy);
            assertThat(SshCase.run(user.connect(twice), "echo $SSH_CONNECTION")).startsWith(busy + " ");
        }
    }

    @Test
    void logsInToAJumpHostOnceForAllWhoShareIt() throws Exception {
        long before = logins();
        try (SshCase user = SshCase.of(lab, "Host " + busy + "\nProxyJump " + plain)) {
            List<Transport> all = parallel(12, i -> user.connect(busy));
            assertThat(all).allMatch(Transport::connected);
            assertThat(logins() - before).isEqualTo(1);
        }
    }

    @Test
    void saysThatAJumpHostMayNotForward() {
        try (SshCase user = SshCase.of(lab, "")) {
            refusal(user, SshCase.login("127.0.0.9", "proxyjump", plain)).hasMessageContaining("127.0.0.9: ");
            refusal(user, SshCase.login(plain, "proxyjump", "10.255.255.1:1", "connecttimeout", "1"))
                    .hasMessageContaining("its jump host 10.255.255.1 cannot be reached");
            refusal(user, SshCase.login("web", "proxyjump", "loop"))
                    .hasMessageContaining("there is no address for the name \"loop\"");
        }
        try (SshCase user = SshCase.of(lab, "Host *\nProxyJump " + plain)) {
            refusal(user, Login.to(busy)).hasMessageContaining("ProxyJump leads back to where it came from");
        }
    }

    @Test
    void saysWhyThereIsNoConnection() {
        try (SshCase user = SshCase.of(lab, "")) {
            refusal(user, Login.to("no.such.host.invalid"))
                    .hasMessage("no.such.host.invalid: there is no address for the name \"no.such.host.invalid\"; "
                            + "give the host one with ansible_host, HostName or in /etc/hosts");
            refusal(user, SshCase.login(plain, "port", "9"))
                    .hasMessageContaining(plain + " port 9 refuses connections; is sshd running there");
            refusal(user, Login.to(closed))
                    .hasMessageContaining("there is no kex algorithm that both sides know")
                    .hasMessageContaining("sntrup761x25519-sha512@openssh.com")
                    .hasMessageContaining("Java 24");
        }
    }

    @Test
    void getsManyLoginsThroughAServerThatDropsThem() throws Exception {
        try (SshCase user = SshCase.of(lab, "")) {
            List<Transport> all = parallel(30, i -> user.connect(busy));
            assertThat(all).hasSize(30).allMatch(Transport::connected);
        }
    }

    private static long logins() {
        return lab.host(0)
                .sshdLog()
                .lines()
                .filter(l -> l.contains("Accepted publickey"))
                .count();
    }

    private interface Task {
        Transport run(int i);
    }

    private static List<Transport> parallel(int count, Task task) throws Exception {
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

    private static AbstractThrowableAssert<?, ? extends Throwable> refusal(SshCase user, Login login) {
        return assertThatThrownBy(() -> user.connect(login))
                .isInstanceOf(HostUnreachableException.class)
                .hasMessageStartingWith(login.name() + ": ")
                .hasMessageNotContaining("\tat ");
    }

    private static String messageOf(SshCase user, Login login) {
        try {
            user.connect(login);
            throw new AssertionError("it logged in");
        } catch (HostUnreachableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String fingerprint(int host, String type) throws IOException {
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
