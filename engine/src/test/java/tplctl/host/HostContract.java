package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Host} does, with files and with programs that are spoken to besides. */
abstract class HostContract extends LockContract {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "it's",
                "two words",
                "a\"b",
                "line\nbreak",
                "grüße €",
                "-rf",
                "$(reboot)",
                "`x`",
                "a\\b",
                "*"
            })
    void putsAndReadsAFileOfAnyName(String name) throws Exception {
        String path = directory.resolve(name).toString();
        byte[] content = {0, 1, (byte) 0xff, '\n', '\'', 0};
        assertThat(host.read(path)).isEmpty();
        host.put(path, content, "0640");
        assertThat(host.read(path).orElseThrow()).isEqualTo(content);
        host.put(path, "x".getBytes(UTF_8), "0600");
        assertThat(host.read(path).orElseThrow()).isEqualTo("x".getBytes(UTF_8));
        assertThat(host.sha256(path)).isEqualTo("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0600", "0400", "0755", "640"})
    void putSetsTheMode(String mode) throws Exception {
        Path file = directory.resolve("file");
        host.put(file.toString(), new byte[0], mode);
        int bits = Integer.parseInt(mode, 8);
        assertThat(query("stat -c %a '" + file + "'").stdout().strip()).isEqualTo(Integer.toOctalString(bits));
    }

    @Test
    void putReplacesAFileInOnePiece() throws Exception {
        Path file = directory.resolve("file");
        host.put(file.toString(), "old".getBytes(UTF_8), "0600");
        try (BufferedReader opened = Files.newBufferedReader(file)) {
            host.put(file.toString(), "new and longer".getBytes(UTF_8), "0600");
            assertThat(opened.readLine())
                    .as("whoever had it open keeps the old one")
                    .isEqualTo("old");
        }
        assertThat(file).hasContent("new and longer");
    }

    @Test
    void aPutThatFailsLeavesNothing() throws Exception {
        Path taken = Files.createDirectory(directory.resolve("taken"));
        Files.createFile(taken.resolve("inside"));
        assertThatThrownBy(() -> host.put(taken.toString(), new byte[1], "0600"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("write " + taken);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(taken);
        }
        assertThatThrownBy(() -> host.put(directory + "/missing/file", new byte[1], "0600"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("no such");
        assertThatThrownBy(() -> host.put(directory + "/file", new byte[1], "rw"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsNothingOnlyWhereThereIsNoFile() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThat(host.read(directory + "/missing/file")).isEmpty();
        assertThatThrownBy(() -> host.read(directory.toString())).isInstanceOf(HostException.class);
        assertThatThrownBy(() -> host.read(file + "/below")).isInstanceOf(HostException.class);
        assertThatThrownBy(() -> host.read("relative")).isInstanceOf(IllegalArgumentException.class);
        assertThat(host.read("/proc/self/comm"))
                .as("a file whose size is said to be 0")
                .isNotEmpty();
    }

    @Test
    void digestsAsSha256sumDoes() throws Exception {
        Path file = directory.resolve("file");
        query("head -c 3000001 /dev/urandom >'" + file + "'; truncate -s 9M '" + file + "'");
        assertThat(query("sha256sum <'" + file + "'").stdout()).isEqualTo(host.sha256(file.toString()) + "  -\n");
        assertThatThrownBy(() -> host.sha256(directory + "/missing"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining(directory + "/missing: ")
                .hasMessageContaining("o such file");
        Fifo fifo = new Fifo(host, directory.resolve("fifo"));
        assertThatThrownBy(() -> host.sha256(fifo.toString())).hasMessageContaining("not a regular file: " + fifo);
    }

    @Test
    void startsAProgramThatIsSpokenTo() throws IOException {
        try (Program program = host.start(Script.of("echo to-you >&2\nexec cat"), () -> {})) {
            program.stdin().write("first\n".getBytes(StandardCharsets.UTF_8));
            assertThat(program.stdout().readNBytes(6))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("first\n");
            program.stdin().write("last".getBytes(StandardCharsets.UTF_8));
            program.endInput();
            assertThat(program.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("last");
            assertThat(program.lastWords()).isEqualTo("\n  to-you");
        }
    }

    @Test
    void leavesAProgramAloneWhenItIsInterruptedAndWhenItsTerminalGoes() throws IOException {
        AtomicInteger told = new AtomicInteger();
        try (Program program =
                host.start(Script.of("kill -s HUP $$\nread -r line\necho \"still $line\""), told::incrementAndGet)) {
            host.interrupt();
            assertThat(told).hasValue(1);
            program.stdin().write("here\n".getBytes(StandardCharsets.UTF_8));
            assertThat(program.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("still here\n");
        }
        host.interrupt();
        assertThat(told).hasValue(1);
    }

    @Test
    void saysWhyAProgramDidNotStart() {
        assertThatThrownBy(() -> host.start(Script.of("if true; then"), () -> {}))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("the shell that was to start it ended")
                .message()
                .contains("\n  ");
    }
}
