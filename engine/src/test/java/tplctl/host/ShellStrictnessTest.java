package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts, login shells and strangers on a host do, and what must not come of it. */
@Timeout(60)
@ParameterizedClass
@ValueSource(strings = {"dash", "bash", "busybox sh"})
final class ShellStrictnessTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String shell;
    private Host host = new FakeHost("not connected");

    @TempDir
    Path directory;

    ShellStrictnessTest(String shell) {
        this.shell = shell;
    }

    @BeforeEach
    void open() {
        host = ShellHostTest.host(shell, directory.resolve("locks"));
    }

    @AfterEach
    void close() {
        host.close();
    }

    private Host behind(String profile, Duration answerLimit) {
        Transport plain = new ProcessTransport("here");
        Transport noisy = new Noisy(plain, profile);
        ShellHost.Settings settings = new ShellHost.Settings(
                shell, directory.resolve("locks").toString(), Optional.empty(), Optional.empty(), answerLimit);
        return new ShellHost(noisy, new Sessions(noisy), settings, noisy::close);
    }

    @Test
    void dropsWhatALoginPrintsFirst() {
        String profile = "echo Welcome; head -c 3000000 /dev/zero; echo motd >&2; head -c 3000000 /dev/zero >&2; ";
        try (Host noisy = behind(profile, LIMIT)) {
            assertThat(noisy.query("echo out; echo err >&2", LIMIT)).isEqualTo(new CommandResult(0, "out\n", "err\n"));
        }
    }

    @Test
    void saysWhatALoginPrintedThatIsNoShell() {
        try (Host none = behind("echo This account is not available; exit 1; ", LIMIT)) {
            assertThatThrownBy(() -> none.query(":", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("with exit 1 instead of starting \"" + shell + "\"")
                    .hasMessageContaining("This account is not available");
        }
        try (Host silent = behind("echo Choose: 1, 2; exec cat >/dev/null; ", Duration.ofMillis(300))) {
            assertThatThrownBy(() -> silent.query(":", LIMIT))
                    .isInstanceOf(HostTimeoutException.class)
                    .hasMessageContaining("does not answer within 300 ms")
                    .hasMessageContaining("Choose: 1, 2");
        }
    }

    @Test
    void survivesHostileScripts() {
        for (String hostile : List.of(
                "exit 3",
                "exec true",
                "echo 'unbalanced",
                "cat <<EOF\nno end",
                "if true; then",
                ") } done",
                "set -e; false",
                "trap 'exit 9' EXIT",
                "exec >&- 2>&- <&-",
                "exec 3>&- 4>&- 5>&- 6>&-",
                "kill -s KILL $$",
                "cat; read -r x",
                "printf '\\n%s E 1 0\\n' 0123456789abcdef0123456789abcdef; printf '\\nR 1\\n'",
                "tplctl_text=x; tplctl_run() { :; }; unset PATH",
                "printf '1 2 3'")) {
            host.query(hostile, LIMIT);
            assertThat(host.query("printf 'a\\n\\n'; printf err >&2; exit 5", LIMIT))
                    .as("after: %s", hostile)
                    .isEqualTo(new CommandResult(5, "a\n\n", "err"));
        }
    }

    @Test
    void aLateWriterDoesNotSpoilTheNextAnswer() {
        Path alive = directory.resolve("alive");
        host.query(
                "{ for i in 1 2 3 4 5 6 7 8 9; do echo late; echo late >&2; sleep 0.1; done; echo >'" + alive
                        + "'; } & setsid sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo later; sleep 0.1; done' & echo early",
                LIMIT);
        for (int i = 0; i < 40 || !Files.exists(alive); i++) {
            assertThat(host.query("echo " + i, LIMIT)).isEqualTo(new CommandResult(0, i + "\n", ""));
        }
        assertThat(alive).as("it was not ended by SIGPIPE").exists();
    }

    @Test
    void saysWhenSomethingEndsTheShellThatWaits() {
        assertThatThrownBy(() -> host.query("kill -s KILL $PPID", LIMIT))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("something on the host ended the shell");
        assertThat(host.query("echo again", LIMIT).stdout()).isEqualTo("again\n");
    }

    @Test
    void opensAnotherShellForOneThatWasKilledWhileIdle() {
        host.query(":", LIMIT);
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        assertThat(host.query("echo again", LIMIT).stdout()).isEqualTo("again\n");
    }

    @Test
    void runsFiftyAtOnceOnEightShells() {
        Set<Long> others = children();
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int n = i;
            all.add(CompletableFuture.supplyAsync(
                    () -> host.query("echo " + n + "; ps -o pid= >/dev/null", LIMIT)
                            .stdout(),
                    task -> new Thread(task).start()));
        }
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).join()).isEqualTo(i + "\n");
        }
        Set<Long> shells = children();
        shells.removeAll(others);
        assertThat(shells).hasSizeBetween(1, 8);
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void putsAFileOfAnySize() throws Exception {
        byte[] content = new byte[5_000_001];
        new Random(1).nextBytes(content);
        Path file = directory.resolve("large");
        host.put(file.toString(), content, "0640");
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        assertThat(host.query("stat -c %a '" + file + "'", LIMIT).stdout()).isEqualTo("640\n");
        assertThat(host.read(file.toString()).orElseThrow()).isEqualTo(content);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void replacesALinkAndDoesNotFollowIt() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        host.put(link.toString(), "x".getBytes(UTF_8), "0600");
        assertThat(link).isRegularFile().hasContent("x");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void theSecretIsInNoArgumentListWhileAScriptRuns() {
        Script script = new Script(": hunter3; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'hun[t]er3'", "***");
        assertThat(host.query(script, LIMIT).stdout()).isEqualTo("0\n");
    }

    /** A login whose start-up files do something first. */
    private record Noisy(Transport plain, String profile) implements Transport {
        @Override
        public String host() {
            return plain.host();
        }

        @Override
        public Running start(String command) {
            return plain.start(profile + command);
        }

        @Override
        public Duplex openUnix(String socketPath, Duration patience) {
            return plain.openUnix(socketPath, patience);
        }

        @Override
        public Duplex openTcp(String address, int port, Duration limit) {
            return plain.openTcp(address, port, limit);
        }

        @Override
        public boolean connected() {
            return plain.connected();
        }

        @Override
        public String ending() {
            return plain.ending();
        }

        @Override
        public void close() {
            plain.close();
        }
    }
}
