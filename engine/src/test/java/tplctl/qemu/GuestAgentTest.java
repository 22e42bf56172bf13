package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.host.HostInterruptedException;

/** Against an agent that does as the real one does, and against some that do not. */
@Timeout(60)
class GuestAgentTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir
    Path socket;

    @FunctionalInterface
    private interface Conversation {
        void with(GuestAgent agent);
    }

    private void talk(FakeAgent.Script script, Conversation conversation) throws IOException {
        try (FakeAgent fake = new FakeAgent(socket, script)) {
            try (GuestAgent agent = new GuestAgent(fake.open(), "h1")) {
                conversation.with(agent);
            }
        }
    }

    @Test
    void isAwaitedAndAnswers() throws IOException {
        List<JsonElement> answers = new ArrayList<>();
        talk(
                fake -> {
                    fake.synchronize();
                    assertThat(fake.next()).hasToString("{\"execute\":\"guest-get-osinfo\"}");
                    fake.say("{\"return\": {\"id\": \"debian\"}}\n");
                },
                agent -> {
                    agent.await(LONG);
                    answers.add(agent.execute("guest-get-osinfo", new JsonObject(), LONG));
                });
        assertThat(answers).hasToString("[{\"id\":\"debian\"}]");
    }

    @Test
    void dropsWhatWasMeantForAnEarlierClient() throws IOException {
        talk(
                fake -> {
                    long token = fake.nextToken();
                    fake.say("{\"return\": {\"pid\": 302}}\n");
                    fake.say("not even JSON\n[]\n\n");
                    fake.say("{\"return\": " + token + "}\n"); // without the sentinel it is somebody else's
                    fake.say(AgentReader.SENTINEL);
                    fake.say("{\"return\": " + (token ^ 1) + "}\n");
                    fake.say("{\"return\": {\"half\": ");
                    fake.synchronize(token);
                    fake.next();
                    fake.say("{\"return\": 7}\n");
                },
                agent -> {
                    agent.await(LONG);
                    assertThat(agent.execute("guest-ping", new JsonObject(), LONG)
                                    .getAsInt())
                            .isEqualTo(7);
                });
    }

    @Test
    void readsALineThatComesInPieces() throws IOException {
        talk(
                fake -> {
                    long token = fake.nextToken();
                    fake.say(AgentReader.SENTINEL);
                    for (char c : ("{\"return\": " + token + "}").toCharArray()) {
                        fake.say(c);
                    }
                    fake.say("\n");
                    fake.next();
                    fake.say("{\"return\": \"h\u00e9");
                    fake.say("llo\"}\n");
                },
                agent -> {
                    agent.await(LONG);
                    assertThat(agent.execute("guest-ping", new JsonObject(), LONG)
                                    .getAsString())
                            .isEqualTo("h\u00e9llo");
                });
    }

    @Test
    void saysThatTheAgentIsSilent() throws IOException {
        talk(
                FakeAgent::awaitClose,
                agent -> assertThatThrownBy(() -> agent.await(SHORT))
                        .isInstanceOf(GuestAgentException.class)
                        .hasMessage("it did not answer within 200ms; is qemu-guest-agent installed in the guest, and"
                                + " running?"));
    }

    @Test
    void isNotTakenForAnsweringByWhatItSaysOfItself() throws IOException {
        talk(
                fake -> {
                    fake.say(FakeAgent.COMPLAINT);
                    fake.awaitClose();
                },
                agent -> assertThatThrownBy(() -> agent.await(SHORT))
                        .hasMessageContaining("did not answer within 200ms"));
    }

    @Test
    void saysThatACommandWasNotAnswered() throws IOException {
        talk(
                fake -> {
                    fake.synchronize();
                    fake.next();
                    fake.say("{\"return\": ");
                    fake.awaitClose();
                },
                agent -> {
                    agent.await(LONG);
                    assertThatThrownBy(() -> agent.execute("guest-ping", new JsonObject(), SHORT))
                            .hasMessage("it did not answer guest-ping within 200ms");
                });
    }

    @Test
    void saysThatTheEmulatorIsGone() throws IOException {
        talk(
                FakeAgent::nextToken,
                agent -> assertThatThrownBy(() -> agent.await(LONG)).hasMessage("the emulator closed its channel"));
    }

    @Test
    void saysWhatWasRefusedAndWhatMayBeDoneAboutIt() throws IOException {
        talk(
                fake -> {
                    fake.synchronize();
                    fake.next();
                    fake.say(
                            "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Command guest-exec has been disabled\"}}\n");
                    fake.next();
                    fake.say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"No such file\"}}\n");
                },
                agent -> {
                    agent.await(LONG);
                    assertThatThrownBy(() -> agent.run(List.of("/bin/sh"), LONG))
                            .hasMessageStartingWith(
                                    "it refused guest-exec: Command guest-exec has been disabled (CommandNotFound): the"
                                            + " agent is too old, or told not to do that");
                    assertThatThrownBy(() -> agent.run(List.of("/bin/sh"), LONG))
                            .hasMessage("it refused guest-exec: No such file (GenericError)");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nonsense                              | it answered guest-exec with something else than JSON
                    [1]                                   | it answered guest-exec with something else than JSON
                    {"event": 1}                          | its answer to guest-exec has neither a "return" nor an "error"
                    {"return": 5}                         | it answered 5, which is no object
                    {"return": {}}                        | "pid" in its answer is no number
                    {"return": {"pid": [1]}}              | "pid" in its answer is no number
                    """)
    void refusesAnAnswerThatIsNone(String answer, String problem) throws IOException {
        talk(
                fake -> {
                    fake.synchronize();
                    fake.next();
                    fake.say(answer + "\n");
                },
                agent -> {
                    agent.await(LONG);
                    assertThatThrownBy(() -> agent.run(List.of("/bin/sh"), LONG))
                            .isInstanceOf(GuestAgentException.class)
                            .hasMessage(problem);
                });
    }

    @Test
    void runsAProgramToItsEnd() throws IOException {
        List<JsonObject> asked = new ArrayList<>();
        talk(
                fake -> {
                    fake.synchronize();
                    asked.add(fake.execute(3, "sh: no\n"));
                },
                agent -> {
                    agent.await(LONG);
                    assertThat(agent.run(List.of("/bin/sh", "-c", "a 'b'"), LONG))
                            .isEqualTo(new GuestAgent.Ended(3, "", "sh: no\n"));
                });
        assertThat(asked).hasToString("[{\"path\":\"/bin/sh\",\"arg\":[\"-c\",\"a 'b'\"],\"capture-output\":true}]");
    }

    @Test
    void saysThatAProgramWasEndedByASignalOrNotAtAll() throws IOException {
        talk(
                fake -> {
                    fake.synchronize();
                    fake.expect("guest-exec");
                    fake.say("{\"return\": {\"pid\": 302}}\n");
                    fake.expect("guest-exec-status");
                    fake.say("{\"return\": {\"exited\": true, \"signal\": 9}}\n");
                    fake.expect("guest-exec");
                    fake.say("{\"return\": {\"pid\": 303}}\n");
                    fake.expect("guest-exec-status");
                    fake.say("{\"return\": {\"exited\": false}}\n");
                    fake.awaitClose();
                },
                agent -> {
                    agent.await(LONG);
                    assertThatThrownBy(() -> agent.run(List.of("/bin/sh"), LONG))
                            .hasMessage("/bin/sh was ended by signal 9");
                    assertThatThrownBy(() -> agent.run(List.of("/bin/sh"), Duration.ZERO))
                            .hasMessage("/bin/sh did not end in the guest within 0s");
                });
    }

    @Test
    void isNotDrownedByAGuestThatTalksWithoutEnd() throws IOException {
        String line = "{\"return\": \"" + "x".repeat(1 << 20);
        talk(
                fake -> {
                    try {
                        for (int i = 0; i < 8; i++) {
                            fake.say(line);
                        }
                        fake.awaitClose();
                    } catch (IOException e) {
                        // The client may have gone in the middle of it.
                    }
                },
                agent -> assertThatThrownBy(() -> agent.await(LONG))
                        .hasMessage("it sent a line of more than 4194304 bytes"));
    }

    @Test
    void isNotHeldUpByAGuestThatAlwaysHasAnotherLine() throws IOException {
        talk(
                fake -> {
                    try {
                        while (true) {
                            fake.say("{}\n".repeat(1000));
                        }
                    } catch (IOException e) {
                        // The client has gone.
                    }
                },
                agent -> assertThatThrownBy(() -> agent.await(SHORT))
                        .hasMessageContaining("did not answer within 200ms"));
    }

    @Test
    void keepsFewLinesThatNobodyTakesAndNoneAfterItsEnd() throws InterruptedException {
        Endless guest = new Endless();
        AgentReader reader = new AgentReader(guest, 1 << 20, "h9");
        reader.start();
        Thread thread = guest.reader.take();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(guest.lines.get()).isLessThan(5);
        reader.stop();
        thread.join();
    }

    /** Says a line whenever it is read. */
    private static final class Endless extends InputStream {
        final BlockingQueue<Thread> reader = new LinkedBlockingQueue<>();
        final AtomicInteger lines = new AtomicInteger();

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (lines.getAndIncrement() == 0) {
                reader.add(Thread.currentThread());
            }
            to[offset] = '\n';
            return 1;
        }
    }

    @Test
    void stopsWaitingWhenItsThreadIsInterrupted() throws IOException {
        talk(FakeAgent::awaitClose, agent -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> agent.await(LONG)).isInstanceOf(HostInterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
        });
    }
}
