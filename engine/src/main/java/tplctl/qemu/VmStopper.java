package tplctl.qemu;

import com.google.gson.JsonObject;
import java.time.Duration;
import tplctl.host.Host;
import tplctl.host.NobodyListensException;
import tplctl.machine.VmTask;

/** Shuts one VM down: the guest is asked first, then the emulator, and only then is the process ended. */
final class VmStopper {
    private static final Duration QUIT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Host host;
    private final VmTask.StopVm task;
    private final Emulator emulator;

    VmStopper(Host host, VmTask.StopVm task) {
        this.host = host;
        this.task = task;
        this.emulator = new Emulator(host, task.dirs(), task.doing());
    }

    void run() {
        if (!emulator.isAlive()) {
            return;
        }
        try (QmpClient qmp = QmpClient.connect(host.openUnix(task.dirs().qmp(), ANSWER), host.name(), ANSWER)) {
            boolean running = qmp.execute("query-status", new JsonObject(), ANSWER)
                    .getAsJsonObject()
                    .get("running")
                    .getAsBoolean();
            if (running) {
                qmp.execute("system_powerdown", new JsonObject(), ANSWER);
                if (emulator.awaitEnd(task.grace())) {
                    return;
                }
            }
            qmp.execute("quit", new JsonObject(), ANSWER);
        } catch (NobodyListensException | QmpException | QmpConnectionException | QmpTimeoutException e) {
            // It went while it was asked, or does not listen any more: what is left of it is ended below.
        }
        if (!emulator.awaitEnd(QUIT)) {
            emulator.kill();
        }
    }
}
