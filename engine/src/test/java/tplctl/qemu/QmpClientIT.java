package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.LocalHost;

/** Against the emulator that is installed here. */
@Timeout(60)
final class QmpClientIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final LocalHost host = new LocalHost("here");
    private List<ProcessHandle> emulator = List.of();

    @BeforeEach
    void start() throws Exception {
        boolean installed = host.query("command -v qemu-system-x86_64", LIMIT).ok();
        assumeTrue(installed, "qemu-system-x86_64 is not installed");
        Process process = new ProcessBuilder(
                        "qemu-system-x86_64",
                        "-machine",
                        "none",
                        "-S",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-qmp",
                        "unix:" + socket() + ",server=on,wait=off")
                .inheritIO()
                .start();
        emulator = List.of(process.toHandle());
    }

    @AfterEach
    void end() throws Exception {
        for (ProcessHandle process : emulator) {
            process.destroyForcibly();
            process.onExit().get(20, TimeUnit.SECONDS);
        }
        host.close();
    }

    private String socket() {
        return directory.resolve("qmp").toString();
    }

    @Test
    void talksToAnEmulatorFromItsStartToItsEnd() throws Exception {
        try (QmpClient client = QmpClient.connect(host.openUnix(socket(), LIMIT), "vm1", LIMIT)) {
            assertThat(client.version().atLeast(4, 1)).isTrue();
            JsonObject status =
                    client.execute("query-status", new JsonObject(), LIMIT).getAsJsonObject();
            assertThat(status.get("running").getAsBoolean()).isFalse();
            assertThatThrownBy(() -> client.execute("no-such-command", new JsonObject(), LIMIT))
                    .isInstanceOfSatisfying(
                            QmpException.class, e -> assertThat(e.errorClass()).isEqualTo("CommandNotFound"));
            List<QmpCommand> many = java.util.Collections.nCopies(100, QmpCommand.of("query-status"));
            assertThat(client.executeAll(many, LIMIT)).hasSize(100).containsOnly((JsonElement) status);

            QmpClient.Mark before = client.mark();
            client.execute("cont", new JsonObject(), LIMIT);
            assertThat(client.awaitEvent(before, e -> e.name().equals("RESUME"), LIMIT)
                            .microseconds())
                    .isPositive();
            client.execute("quit", new JsonObject(), LIMIT);
            assertThatThrownBy(() -> client.awaitEvent(before, e -> false, LIMIT))
                    .isInstanceOf(QmpConnectionException.class)
                    .hasMessageContaining("the emulator closed QMP");
        }
    }

    @Test
    void passesDescriptors() throws Exception {
        Path file = Files.writeString(directory.resolve("state"), "x");
        try (QmpClient client = QmpClient.connect(host.openUnixPassingDescriptors(socket(), LIMIT), "vm1", LIMIT);
                FileInputStream state = new FileInputStream(file.toFile())) {
            Set<String> before = openFiles();
            JsonObject name = new JsonObject();
            name.addProperty("fdname", "state");
            client.executeWithDescriptor("getfd", name, state.getFD(), LIMIT);
            assertThat(before).doesNotContain(file.toString());
            assertThat(openFiles()).contains(file.toString());
            client.execute("closefd", name, LIMIT);
            assertThat(openFiles()).doesNotContain(file.toString());
            assertThatThrownBy(() -> client.execute("getfd", name, LIMIT))
                    .as("each is sent with one command only")
                    .isInstanceOf(QmpException.class);
        }
    }

    private Set<String> openFiles() {
        long pid = emulator.get(0).pid();
        String listing = host.query("for fd in /proc/" + pid + "/fd/*; do readlink \"$fd\"; done", LIMIT)
                .stdout();
        return new TreeSet<>(listing.lines().toList());
    }
}
