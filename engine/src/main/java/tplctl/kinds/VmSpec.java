package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Position;
import tplctl.kind.Content;
import tplctl.kind.Ref;
import tplctl.kind.Subject;
import tplctl.machine.GuestIdentity;
import tplctl.machine.Identity;
import tplctl.machine.Machine;
import tplctl.machine.Ready;
import tplctl.machine.TemplateInfo;

/**
 * A VM as it is wanted.
 *
 * @param template the template's own word, once it is linked; empty for a machine of its own
 * @param guest what its guest is to be
 * @param agentUse where something is asked for that takes the guest agent
 * @param stoodFor whether the playbook says elsewhere on which host it is
 * @param fresh whether a clone that is found off is made anew instead of booted from its disk
 */
record VmSpec(
        Optional<Ref> templateRef,
        Optional<TemplateInfo> template,
        Optional<Machine> machine,
        List<Machine.Nic> nics,
        boolean running,
        boolean fresh,
        Optional<GuestIdentity> guest,
        Optional<Position> agentUse,
        Ready ready,
        Duration grace,
        Consoles consoles,
        boolean stoodFor) {
    /** What a clone has in place of its template's consoles. */
    record Consoles(Optional<String> serial, Optional<String> monitor, Optional<String> qmp) {
        // Spelled out, because digests of clones that run are made of it.
        @Override
        public String toString() {
            return "Consoles[serial=" + serial + ", monitor=" + monitor + ", qmp=" + qmp + "]";
        }
    }

    VmSpec linked(Optional<TemplateInfo> linkedTemplate, Optional<Machine> linkedMachine, boolean isStoodFor) {
        return new VmSpec(
                templateRef,
                linkedTemplate,
                linkedMachine,
                nics,
                running,
                fresh,
                guest,
                agentUse,
                ready,
                grace,
                consoles,
                isStoodFor);
    }

    /** The consoles that it has from its template. */
    List<String> inherited() {
        List<String> inherited = new ArrayList<>();
        template.map(TemplateInfo::machine).ifPresent(m -> {
            m.serial().filter(c -> consoles.serial().isEmpty()).ifPresent(inherited::add);
            m.monitor().filter(c -> consoles.monitor().isEmpty()).ifPresent(inherited::add);
            m.qmp().filter(c -> consoles.qmp().isEmpty()).ifPresent(inherited::add);
        });
        return inherited;
    }

    /** The cards of a VM that is called so on its first host and has that owner, each with its address. */
    List<Machine.Nic> cards(Subject vm) {
        List<Machine.Nic> cards = new ArrayList<>();
        for (Machine.Nic nic : nics) {
            String mac = nic.mac().orElse(Identity.mac(vm.id().host(), vm.owner(), vm.name(), cards.size()));
            cards.add(new Machine.Nic(nic.netdev(), nic.model(), Optional.of(mac)));
        }
        return cards;
    }

    /** The hardware that it has, its own or its template's. */
    Machine hardware() {
        Machine m = template.map(TemplateInfo::machine)
                .or(() -> machine)
                .orElseThrow(() -> new IllegalStateException("neither a template nor a machine is linked"));
        return m.withConsoles(
                consoles.serial().or(m::serial),
                consoles.monitor().or(m::monitor),
                consoles.qmp().or(m::qmp));
    }

    /** Of everything that would make another machine of it; 16 hexadecimal digits. What a guest is told makes none. */
    String digest() {
        String base = template.map(TemplateInfo::specDigest)
                .orElseGet(() -> hardware().fingerprint());
        return Content.of(base + "\0" + nics + "\0" + consoles).sha256().substring(0, 16);
    }
}
