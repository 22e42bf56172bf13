package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tplctl.lab.Lab;
import tplctl.lab.LabKeys;
import tplctl.login.Login;
import tplctl.login.Secret;

/** Logging in to real servers: keys, passwords, host keys, jump hosts, and what is said when it does not work. */
@Timeout(60)
class SshLoginIT extends SshLoginCase {
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
}
