package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AgentTest {
    private OutputStream control = OutputStream.nullOutputStream();
    private InputStream answers = InputStream.nullInputStream();
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch committed = new CountDownLatch(1);
    private CompletableFuture<Void> ended = new CompletableFuture<>();

    @BeforeEach
    void start() throws IOException {
        Map<String, Command> commands = Map.of(
                "echo", (job, fields) -> fields,
                "wait",
                        (job, fields) -> {
                            go.await();
                            return List.of("went");
                        },
                "commit",
                        (job, fields) -> {
                            job.commit();
                            committed.countDown();
                            go.await();
                            return List.of("went");
                        },
                "count",
                        (job, fields) -> {
                            for (int i = 0; i < 1000; i++) {
                                job.progress(i, 1000);
                            }
                            return List.of();
                        },
                "fail",
                        (job, fields) -> {
                            throw new RelayException(RelayException.Code.NO_SPACE, "it is full; make room");
                        },
                "break",
                        (job, fields) -> {
                            throw new IllegalStateException("a bug");
                        });
        Pipe in = Pipe.open();
        Pipe out = Pipe.open();
        control = Channels.newOutputStream(in.sink());
        answers = Channels.newInputStream(out.source());
        Agent agent = new Agent(Channels.newInputStream(in.source()), Channels.newOutputStream(out.sink()), commands);
        ended = CompletableFuture.runAsync(() -> {
            try {
                agent.run();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(line()).isEqualTo("tplctl-relay 1");
    }

    @AfterEach
    void end() throws Exception {
        go.countDown();
        control.close();
        ended.get(20, TimeUnit.SECONDS);
    }

    private void say(String line) throws IOException {
        control.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        control.flush();
    }

    private String line() throws IOException {
        return Lines.next(answers).orElseThrow();
    }

    @Test
    void answersWithTheJobsId() throws IOException {
        say("a%20b echo x %");
        assertThat(line()).isEqualTo("a%20b ok x %");
    }

    @Test
    void runsJobsBesideEachOther() throws IOException {
        say("1 wait");
        say("2 echo x");
        assertThat(line()).isEqualTo("2 ok x");
        say("1 echo x");
        assertThat(line()).startsWith("1 error usage a%20job%20with%20this%20id");
        go.countDown();
        assertThat(line()).isEqualTo("1 ok went");
        say("1 echo again");
        assertThat(line()).isEqualTo("1 ok again");
    }

    @Test
    void saysWhatWentWrong() throws IOException {
        say("1 fail");
        assertThat(line()).isEqualTo("1 error no-space it%20is%20full%3B%20make%20room");
        say("2 break");
        assertThat(Fields.parse(line()))
                .containsSequence("2", "error", "io")
                .last()
                .asString()
                .contains("a bug");
        say("3 dance");
        assertThat(Fields.parse(line()))
                .containsExactly(
                        "3",
                        "error",
                        "usage",
                        "unknown command dance; there are break, cancel, commit, count, echo, fail, wait");
        say("4 %z");
        assertThat(Fields.parse(line())).startsWith("?", "error", "usage");
    }

    @Test
    void tellsProgressAtMostFourTimesASecond() throws IOException {
        say("1 count");
        assertThat(line()).isEqualTo("1 progress 0 1000");
        assertThat(line()).isEqualTo("1 ok");
    }

    @Test
    void cancelsAJobThatWaits() throws IOException {
        say("1 wait");
        say("2 cancel 1");
        assertThat(List.of(line(), line()))
                .containsExactlyInAnyOrder("2 ok yes", "1 error cancelled the%20job%20was%20cancelled");
        say("3 cancel 1");
        assertThat(line()).isEqualTo("3 ok no");
    }

    @Test
    void doesNotCancelAJobPastItsPointOfNoReturn() throws Exception {
        say("1 commit");
        assertThat(committed.await(20, TimeUnit.SECONDS)).isTrue();
        say("2 cancel 1");
        assertThat(line()).isEqualTo("2 ok no");
        go.countDown();
        assertThat(line()).isEqualTo("1 ok went");
    }

    @Test
    void endsWithItsInputAfterCancelling() throws Exception {
        say("1 wait");
        control.close();
        assertThat(line()).startsWith("1 error cancelled");
        ended.get(20, TimeUnit.SECONDS);
    }

    @Test
    void outlivesItsInputForAJobPastItsPointOfNoReturn() throws Exception {
        say("1 commit");
        say("2 wait");
        assertThat(committed.await(20, TimeUnit.SECONDS)).isTrue();
        control.close();
        assertThat(line()).startsWith("2 error cancelled");
        assertThat(ended).isNotDone();
        go.countDown();
        assertThat(line()).isEqualTo("1 ok went");
        ended.get(20, TimeUnit.SECONDS);
    }
}
