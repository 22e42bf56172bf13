package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
    private final Job job = new Job(answer -> {});

    @TempDir
    Path dir;

    private List<String> warmUp(Path... memories) throws IOException, InterruptedException {
        List<String> fields = List.of(memories).stream().map(Path::toString).toList();
        return Objects.requireNonNull(Commands.all().get("warm-up")).run(job, fields);
    }

    @Test
    void answersNothingWhenAllIsPrepared() throws Exception {
        Path memory = Files.write(dir.resolve("memory"), new byte[8192]);
        assertThat(warmUp()).isEmpty();
        assertThat(warmUp(memory, memory)).isEmpty();
    }

    @Test
    void saysWhichTemplateCannotBeRead() {
        assertThatThrownBy(() -> warmUp(dir.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }

    /** A template that cannot be opened yet holds the warm-up. */
    @Test
    void migrationWaitsForItAndThenGoesOn() throws Exception {
        Path slow = dir.resolve("slow");
        assertThat(new ProcessBuilder("mkfifo", slow.toString()).start().waitFor())
                .isZero();
        Map<String, Command> commands = Commands.all();
        Thread warming = new Thread(() -> {
            try {
                Objects.requireNonNull(commands.get("warm-up")).run(job, List.of(slow.toString()));
            } catch (IOException | InterruptedException e) {
                // Nothing of a pipe is a template.
                return;
            }
        });
        warming.start();
        // It reads the pipe before anybody opens it for writing: this blocks until then.
        while (warming.isAlive() && !isOpening(warming)) {
            Thread.onSpinWait();
        }
        Path qmp = dir.resolve("none");
        CompletableFuture<Throwable> migration = CompletableFuture.supplyAsync(() -> {
            List<String> fields = List.of(
                    "127.0.0.1",
                    "1",
                    Identity.create().encoded(),
                    "c1",
                    qmp.toString(),
                    "full",
                    "/via",
                    "0",
                    "/moving",
                    "/moved",
                    "mark",
                    "1",
                    "1");
            try {
                Objects.requireNonNull(commands.get("migrate-out")).run(new Job(answer -> {}), fields);
                return new AssertionError("it migrated");
            } catch (IOException | InterruptedException e) {
                return e;
            }
        });
        assertThatThrownBy(() -> migration.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(migration.get(20, TimeUnit.SECONDS)).hasMessageContaining("connect to 127.0.0.1 port 1");
        assertThat(warming.isAlive()).isTrue();
        try (FileChannel writer = FileChannel.open(slow, StandardOpenOption.WRITE)) {
            warming.join();
            assertThat(writer.isOpen()).isTrue();
        }
    }

    private static boolean isOpening(Thread warming) {
        return List.of(warming.getStackTrace()).stream()
                .anyMatch(each -> each.getMethodName().equals("open0"));
    }
}
