package tplctl.qemu;

import java.util.Map;
import tplctl.host.Host;
import tplctl.machine.VmTask;

/** Carries out what is to be done with emulators. Thread-safe. */
public final class VmExecutor {
    /**
     * Does a task and returns what it measured.
     *
     * @throws EmulatorException when it could not be done; what was half made is ended, its logs are kept
     * @throws tplctl.host.HostException when a script failed
     */
    public Map<String, Object> run(VmTask task, Host host) {
        if (task instanceof VmTask.BuildTemplate build) {
            return new TemplateBuilder(host, build).run();
        }
        if (task instanceof VmTask.StartVm start) {
            return new VmStarter(host, start).run();
        }
        if (task instanceof VmTask.StopVm stop) {
            new VmStopper(host, stop).run();
            return Map.of();
        }
        throw new IllegalStateException("no executor for " + task);
    }
}
