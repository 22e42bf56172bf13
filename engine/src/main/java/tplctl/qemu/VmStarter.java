package tplctl.qemu;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.kind.Durations;
import tplctl.machine.Machine;
import tplctl.machine.QemuVersion;
import tplctl.machine.VmTask;

/** Starts one VM: a clone from its template's state, or a plain boot. */
final class VmStarter {
    private static final Duration LOAD = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Host host;
    private final VmTask.StartVm task;
    private final Emulator emulator;

    VmStarter(Host host, VmTask.StartVm task) {
        this.host = host;
        this.task = task;
        this.emulator = new Emulator(host, task.dirs(), task.doing());
    }

    Map<String, Object> run() {
        if (task.platform().version().equals(QemuVersion.UNKNOWN)) {
            throw emulator.failed("the emulator " + task.argv().get(0)
                    + " is not on this host; declare its package (packages: [qemu-system-x86]) or name its path");
        }
        long begin = System.nanoTime();
        Optional<String> inherited = task.state().filter(s -> task.platform().loadsFromDescriptor());
        if (task.state().isPresent() && task.platform().loadsAtStart()) {
            ChildSave.refuseSandbox(emulator, task.argv());
        }
        emulator.launch(task.prepare(), task.argv(), inherited, Map.of());
        try (QmpClient qmp = emulator.connect(false)) {
            if (task.state().isPresent()) {
                if (task.platform().loadsAtStart()) {
                    awaitLoaded(qmp);
                } else {
                    load(qmp);
                }
                qmp.execute("cont", new JsonObject(), Emulator.SHORT);
            }
            task.guest().ifPresent(guest -> new GuestTeller(host, guest, emulator).run());
            plugIn(qmp);
        } catch (QmpException | QmpConnectionException | QmpTimeoutException e) {
            throw abandoned(e);
        } catch (EmulatorException | HostException e) {
            throw emulator.killedAfter(e);
        }
        try {
            emulator.awaitReady(task.ready());
        } catch (EmulatorException | HostException e) {
            throw emulator.killedAfter(e);
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("start_ms", (System.nanoTime() - begin) / 1_000_000);
        host.put(task.dirs().up(), new byte[0], "0600");
        return metrics;
    }

    private void load(QmpClient qmp) {
        List<QmpCommand> commands =
                new ArrayList<>(Emulator.capabilities(qmp, task.platform().flavour()));
        JsonObject uri = new JsonObject();
        uri.addProperty("uri", task.incomingUri());
        commands.add(new QmpCommand("migrate-incoming", uri));
        QmpClient.Mark before = qmp.mark();
        qmp.executeAll(commands, Emulator.SHORT);
        QmpEvent end = qmp.awaitEvent(before, VmStarter::isEndOfLoad, LOAD);
        if (!status(end).equals("completed")) {
            throw emulator.failed("the template's state could not be loaded" + emulator.lastWords());
        }
    }

    // It began before QMP listened, so no event can be relied on; a load that fails ends the emulator.
    private void awaitLoaded(QmpClient qmp) {
        long deadline = System.nanoTime() + LOAD.toNanos();
        while (MigrationSetup.text(qmp, "query-status", "status").equals("inmigrate")) {
            if (System.nanoTime() > deadline) {
                throw emulator.failed(
                        "the template's state was not loaded within " + Durations.shown(LOAD) + emulator.lastWords());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    // The command line's own syntax for -netdev has no counterpart in QMP, whose arguments are typed; the monitor takes
    // it as it is.
    private void plugIn(QmpClient qmp) {
        for (int i = 0; i < task.cards().size(); i++) {
            Machine.Nic nic = task.cards().get(i);
            JsonObject monitor = new JsonObject();
            monitor.addProperty("command-line", "netdev_add " + nic.netdev() + ",id=net" + i);
            String answer = qmp.execute("human-monitor-command", monitor, Emulator.SHORT)
                    .getAsString();
            if (!answer.isBlank()) {
                throw emulator.failed("netdev_add " + nic.netdev() + ": " + answer.strip());
            }
            JsonObject device = new JsonObject();
            device.addProperty("driver", nic.model());
            device.addProperty("id", "nic" + i);
            device.addProperty("netdev", "net" + i);
            nic.mac().ifPresent(mac -> device.addProperty("mac", mac));
            qmp.execute("device_add", device, Emulator.SHORT);
        }
    }

    private EmulatorException abandoned(RuntimeException cause) {
        // A load that fails ends the emulator; what it says then explains more than the broken connection does.
        Emulator.cleanedUp(cause, () -> emulator.awaitEnd(Duration.ofMillis(500)));
        String words = emulator.lastWords();
        String problem = Optional.ofNullable(cause.getMessage()).orElse("QMP failed");
        return emulator.killedAfter(emulator.failed(problem + words, cause));
    }

    static boolean isEndOfLoad(QmpEvent event) {
        return event.name().equals("MIGRATION")
                && (status(event).equals("completed") || status(event).equals("failed"));
    }

    static String status(QmpEvent event) {
        return event.data().has("status") ? event.data().get("status").getAsString() : "";
    }
}
