package tplctl.qemu;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tplctl.host.Host;
import tplctl.host.NobodyListensException;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.MoveMark;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

/** The host that a VM leaves. */
final class Departure {
    private static final Duration QUIT = Duration.ofSeconds(10);
    private static final Duration CANCEL = Duration.ofSeconds(30);
    private static final Duration CLEAN = Duration.ofMinutes(2);

    private final Host host;
    private final VmTask.MoveVm task;
    private final Layout.Dirs dirs;
    private final Emulator emulator;

    Departure(Host host, VmTask.MoveVm task) {
        this.host = host;
        this.task = task;
        this.dirs = task.dirs();
        this.emulator = new Emulator(host, dirs, task.doing());
    }

    /**
     * Ends the migration that is on its way, and returns when the emulator says how that ended. What it had stopped for the
     * switch-over, it has resumed then, or handed over.
     */
    void cancel() {
        try (QmpClient qmp = emulator.connect(false)) {
            try {
                qmp.execute("migrate_cancel", new JsonObject(), HostShell.SHORT);
            } catch (QmpException e) {
                // There is none any more; its status says what became of it.
            }
            awaitCancelled(qmp);
        }
    }

    /** Ends an attempt that did not come to its switch-over: the VM runs here afterwards as it did before. */
    void stay(MoveSide found) {
        if (found.alive() && found.marks().isMoving()) {
            try (QmpClient qmp = emulator.connect(false)) {
                if (status(qmp).equals("paused")) {
                    qmp.execute("cont", new JsonObject(), HostShell.SHORT);
                }
            }
        }
        HostShell.change(host, Sh.of("rm -f -- {} {}", dirs.moving(), dirs.outgoingSocket()), HostShell.SHORT);
    }

    private static String status(QmpClient qmp) {
        return MigrationSetup.text(qmp, "query-status", "status");
    }

    private void awaitCancelled(QmpClient qmp) {
        long deadline = System.nanoTime() + CANCEL.toNanos();
        QmpClient.Mark before = qmp.mark();
        while (System.nanoTime() < deadline) {
            String migration = MigrationSetup.text(qmp, "query-migrate", "status");
            boolean ended =
                    List.of("cancelled", "failed", "completed", "none", "").contains(migration);
            // The emulator resumes by itself what it has stopped itself, a moment later.
            if (ended && !status(qmp).equals("finish-migrate")) {
                return;
            }
            before = nextEvent(qmp, before);
        }
        throw emulator.failed("its migration could not be cancelled within " + CANCEL.toSeconds() + " s");
    }

    // Events may be switched off; then only asking tells.
    private static QmpClient.Mark nextEvent(QmpClient qmp, QmpClient.Mark since) {
        try {
            qmp.awaitEvent(since, event -> event.name().equals("MIGRATION"), Duration.ofMillis(200));
            return qmp.mark();
        } catch (QmpTimeoutException e) {
            return since;
        }
    }

    /** The VM is the other host's: says so first, then removes all that there is of it here. */
    void leave(MoveMark mark, boolean handedOver) {
        boolean said = host.read(dirs.moved())
                .flatMap(bytes -> MoveMark.parse(new String(bytes, StandardCharsets.UTF_8).strip()))
                .filter(old -> old.to().equals(task.to()))
                .isPresent();
        if (!said) {
            host.put(dirs.moved(), (mark.toJson() + "\n").getBytes(StandardCharsets.UTF_8), "0600");
        }
        if (handedOver && emulator.isAlive()) {
            try (QmpClient qmp = QmpClient.connect(host.openUnix(dirs.qmp(), QUIT), host.name(), QUIT)) {
                qmp.execute("quit", new JsonObject(), QUIT);
            } catch (NobodyListensException | QmpException | QmpConnectionException | QmpTimeoutException e) {
                // It went while it was asked; what is left of it is ended below.
            }
            emulator.awaitEnd(QUIT);
        }
        List<Sh> lines = new ArrayList<>(List.of(Sh.of("set -e").aside(), HostScripts.kill(dirs)));
        lines.add(Sh.of("rm -rf -- {} {}", dirs.run(), dirs.moving()));
        if (task.transfer().copiesDisks()) {
            lines.add(Sh.of("rm -rf -- {}", dirs.lib()));
        }
        task.record()
                .map(VmRecord::template)
                .filter(name -> !name.isEmpty() && task.transfer().copiesDisks())
                .ifPresent(name -> lines.add(HostScripts.dropUnusedBuilds(
                        name,
                        task.template().map(t -> t.info().manifest().text()).orElse("/"))));
        HostShell.change(host, Sh.lines(lines), CLEAN);
    }
}
