package tplctl.kinds;

import java.util.List;
import java.util.Optional;
import tplctl.machine.Machine;
import tplctl.machine.Ready;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmTask;

/** VMs of which a playbook says no more than it must. */
final class VmSpecs {
    private VmSpecs() {}

    static VmSpec clone(TemplateInfo template) {
        return of(Optional.of(template), Optional.empty(), false);
    }

    /** One that a migration stands for. */
    static VmSpec moved(TemplateInfo template) {
        return of(Optional.of(template), Optional.empty(), true);
    }

    static VmSpec plain(Machine machine) {
        return of(Optional.empty(), Optional.of(machine), false);
    }

    private static VmSpec of(Optional<TemplateInfo> template, Optional<Machine> machine, boolean stoodFor) {
        return new VmSpec(
                Optional.empty(),
                template,
                machine,
                List.of(),
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                Ready.RUNNING,
                VmTask.StopVm.DEFAULT_GRACE,
                new VmSpec.Consoles(Optional.empty(), Optional.empty(), Optional.empty()),
                stoodFor);
    }
}
