package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One side of a move with a scripted emulator; the test is the other side. */
@Timeout(60)
class MoveProtocolTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Job job = new Job(answer -> {});
    private PeerListener listener;
    private PeerConnection far;
    private MoveLink link;
    private Optional<FakeEmulator> fake = Optional.empty();
    private PeerConnection near;

    @BeforeEach
    void connect() throws Exception {
        Identity one = Identity.create();
        Identity other = Identity.create();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        listener =
                PeerListener.open(loopback, 0, 0, new PinnedTls(other, one.certificate()), PeerListener.Limits.USUAL);
        near = new PinnedTls(one, other.certificate())
                .connect(new InetSocketAddress(loopback, listener.port()), "c", LIMIT, new Job(answer -> {}));
        far = listener.take("c", LIMIT);
        link = MoveLink.start(far, new MoveLink.Receiver() {
            @Override
            public void take(MoveLink.Type type, byte[] payload, int length) {
                heard.add(type.name());
            }

            @Override
            public void lost(RelayException why) {
                heard.add("lost");
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        listener.close();
        emulator().close();
        near.abort();
    }

    private FakeEmulator emulator() {
        return fake.orElseThrow();
    }

    private void hears(String... types) throws InterruptedException {
        for (String type : types) {
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(type);
        }
    }

    private CompletableFuture<String> source(Duration stopped) throws IOException {
        fake = Optional.of(new FakeEmulator(dir.resolve("qmp"), "running"));
        return sourceOf(stopped);
    }

    private CompletableFuture<String> sourceOf(Duration stopped) {
        SourcePlan plan = new SourcePlan(
                dir.resolve("qmp"),
                SourcePlan.Mode.PLAIN,
                "tcp:there:1",
                List.of(),
                dir.resolve("moving"),
                dir.resolve("moved"),
                "mark",
                LIMIT,
                stopped,
                List.of());
        return run(() -> SourceMove.run(plan, new OpenTemplates(), job, near));
    }

    private CompletableFuture<String> destination() throws IOException {
        fake = Optional.of(new FakeEmulator(dir.resolve("qmp"), "inmigrate"));
        Files.createFile(dir.resolve("incoming"));
        DestinationPlan plan = new DestinationPlan(
                dir.resolve("qmp"),
                Optional.empty(),
                Optional.empty(),
                dir.resolve("incoming"),
                dir.resolve("up"),
                Optional.empty(),
                LIMIT,
                List.of());
        return run(() -> DestinationMove.run(plan, job, near));
    }

    private interface Work {
        List<String> run() throws IOException;
    }

    /** What the work answers, or why it does not. */
    private static CompletableFuture<String> run(Work work) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return work.run().toString();
            } catch (RelayException e) {
                return e.code() + ": " + e.getMessage();
            } catch (IOException e) {
                return e.toString();
            }
        });
    }

    private static String end(CompletableFuture<String> side) throws Exception {
        return side.get(50, TimeUnit.SECONDS);
    }

    private void toPrepare() throws Exception {
        link.send(MoveLink.Type.READY);
        emulator().await("migrate");
        emulator().migrates("pre-switchover");
        hears("PREPARE");
    }

    @Test
    void sourceNeverContinuesWithoutItsPeersWord() throws Exception {
        CompletableFuture<String> source = source(Duration.ofSeconds(1));
        toPrepare();
        hears("FAIL");
        link.close();
        assertThat(end(source))
                .startsWith("TIMEOUT: the machine was stopped for 1 s")
                .endsWith("runs on where it was");
        assertThat(emulator().asked()).contains("migrate_cancel").doesNotContain("migrate-continue", "quit", "cont");
        assertThat(dir.resolve("moving")).doesNotExist();
    }

    @Test
    void sourceContinuesAPausedMachineItself() throws Exception {
        CompletableFuture<String> source = source(LIMIT);
        emulator().on("migrate_cancel", () -> {
            emulator().on("query-migrate", () -> "{\"status\": \"cancelled\"}");
            return emulator().become("paused");
        });
        toPrepare();
        job.cancel();
        hears("FAIL");
        link.close();
        assertThat(end(source)).startsWith("CANCELLED").endsWith("runs on where it was");
        assertThat(emulator().asked()).contains("cont");
    }

    @Test
    void completedSourceIsNotContinuedThoughItsPeerIsGone() throws Exception {
        CompletableFuture<String> source = source(LIMIT);
        toPrepare();
        link.send(MoveLink.Type.PREPARED);
        emulator().await("migrate-continue");
        assertThat(job.cancel()).as("cancelled after the point of no return").isFalse();
        emulator().on("migrate_cancel", () -> "{}");
        emulator().become("postmigrate");
        emulator().on("query-migrate", () -> "{\"status\": \"completed\"}");
        link.close();
        assertThat(end(source)).startsWith("PEER").contains("all of the machine is at the destination");
        assertThat(emulator().asked()).doesNotContain("cont", "quit");
        assertThat(dir.resolve("moved")).hasContent("mark");
        assertThat(dir.resolve("moving")).doesNotExist();
    }

    @Test
    void sourceEndsItsEmulatorWhenTheMachineRunsThere() throws Exception {
        CompletableFuture<String> source = source(LIMIT);
        toPrepare();
        link.send(MoveLink.Type.PREPARED);
        emulator().await("migrate-continue");
        emulator().become("postmigrate");
        emulator().migrates("completed");
        hears("COMPLETED");
        assertThat(emulator().asked()).doesNotContain("quit");
        link.send(MoveLink.Type.RUNNING);
        emulator().await("quit");
        assertThat(end(source)).startsWith("[mode=plain, ");
    }

    @Test
    void refusedMigrationIsNotTakenForTheLoadOfTheClone() throws Exception {
        CompletableFuture<String> source = source(LIMIT);
        emulator().on("migrate", () -> "");
        emulator().on("query-migrate", () -> "{\"status\": \"completed\"}");
        link.send(MoveLink.Type.READY);
        hears("FAIL");
        link.close();
        assertThat(end(source))
                .startsWith("IO: QMP: migrate: GenericError: no migrate")
                .endsWith("runs on where it was");
        assertThat(dir.resolve("moved")).doesNotExist();
    }

    @Test
    void sourceRefusesACapabilityThatChangesTheStream() throws Exception {
        fake = Optional.of(new FakeEmulator(dir.resolve("qmp"), "running"));
        emulator()
                .on(
                        "query-migrate-capabilities",
                        () -> FakeEmulator.capabilities("return-path", "events", "pause-before-switchover", "xbzrle"));
        CompletableFuture<String> source = sourceOf(LIMIT);
        hears("FAIL");
        link.close();
        assertThat(end(source)).contains("xbzrle is on; it has to be off");
        assertThat(emulator().asked()).doesNotContain("migrate");
    }

    @Test
    void sourceSendsAnEmulatorAwayThatLeavesTheTemplateOutByItself() throws Exception {
        CompletableFuture<String> source = source(LIMIT);
        emulator()
                .on(
                        "query-migrate-capabilities",
                        () -> FakeEmulator.capabilities(
                                "return-path", "events", "pause-before-switchover", "bypass-shared-memory"));
        toPrepare();
        link.send(MoveLink.Type.PREPARED);
        emulator().await("migrate-continue");
        emulator().become("postmigrate");
        emulator().migrates("completed");
        hears("COMPLETED");
        link.send(MoveLink.Type.RUNNING);
        assertThat(end(source)).contains("mode=plain");
        assertThat(emulator().asked())
                .contains("migrate", "migrate-continue", "quit")
                .doesNotContain("cont");
    }

    @Test
    void destinationTakesAMachineWithoutWhatItsEmulatorHasOfTheTemplate() throws Exception {
        CompletableFuture<String> destination = destination();
        emulator().on("query-migrate-capabilities", () -> FakeEmulator.capabilities("events", "bypass-shared-memory"));
        hears("READY");
        link.send(MoveLink.Type.PREPARE);
        hears("PREPARED");
        emulator().become("paused");
        emulator().migrates("completed");
        link.send(MoveLink.Type.COMPLETED);
        hears("RUNNING");
        link.close();
        assertThat(end(destination)).isEqualTo("[running]");
    }

    @Test
    void destinationContinuesWhenTheSourceCompletedAndTheStateIsLoaded() throws Exception {
        CompletableFuture<String> destination = destination();
        hears("READY");
        link.send(MoveLink.Type.PREPARE);
        hears("PREPARED");
        link.send(MoveLink.Type.COMPLETED);
        emulator().become("paused");
        emulator().migrates("completed");
        hears("RUNNING");
        link.close();
        assertThat(end(destination)).isEqualTo("[running]");
        assertThat(dir.resolve("incoming")).doesNotExist();
        assertThat(dir.resolve("up")).exists();
    }

    @Test
    void loadedDestinationIsLeftPausedWhenNobodySaysWhoseItIs() throws Exception {
        CompletableFuture<String> destination = destination();
        hears("READY");
        link.send(MoveLink.Type.PREPARE);
        hears("PREPARED");
        emulator().migrates("completed");
        link.close();
        assertThat(end(destination)).startsWith("PEER").contains("the machine is left here as it is");
        assertThat(emulator().asked()).doesNotContain("cont", "quit");
        assertThat(dir.resolve("incoming")).exists();
    }

    @Test
    void loadedDestinationEndsWhenTheSourceKeepsTheMachine() throws Exception {
        CompletableFuture<String> destination = destination();
        hears("READY");
        link.send(MoveLink.Type.PREPARE);
        hears("PREPARED");
        emulator().migrates("completed");
        link.tell(MoveLink.Type.FAIL, new RelayException(RelayException.Code.TIMEOUT, "too slow"));
        emulator().await("quit");
        link.close();
        assertThat(end(destination)).isEqualTo("TIMEOUT: at the other host: too slow");
        assertThat(emulator().asked()).doesNotContain("cont");
    }

    @Test
    void destinationThatCannotBeContinuedIsLeft() throws Exception {
        CompletableFuture<String> destination = destination();
        emulator().on("cont", () -> "");
        hears("READY");
        link.send(MoveLink.Type.PREPARE);
        hears("PREPARED");
        emulator().migrates("completed");
        link.send(MoveLink.Type.COMPLETED);
        hears("GONE");
        link.close();
        assertThat(end(destination)).contains("cont: GenericError: no cont").contains("left here as it is");
        assertThat(emulator().asked()).doesNotContain("quit");
        assertThat(dir.resolve("incoming")).exists();
        assertThat(dir.resolve("up")).doesNotExist();
    }
}
