package tplctl.relay;

import static tplctl.relay.RelayException.Code.CANCELLED;
import static tplctl.relay.RelayException.Code.IO;
import static tplctl.relay.RelayException.Code.TIMEOUT;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Receives a machine. It is continued when the source's relay says that its emulator has completed, and never else. Whatever
 * fails before its state is loaded ends the emulator; from then on it is left as it is, paused.
 */
final class DestinationMove {
    private static final Duration LOADING = Duration.ofSeconds(30);
    private static final Duration CONTINUING = Duration.ofSeconds(30);

    private final DestinationPlan plan;
    private final Job job;
    private final Teller teller;
    private final Emulator emulator;
    private final Watch watch;
    private final Optional<IncomingStream> stream;
    private final DiskReceiver disks;
    private final MoveLink link;
    private final LastWords words;
    private boolean prepared;
    private boolean loaded;
    private boolean completed;
    private boolean keptBySource;

    private DestinationMove(
            DestinationPlan plan, Job job, Emulator emulator, Optional<IncomingStream> stream, PeerConnection peer)
            throws IOException {
        this.plan = plan;
        this.job = job;
        this.teller = new Teller(job);
        this.emulator = emulator;
        this.watch = new Watch(emulator);
        this.stream = stream;
        this.disks = new DiskReceiver(plan.disks());
        this.words = new LastWords(emulator, plan.log());
        this.link = MoveLink.start(peer, new FromSource(watch, stream, disks));
    }

    /** Returns when the machine runs here. */
    static List<String> run(DestinationPlan plan, Job job, PeerConnection peer) throws IOException {
        try (Emulator emulator = Emulator.open(plan.qmp())) {
            Optional<IncomingStream> stream;
            try {
                requireReady(emulator);
                stream = plan.stream().isPresent()
                        ? Optional.of(IncomingStream.connect(plan.stream().get()))
                        : Optional.empty();
            } catch (IOException e) {
                emulator.quit();
                throw e;
            }
            DestinationMove move = new DestinationMove(plan, job, emulator, stream, peer);
            job.onCancel(() -> move.watch.put(Watch.Kind.CANCELLED));
            return move.toTheEnd();
        }
    }

    /** Ends an emulator to which nobody came. */
    static List<String> discard(DestinationPlan plan) throws IOException {
        try (Emulator emulator = Emulator.open(plan.qmp())) {
            if (emulator.runState().equals("inmigrate")) {
                emulator.quit();
            }
            return List.of();
        }
    }

    private static void requireReady(Emulator emulator) throws IOException {
        String state = emulator.runState();
        if (!state.equals("inmigrate")) {
            throw new RelayException(
                    RelayException.Code.USAGE,
                    "the emulator is in the state " + state + "; only one that waits for its state takes a machine");
        }
        emulator.requireCapabilities(Set.of("events"), Set.of("bypass-shared-memory"));
    }

    private List<String> toTheEnd() throws IOException {
        try (teller;
                link;
                disks) {
            try {
                teller.phase("waiting");
                stream.ifPresent(each -> each.returnPath(link));
                link.send(MoveLink.Type.READY);
                untilCompleted();
                takeOver();
            } catch (IOException e) {
                throw settle(RelayException.of("take the machine", e));
            }
            sayRunning();
            return List.of("running");
        } finally {
            closeStream();
        }
    }

    /** It does run; whether the source hears of it changes nothing here. */
    private void sayRunning() {
        try {
            link.send(MoveLink.Type.RUNNING);
            // Closing sooner could take the word along.
            link.awaitEnd(Reasons.PEER_WORDS.multipliedBy(5));
        } catch (IOException e) {
            return;
        }
    }

    /** Returns when the source has said that it completed, and the machine is loaded. */
    private void untilCompleted() throws IOException {
        long deadline = Watch.in(plan.limit());
        while (!completed) {
            Watch.Signal signal = watch.next(deadline);
            switch (signal.kind()) {
                case TICK, STOPPED -> {}
                case PREPARE -> prepare();
                case COMPLETED -> completed = true;
                case MIGRATION -> {
                    loaded |= signal.text().equals("completed");
                    if (signal.text().equals("failed")) {
                        throw new RelayException(IO, "the emulator could not load the machine" + words.last());
                    }
                }
                case EMULATOR_LOST, TRANSFER_FAILED -> throw failed(signal);
                case DEADLINE ->
                    throw new RelayException(
                            TIMEOUT,
                            "the machine had not come after " + plan.limit().toSeconds() + " s");
                case CANCELLED -> throw new RelayException(CANCELLED, "the migration was cancelled");
                default -> {
                    keptBySource = signal.kind() == Watch.Kind.PEER_FAILED;
                    throw Reasons.failure(signal);
                }
            }
        }
        awaitLoaded();
    }

    /** From here on both relays come to the end without anybody who controls them. */
    private void prepare() throws IOException {
        job.commit();
        prepared = true;
        teller.phase("switch-over");
        link.send(MoveLink.Type.PREPARED);
    }

    private void awaitLoaded() throws IOException {
        long deadline = Watch.in(LOADING);
        while (!loaded) {
            Watch.Signal signal = watch.next(deadline);
            loaded |= signal.kind() == Watch.Kind.MIGRATION && signal.text().equals("completed");
            if (signal.kind() == Watch.Kind.EMULATOR_LOST) {
                throw failed(signal);
            }
            if (signal.kind() == Watch.Kind.DEADLINE) {
                throw new RelayException(
                        TIMEOUT,
                        "the emulator has all of the machine and did not load it within " + LOADING.toSeconds() + " s");
            }
        }
    }

    private void takeOver() throws IOException {
        teller.phase("loaded");
        emulator.execute("cont");
        long deadline = Watch.in(CONTINUING);
        for (String state = emulator.runState(); !state.equals("running"); state = emulator.runState()) {
            if (watch.next(deadline).kind() == Watch.Kind.DEADLINE) {
                throw new RelayException(TIMEOUT, "the machine does not run, it is in the state " + state);
            }
        }
        Marks.write(plan.up(), "");
        if (plan.stale().isPresent()) {
            Marks.remove(plan.stale().get());
        }
        Marks.remove(plan.incoming());
    }

    private RelayException failed(Watch.Signal signal) {
        // Whatever it wrote is in its log when QMP has ended.
        long deadline = Watch.in(Reasons.PEER_WORDS);
        Watch.Kind kind = signal.kind();
        while (kind != Watch.Kind.EMULATOR_LOST && kind != Watch.Kind.DEADLINE) {
            kind = watch.next(deadline).kind();
        }
        if (kind == Watch.Kind.EMULATOR_LOST) {
            return new RelayException(IO, "the emulator ended" + words.last());
        }
        return Reasons.failure(signal);
    }

    /**
     * Decides what becomes of the emulator, and says why. It is ended when the source keeps the machine, and when it cannot
     * have been loaded. That is so before PREPARED; afterwards the emulator is asked, behind the closed stream: what it
     * answers on the return path passes here, and after its status has become completed.
     */
    private RelayException settle(RelayException why) throws IOException {
        closeStream();
        if (!completed && (keptBySource || !prepared || !mayBeLoaded())) {
            link.tell(MoveLink.Type.FAIL, why);
            emulator.quit();
            link.awaitEnd(Reasons.PEER_WORDS);
            return why;
        }
        RelayException more = new RelayException(
                why.code(),
                why.getMessage()
                        + "; the machine is left here as it is; applying the playbook again decides whose it is",
                why);
        link.tell(MoveLink.Type.GONE, more);
        link.awaitEnd(Reasons.PEER_WORDS);
        return more;
    }

    private boolean mayBeLoaded() {
        long deadline = Watch.in(LOADING);
        try {
            while (true) {
                Emulator.Migration migration = emulator.migration();
                if (migration.status().equals("completed")) {
                    return true;
                }
                if (stream.isPresent() || migration.ended()) {
                    return false;
                }
                // Its stream does not pass here, and may still come to its end.
                if (watch.next(deadline).kind() == Watch.Kind.DEADLINE) {
                    return true;
                }
            }
        } catch (RelayException e) {
            // Silence is not death.
            return e.code() == TIMEOUT;
        } catch (IOException e) {
            return false;
        }
    }

    private void closeStream() throws IOException {
        if (stream.isPresent()) {
            stream.get().close();
        }
    }
}
