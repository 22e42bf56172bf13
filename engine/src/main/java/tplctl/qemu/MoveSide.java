package tplctl.qemu;

import java.time.Duration;
import tplctl.host.Host;
import tplctl.host.NobodyListensException;
import tplctl.kind.Sh;
import tplctl.machine.Answers;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.MoveMarks;
import tplctl.machine.Remnants;

/**
 * What one of the two hosts of a move has of the VM.
 *
 * @param alive whether its emulator runs
 * @param up whether it was ready there once
 * @param status by QMP's query-status; empty when there is no emulator, or it does not answer
 * @param migration by QMP's query-migrate; empty when there was none
 */
record MoveSide(boolean alive, boolean up, MoveMarks marks, String status, String migration) {
    private static final Duration GREETING = Duration.ofSeconds(15);

    /** Looks. An emulator whose QMP another program uses is waited for; that may be an earlier run's relay at its end. */
    static MoveSide look(Host host, Layout.Dirs dirs) {
        Answers answers = HostShell.ask(
                host,
                Sh.of(
                        "run={}\nlib={}\n" + MoveMarks.SCRIPT + HostScripts.ALIVE
                                + "if tplctl_alive {}; then echo alive; fi\n[ ! -e {} ] || echo up",
                        dirs.run(),
                        dirs.lib(),
                        dirs.pid(),
                        dirs.up()));
        boolean alive = answers.has("alive");
        String status = "";
        String migration = "";
        if (alive) {
            try (QmpClient qmp = QmpClient.connect(host.openUnix(dirs.qmp(), GREETING), host.name(), GREETING)) {
                status = MigrationSetup.text(qmp, "query-status", "status");
                migration = MigrationSetup.text(qmp, "query-migrate", "status");
            } catch (NobodyListensException | QmpTimeoutException | QmpConnectionException | QmpException e) {
                // It may end just now; a status that is not known is dealt with as such.
                status = "";
            }
        }
        return new MoveSide(alive, answers.has("up"), MoveMarks.of(answers, host.name()), status, migration);
    }

    Remnants.Source asSource() {
        if (!alive) {
            return Remnants.Source.NONE;
        }
        return switch (status) {
            case "running" -> migrating() ? Remnants.Source.MIGRATING : Remnants.Source.RUNNING;
            case "finish-migrate" -> Remnants.Source.MIGRATING;
            case "paused", "prelaunch", "suspended" -> migrating() ? Remnants.Source.MIGRATING : Remnants.Source.PAUSED;
            case "postmigrate" -> Remnants.Source.POSTMIGRATE;
            default -> Remnants.Source.OTHER;
        };
    }

    Remnants.Destination asDestination() {
        if (!alive) {
            return Remnants.Destination.NONE;
        }
        if (status.equals("running") || (up && !marks.incoming())) {
            return Remnants.Destination.RUNNING;
        }
        boolean loaded = migration.equals("completed") && !status.equals("inmigrate");
        return loaded ? Remnants.Destination.LOADED : Remnants.Destination.INMIGRATE;
    }

    /** Whether its emulator runs and says nothing. */
    boolean silent() {
        return alive && status.isEmpty();
    }

    /** Whether a migration is on its way, whoever began it. */
    private boolean migrating() {
        return switch (migration) {
            case "", "none", "completed", "failed", "cancelled" -> false;
            default -> true;
        };
    }
}
