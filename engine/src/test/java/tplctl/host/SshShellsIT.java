package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.login.Become;
import tplctl.login.Login;
import tplctl.login.Secret;

/** Logins that talk, are slow, or get few sessions, and those that may not become root. */
@Timeout(60)
class SshShellsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String NOISE = "echo Hello; echo there >&2; echo x >>~/logins; sleep 1";
    private static final Optional<Become> ROOT = Optional.of(Become.root());

    private static Lab lab;
    private static SshCase user;

    @BeforeAll
    static void up() {
        lab = Lab.up(
                HostSpec.PLAIN.bashrc(NOISE),
                HostSpec.PLAIN.sh(HostSpec.Sh.TALKATIVE),
                HostSpec.PLAIN.sshd("MaxSessions 3"),
                HostSpec.PLAIN.sudo(HostSpec.Sudo.NOTHING),
                HostSpec.PLAIN.sudo(HostSpec.Sudo.WITH_PASSWORD));
        user = SshCase.of(lab, "");
    }

    @AfterAll
    static void down() {
        user.close();
        lab.close();
    }

    private static Connection connect(int host, String login) {
        Login to = SshCase.login(lab.host(host).address(), "user", login);
        return Connection.over(user.connect(to), login, Optional.empty());
    }

    private static Optional<Become> root(String password) {
        return Optional.of(new Become("root", "sudo", Optional.of(new Secret(password))));
    }

    @Test
    void paysForASlowLoginOnce() {
        lab.host(0).exec("rm -f /root/logins");
        try (Connection connection = connect(0, "root")) {
            Host host = connection.as(Optional.empty());
            for (int i = 0; i < 10; i++) {
                assertThat(host.query("echo " + i, LIMIT)).isEqualTo(new CommandResult(0, i + "\n", ""));
            }
        }
        assertThat(lab.host(0).exec("cat /root/logins")).isEqualTo("x\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "deploy"})
    void neverTakesABannerForAnAnswer(String login) {
        for (int i = 0; i < 2; i++) {
            try (Connection connection = connect(i, login)) {
                Host host = connection.as(ROOT);
                assertThat(host.query("echo out; echo err >&2; id -u", LIMIT))
                        .isEqualTo(new CommandResult(0, "out\n0\n", "err\n"));
                try (HostLock lock = host.lock("ann", Duration.ZERO, waiting -> {})) {
                    assertThat(lock.held()).isTrue();
                    assertThat(host.change("echo changed", LIMIT).stdout()).isEqualTo("changed\n");
                }
                byte[] large = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
                host.put("/mnt/large", large, "0600");
                assertThat(host.read("/mnt/large").orElseThrow()).isEqualTo(large);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "deploy"})
    void worksWithFewSessions(String login) {
        try (Connection connection = connect(2, login)) {
            Host host = connection.as(ROOT);
            try (HostLock lock = host.lock("ann", Duration.ZERO, waiting -> {})) {
                List<CompletableFuture<String>> all = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    Host view = i % 3 == 0 ? connection.as(Optional.empty()) : host;
                    all.add(CompletableFuture.supplyAsync(
                            () -> view.query("sleep 0.05; id -u", LIMIT).stdout()));
                }
                for (int i = 0; i < 12; i++) {
                    String uid = i % 3 == 0 && login.equals("deploy") ? "4321\n" : "0\n";
                    assertThat(all.get(i).join()).isEqualTo(uid);
                }
                host.put("/mnt/large", new byte[100_000], "0600");
                assertThat(lock.held()).isTrue();
            }
        }
    }

    @Test
    void saysWhoMayNotBecomeRoot() {
        try (Connection connection = connect(3, "deploy")) {
            assertThatThrownBy(() -> connection.as(ROOT).query(":", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("sudo wants a password of the login user deploy");
            assertThatThrownBy(() -> connection.as(root(Lab.PASSWORD)).query(":", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining(
                            "the login user deploy may not become root; add to sudoers: deploy ALL=(root) ALL");
            assertThatThrownBy(() -> connection.as(Optional.empty()).lock("ann", Duration.ZERO, waiting -> {}))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining(
                            "cannot write in /run/tplctl; use become (become: true, or -b), or log in as root");
        }
    }

    @Test
    void givesSudoItsPassword() {
        try (Connection connection = connect(4, "deploy")) {
            assertThat(connection.as(root(Lab.PASSWORD)).query("id -u", LIMIT).stdout())
                    .isEqualTo("0\n");
            assertThatThrownBy(() -> connection.as(root("hunter2")).query(":", LIMIT))
                    .hasMessageContaining("the become password is wrong")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
