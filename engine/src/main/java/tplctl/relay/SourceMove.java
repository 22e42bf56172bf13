package tplctl.relay;

import static tplctl.relay.RelayException.Code.CANCELLED;
import static tplctl.relay.RelayException.Code.PEER;
import static tplctl.relay.RelayException.Code.TIMEOUT;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Moves a running machine away. Until the emulator has completed, every failure leaves it running here; from then on it is
 * the destination's, and the emulator here, in {@code postmigrate}, is never continued.
 */
final class SourceMove {
    private static final Duration GREETING = Duration.ofSeconds(30);

    /** For the destination to say that the machine runs there. */
    private static final Duration TAKEOVER = Duration.ofSeconds(60);

    private final SourcePlan plan;
    private final OpenTemplates templates;
    private final Job job;
    private final Teller teller;
    private final Emulator emulator;
    private final Watch watch;
    private final MoveLink link;
    private final SourceReport report;
    private final Reasons reasons;
    private final Retreat retreat;
    private Optional<OutgoingStream> stream = Optional.empty();
    private final Map<String, TemplatePages> pages = new HashMap<>();
    private boolean begun;
    private boolean committed;
    private boolean keeps = true;

    private SourceMove(SourcePlan plan, OpenTemplates templates, Job job, Emulator emulator, PeerConnection peer)
            throws IOException {
        this.plan = plan;
        this.templates = templates;
        this.job = job;
        this.teller = new Teller(job);
        this.emulator = emulator;
        this.watch = new Watch(emulator);
        this.link = MoveLink.start(peer, new FromDestination());
        this.report = new SourceReport(plan.mode(), teller);
        this.reasons = new Reasons(emulator, watch);
        this.retreat = new Retreat(emulator, watch, report);
    }

    /** Returns the fields of the answer, {@code NAME=VALUE}, when the machine runs at the destination. */
    static List<String> run(SourcePlan plan, OpenTemplates templates, Job job, PeerConnection peer) throws IOException {
        try (Emulator emulator = Emulator.open(plan.qmp())) {
            SourceMove move = new SourceMove(plan, templates, job, emulator, peer);
            job.onCancel(() -> move.watch.put(Watch.Kind.CANCELLED));
            return move.toTheEnd();
        }
    }

    private List<String> toTheEnd() throws IOException {
        try (teller;
                link) {
            try {
                return move();
            } catch (IOException e) {
                RelayException known = RelayException.of("move", e);
                link.tell(keeps ? MoveLink.Type.FAIL : MoveLink.Type.GONE, known);
                link.awaitEnd(Duration.ofSeconds(5));
                throw known;
            }
        } finally {
            closeStream();
        }
    }

    private List<String> move() throws IOException {
        requireReady();
        expect(Watch.Kind.READY, GREETING, "the other relay did not say that its emulator waits for the stream");
        try {
            begin();
            untilCompleted();
        } catch (IOException e) {
            giveUp(RelayException.of("QMP", e));
        }
        return handOver();
    }

    private void requireReady() throws IOException {
        String state = emulator.runState();
        if (!state.equals("running")) {
            throw new RelayException(
                    RelayException.Code.USAGE,
                    "the machine is in the state " + state + "; only a running one is moved");
        }
        Set<String> also = plan.mode() == SourcePlan.Mode.TEMPLATE_AWARE ? Set.of() : Set.of("bypass-shared-memory");
        emulator.requireCapabilities(Set.of("return-path", "events", "pause-before-switchover"), also);
    }

    private void begin() throws IOException {
        Marks.write(plan.moving(), plan.mark());
        String uri = plan.via();
        if (plan.mode() != SourcePlan.Mode.PLAIN) {
            java.nio.file.Path socket = java.nio.file.Path.of(plan.via());
            OutgoingStream open = OutgoingStream.listen(socket, filter(), link, watch);
            stream = Optional.of(open);
            report.counts(open::statistics);
            uri = "unix:" + socket;
        }
        teller.phase("memory");
        begun = true;
        keeps = false;
        report.begun();
        try {
            emulator.execute("migrate", Map.of("uri", Json.string(uri)));
        } catch (QmpLink.RefusedException e) {
            begun = false;
            throw e;
        }
    }

    private StreamFilter filter() throws IOException {
        if (plan.templates().isEmpty()) {
            return StreamFilter.full();
        }
        for (SourcePlan.Template template : plan.templates()) {
            pages.put(template.block(), templates.take(template.memory()));
        }
        return StreamFilter.templateAware(pages);
    }

    private void untilCompleted() throws IOException {
        long deadline = Watch.in(plan.limit());
        boolean stopped = false;
        while (true) {
            Watch.Signal signal = watch.next(deadline);
            switch (signal.kind()) {
                case TICK -> report.progress(emulator.migration());
                case STOPPED -> report.stopped(signal.nanos());
                case DISKS_SENT -> link.send(MoveLink.Type.PREPARE);
                case PREPARED -> commit();
                case MIGRATION -> {
                    switch (signal.text()) {
                        case "pre-switchover" -> {
                            stopped = true;
                            deadline = Watch.in(plan.stopped());
                            sendDisks();
                        }
                        case "completed" -> {
                            report.migrated(emulator.migration());
                            return;
                        }
                        case "failed", "cancelled" -> throw reasons.ownWords(signal.text());
                        default -> {}
                    }
                }
                case TRANSFER_FAILED -> throw reasons.transferFailed(signal);
                case DEADLINE -> throw tooLate(stopped);
                case CANCELLED -> throw new RelayException(CANCELLED, "the migration was cancelled");
                default -> throw Reasons.failure(signal);
            }
        }
    }

    /** From here on both relays come to the end without anybody who controls them. */
    private void commit() throws IOException {
        job.commit();
        committed = true;
        teller.phase("switch-over");
        emulator.execute("migrate-continue", Map.of("state", Json.string("pre-switchover")));
    }

    /** Not on this thread, which has to hear a cancellation. */
    private void sendDisks() {
        teller.phase("disks");
        Thread thread = new Thread(
                () -> {
                    try {
                        report.diskBytes(new DiskSender(link, teller).send(plan.disks()));
                        watch.put(Watch.Kind.DISKS_SENT);
                    } catch (IOException e) {
                        watch.put(Watch.Kind.TRANSFER_FAILED, RelayException.of("copy the disks", e));
                    }
                },
                "move-disks");
        thread.setDaemon(true);
        thread.start();
    }

    private RelayException tooLate(boolean stopped) throws IOException {
        long left = emulator.migration().remaining();
        return new RelayException(
                TIMEOUT,
                stopped
                        ? "the machine was stopped for " + plan.stopped().toSeconds()
                                + " s and had not gone over; allow more, or copy less at its switch-over"
                        : "after " + plan.limit().toSeconds() + " s " + left
                                + " bytes of memory were left to send; allow more time, more bandwidth or more downtime");
    }

    /** Returns when the emulator has completed all the same; else the machine runs here, and it throws. */
    private void giveUp(RelayException why) throws IOException {
        try {
            if (begun) {
                if (committed) {
                    // No answer of the destination arrives from here on: either it has, or the emulator fails.
                    closeStream();
                }
                if (retreat.cancel()) {
                    return;
                }
            }
            retreat.resume();
            keeps = true;
            Marks.remove(plan.moving());
        } catch (IOException e) {
            String then = e instanceof RelayException ? "and then: " + e.getMessage() : "the emulator here has ended";
            throw new RelayException(
                    why.code(),
                    why.getMessage() + "; " + then + "; applying the playbook again looks what became of it",
                    e);
        }
        throw new RelayException(why.code(), why.getMessage() + "; the machine runs on where it was", why);
    }

    private List<String> handOver() throws IOException {
        keeps = false;
        try {
            Marks.rename(plan.moving(), plan.moved());
            teller.phase("completed");
            link.send(MoveLink.Type.COMPLETED);
            expect(
                    Watch.Kind.RUNNING,
                    TAKEOVER,
                    "the other relay did not say within " + TAKEOVER.toSeconds() + " s that the machine runs there");
        } catch (IOException e) {
            RelayException known = RelayException.of("hand the machine over", e);
            throw new RelayException(
                    known.code(),
                    known.getMessage() + "; all of the machine is at the destination, which may not run it yet;"
                            + " applying the playbook again brings that to its end",
                    known);
        }
        report.running();
        emulator.quit();
        return report.fields(link.wireBytes());
    }

    private void expect(Watch.Kind wanted, Duration limit, String otherwise) throws IOException {
        long deadline = Watch.in(limit);
        while (true) {
            Watch.Signal signal = watch.next(deadline);
            if (signal.kind() == wanted) {
                return;
            }
            switch (signal.kind()) {
                case DEADLINE -> throw new RelayException(TIMEOUT, otherwise);
                case CANCELLED -> throw new RelayException(CANCELLED, "the migration was cancelled");
                case PEER_FAILED, PEER_GONE, LINK_LOST -> throw Reasons.failure(signal);
                case EMULATOR_LOST -> {
                    if (wanted != Watch.Kind.RUNNING) {
                        throw Reasons.failure(signal);
                    }
                }
                default -> {}
            }
        }
    }

    private void closeStream() throws IOException {
        if (stream.isPresent()) {
            stream.get().close();
        }
        for (TemplatePages each : pages.values()) {
            each.close();
        }
    }

    /** On the link's thread. */
    private final class FromDestination implements MoveLink.Receiver {
        @Override
        public void take(MoveLink.Type type, byte[] payload, int length) throws IOException {
            switch (type) {
                case READY -> watch.put(Watch.Kind.READY);
                case RETURN -> returned(MoveLink.buffer(payload, length));
                case PREPARED -> watch.put(Watch.Kind.PREPARED);
                case RUNNING -> watch.put(Watch.Kind.RUNNING);
                case FAIL -> watch.put(Watch.Kind.PEER_FAILED, MoveLink.told(payload, length));
                case GONE -> watch.put(Watch.Kind.PEER_GONE, MoveLink.told(payload, length));
                default ->
                    throw new RelayException(PEER, "the other relay sent " + type + ", which is not its to send");
            }
        }

        private void returned(ByteBuffer bytes) {
            stream.ifPresent(each -> each.back(bytes));
        }

        @Override
        public void lost(RelayException why) {
            watch.put(Watch.Kind.LINK_LOST, why);
        }
    }
}
