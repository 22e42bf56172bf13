package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.login.Login;

/** Whom a login takes for the host: keys that are unknown, changed, hashed, revoked or another name's. */
@Timeout(60)
class SshHostKeyIT extends SshLoginCase {
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
}
