package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.login.Login;

class SshConfigTest {
    @TempDir
    private Path home;

    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void makeDirectory() throws IOException {
        Files.createDirectory(home.resolve(".ssh"));
    }

    @Test
    void knowsOpenSshsDefaults() {
        SshTarget target = target("web", "");
        assertThat(target.hostName()).isEqualTo("web");
        assertThat(target.port()).isEqualTo(22);
        assertThat(target.user()).isEqualTo("me");
        assertThat(target.identities())
                .extracting(p -> home.resolve(".ssh").relativize(p).toString())
                .containsExactly("id_ed25519", "id_ecdsa", "id_rsa");
        assertThat(target.knownHosts()).containsExactly(home.resolve(".ssh/known_hosts"));
        assertThat(target.globalKnownHosts()).containsExactly(Path.of("/etc/ssh/ssh_known_hosts"));
        assertThat(target.acceptNew()).isFalse();
        assertThat(target.jumps()).isEmpty();
        assertThat(target.aliveInterval()).isEqualTo(Duration.ofSeconds(15));
        assertThat(target.aliveCount()).isEqualTo(3);
    }

    @Test
    void takesTheFirstValueThatIsForTheHost() {
        SshTarget target =
                target("web1", "Host db*\nUser db\nHost web*\nUser first\nPort 2222\nHost *\nUser last\nPort 1");
        assertThat(target.user()).isEqualTo("first");
        assertThat(target.port()).isEqualTo(2222);
        assertThat(target.keyName()).isEqualTo("[web1]:2222");
    }

    @Test
    void exemptsWhatIsNegated() {
        String text = "Host * !bastion ?\nProxyJump bastion\n";
        assertThat(target("web", text).jumps()).containsExactly("bastion");
        assertThat(target("bastion", text).jumps()).isEmpty();
    }

    @Test
    void writesTheHostNameIntoAnotherOne() {
        assertThat(target("web", "Host web\n  HostName = %h.example.org").hostName())
                .isEqualTo("web.example.org");
    }

    @Test
    void collectsAllKeysAndFillsInTheirTokens() {
        SshTarget target = target(
                "web",
                "Host web\nHostName w.org\nUser u\nIdentityFile ~/a\nIdentityFile %d/%h-%r-%p\nHost *\nIdentityFile \"/b c\"");
        assertThat(target.identities()).containsExactly(home.resolve("a"), home.resolve("w.org-u-22"), Path.of("/b c"));
        assertThat(target.explicit()).isTrue();
    }

    @Test
    void readsIncludedFilesForTheHostsTheyAreIncludedFor() throws IOException {
        Files.createDirectory(home.resolve(".ssh/conf.d"));
        Files.writeString(home.resolve(".ssh/conf.d/1.conf"), "User one\nHost other\nPort 5\n");
        Files.writeString(home.resolve(".ssh/conf.d/2.conf"), "User two\nPort 7\n");
        String text = "Host web\nInclude conf.d/*.conf\nHost *\nPort 9\n";
        assertThat(target("web", text).user()).isEqualTo("one");
        assertThat(target("web", text).port()).isEqualTo(7);
        assertThat(target("other", text).port()).isEqualTo(9);
    }

    @Test
    void understandsMatchByHostAndAll() {
        String text =
                "Host web\nHostName w.org\nMatch host w.org user root\nPort 1\nMatch host w.org\nPort 2\nMatch all\nPort 3";
        assertThat(target("web", text).port()).isEqualTo(2);
        assertThat(target("db", text).port()).isEqualTo(3);
    }

    @Test
    void leavesOutAMatchItDoesNotUnderstandAndSaysSo() {
        assertThat(target("web", "Match exec \"true\"\nPort 5\nMatch all\nPort 6")
                        .port())
                .isEqualTo(6);
        assertThat(notes).anyMatch(n -> n.contains("config line 1: Match exec is not understood"));
    }

    @Test
    void letsTheInventoryWin() {
        Login login = new Login(
                "web",
                Optional.of("10.0.0.1"),
                OptionalInt.of(23),
                Optional.of("admin"),
                Optional.empty(),
                List.of("/k"),
                Map.of("proxyjump", "a,b@c:2", "userknownhostsfile", "/dev/null /x", "stricthostkeychecking", "no"),
                Optional.empty(),
                Login.CONNECT_TIMEOUT,
                0);
        SshTarget target =
                target(login, "Host 10.*\nPort 1\nUser x\nIdentityFile /other\nProxyJump none\nConnectTimeout 3");
        assertThat(target.place()).isEqualTo("admin@10.0.0.1 port 23");
        assertThat(target.identities()).containsExactly(Path.of("/k"), Path.of("/other"));
        assertThat(target.jumps()).containsExactly("a", "b@c:2");
        assertThat(target.knownHosts()).containsExactly(Path.of("/dev/null"), Path.of("/x"));
        assertThat(target.acceptNew()).isTrue();
        assertThat(target.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void readsJumpHostsInAllTheirForms() {
        SshTargets targets = targets("Host a\nHostName a.org\nPort 7\nUser au");
        SshTarget target = targets.of(Login.to("web"));
        assertThat(targets.jump(target, "a").place()).isEqualTo("au@a.org port 7");
        assertThat(targets.jump(target, "b@a:8").place()).isEqualTo("b@a.org port 8");
        assertThat(targets.jump(target, "ssh://u@[fe80::1]:9").place()).isEqualTo("u@fe80::1 port 9");
        assertThatThrownBy(() -> targets.jump(target, "a:b:c")).hasMessageContaining("[user@]host[:port]");
    }

    @Test
    void refusesAProxyCommandAndNamesWhatIsSupported() {
        assertThatThrownBy(() -> target("web", "ProxyCommand nc %h %p"))
                .isInstanceOf(HostUnreachableException.class)
                .hasMessageContaining("web: ProxyCommand is not supported; ProxyJump is");
        assertThat(target("web", "ProxyCommand none").jumps()).isEmpty();
    }

    @Test
    void saysWhereAMistakeIs() {
        assertThatThrownBy(() -> target("web", "\nIdentityFile \"a"))
                .hasMessageContaining("config line 2: a quotation");
        assertThatThrownBy(() -> target("web", "Port many")).hasMessageContaining("port \"many\" for web should be");
        assertThatThrownBy(() -> target("web", "IdentityFile ${TPLCTL_NO_SUCH}/a"))
                .hasMessageContaining("there is no variable TPLCTL_NO_SUCH");
    }

    @Test
    void findsTheAgentThatIsAskedFor() {
        assertThat(target("web", "").agent()).contains(Path.of("/agent"));
        assertThat(target("web", "IdentityAgent none").agent()).isEmpty();
        assertThat(target("web", "IdentityAgent ~/a").agent()).contains(home.resolve("a"));
    }

    private SshTarget target(String name, String config) {
        return target(Login.to(name), config);
    }

    private SshTarget target(Login login, String config) {
        return targets(config).of(login);
    }

    private SshTargets targets(String config) {
        try {
            Files.writeString(home.resolve(".ssh/config"), config);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new SshTargets(home, Map.of("USER", "me", "SSH_AUTH_SOCK", "/agent"), notes::add);
    }
}
