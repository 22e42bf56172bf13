package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ProgramsTest {
    /** A shell whose stdout has ended, while its stderr is still to come. */
    private record Ended(InputStream out, InputStream err) implements Transport.Running {
        @Override
        public OutputStream in() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public OptionalInt exit(Duration limit) {
            return OptionalInt.of(1);
        }

        @Override
        public void close() {}
    }

    @Test
    void waitsForTheLastWordsOfAProgramWhoseOutputHasEnded() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            PipedOutputStream words = new PipedOutputStream();
            byte[] greeting = (ScriptFrame.STARTED + "\n").getBytes(StandardCharsets.UTF_8);
            Transport.Running shell = new Ended(new ByteArrayInputStream(greeting), new PipedInputStream(words));
            Program program = new Programs("h", () -> shell, threads).start(Script.of("true"), () -> {});
            assertThat(program.stdout().readAllBytes()).isEmpty();

            CompletableFuture<String> last = new CompletableFuture<>();
            Thread asking = new Thread(() -> last.complete(program.lastWords()));
            asking.start();
            while (asking.getState() != Thread.State.TIMED_WAITING && asking.isAlive()) {
                Thread.onSpinWait();
            }
            try (words) {
                words.write("no such class\n".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(last.get(10, TimeUnit.SECONDS)).isEqualTo("\n  no such class");
        } finally {
            threads.shutdownNow();
        }
    }
}
