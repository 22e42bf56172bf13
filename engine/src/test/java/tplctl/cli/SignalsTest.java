package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real signals while a command runs. */
@Timeout(60)
class SignalsTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143", "HUP,129"})
    void theFirstLetsWhatRunsEnd(String signal, int exit) {
        Tplctl tplctl = new Tplctl(dir);
        CountDownLatch stopped = new CountDownLatch(1);
        tplctl.session.onStop = stopped::countDown;
        tplctl.session.during = () -> {
            send(signal);
            await(stopped);
            return true;
        };
        Tplctl.Result result = tplctl.run("apply", playbook(tplctl)).exits(exit);
        assertThat(result.err())
                .contains("stopping: localhost:notes.a has 10 s to end; interrupt again to end it at once\n");
        assertThat(result.out()).contains("Interrupted.\n").contains("localhost : ok=1 changed=1");
        assertThat(tplctl.session.asked).contains("stop").doesNotContain("interrupt");
        assertThat(tplctl.session.closed).isTrue();
    }

    @Test
    void theSecondEndsWhatRuns() {
        Tplctl tplctl = new Tplctl(dir);
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        tplctl.session.onStop = stopped::countDown;
        tplctl.session.onInterrupt = ended::countDown;
        tplctl.session.during = () -> {
            send("TERM");
            await(stopped);
            send("INT");
            await(ended);
            return true;
        };
        Tplctl.Result result =
                tplctl.run("apply", "-o", "json", playbook(tplctl)).exits(143);
        assertThat(result.err()).containsSubsequence("stopping: localhost:notes.a", "ending what runs");
        assertThat(result.out()).contains("\"interrupted\": true");
        assertThat(tplctl.session.asked.subList(2, 4)).isEqualTo(List.of("stop", "interrupt"));
    }

    private static String playbook(Tplctl tplctl) {
        return tplctl.write("site.yml", "- hosts: localhost\n  notes: { a: { text: hello } }\n");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS))
                    .as("the signal was heard")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(String signal) {
        try {
            Process kill = new ProcessBuilder(
                            "kill",
                            "-" + signal,
                            Long.toString(ProcessHandle.current().pid()))
                    .start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
