package tplctl.relay;

import static tplctl.relay.RelayException.Code.IO;
import static tplctl.relay.RelayException.Code.TIMEOUT;

import java.io.IOException;
import java.time.Duration;

/** Brings a machine that did not go over back to running where it was. */
final class Retreat {
    private static final Duration ENDING = Duration.ofSeconds(30);
    private static final Duration RESUMING = Duration.ofSeconds(20);

    private final Emulator emulator;
    private final Watch watch;
    private final SourceReport report;

    Retreat(Emulator emulator, Watch watch, SourceReport report) {
        this.emulator = emulator;
        this.watch = watch;
        this.report = report;
    }

    /** Ends the migration; whether it completed all the same. */
    boolean cancel() throws IOException {
        try {
            emulator.execute("migrate_cancel");
        } catch (QmpLink.RefusedException e) {
            // There is none any more; its status says what became of it.
        }
        long deadline = Watch.in(ENDING);
        while (true) {
            Emulator.Migration migration = emulator.migration();
            if (migration.ended()) {
                report.migrated(migration);
                // The status may be that of the load with which a clone began.
                return migration.status().equals("completed")
                        && emulator.runState().equals("postmigrate");
            }
            if (watch.next(deadline).kind() == Watch.Kind.DEADLINE) {
                throw new RelayException(
                        TIMEOUT,
                        "the emulator did not end the migration within " + ENDING.toSeconds() + " s; it says "
                                + migration.status());
            }
        }
    }

    /** Returns when the machine runs. */
    void resume() throws IOException {
        long deadline = Watch.in(RESUMING);
        while (true) {
            String state = emulator.runState();
            switch (state) {
                case "running" -> {
                    return;
                }
                case "paused" -> emulator.execute("cont");
                // The emulator resumes by itself what it has stopped itself.
                case "finish-migrate" -> {}
                default -> throw new RelayException(IO, "the machine is in the state " + state);
            }
            if (watch.next(deadline).kind() == Watch.Kind.DEADLINE) {
                throw new RelayException(TIMEOUT, "the machine is in the state " + state);
            }
        }
    }
}
