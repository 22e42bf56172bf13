package tplctl.kinds;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tplctl.kind.ByteSize;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.kind.Subject;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmTask;

/**
 * A VM on the host that it shall run on.
 *
 * @param vm where it is declared
 * @param wanted what it is, once it is linked
 * @param there its template where the destination declares its file systems, once it is linked
 * @param imagesThere paths at which the destination declares images
 * @param address where the source reaches the destination
 * @param shared whether both hosts see the same disks
 * @param maxDowntime how long the guest may stand still for its RAM
 */
record MigrationSpec(
        Ref vm,
        Optional<VmSpec> wanted,
        Optional<TemplateInfo> there,
        Set<String> imagesThere,
        VmTask.MoveVm.Mode mode,
        Optional<ByteSize> bandwidth,
        Optional<Duration> maxDowntime,
        OptionalInt port,
        String address,
        boolean tls,
        boolean shared) {
    MigrationSpec linked(Optional<VmSpec> spec, Optional<TemplateInfo> template, Set<String> images) {
        return new MigrationSpec(vm, spec, template, images, mode, bandwidth, maxDowntime, port, address, tls, shared);
    }

    /** The host that it is declared on, and leaves. */
    String from() {
        return vm.host();
    }

    String name() {
        return vm.name();
    }

    Layout.Dirs dirs() {
        return Layout.vm(name());
    }

    VmSpec machine() {
        return wanted.orElseThrow(() -> new IllegalStateException("the VM " + name() + " is not linked"));
    }

    /** The VM as the host that declares it knows it; its identity stays when it moves. */
    Subject vmOf(Subject self) {
        return new Subject(new ResourceId(from(), vm.kind(), name()), self.owner(), self.timeout());
    }

    Identity identity(Subject self) {
        return Identity.of(from(), self.owner(), name());
    }
}
