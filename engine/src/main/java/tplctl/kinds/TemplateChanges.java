package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.CommandLine;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Room;
import tplctl.machine.SharingRules;
import tplctl.machine.TakenPorts;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** What makes a template so. Pure. */
final class TemplateChanges {
    private final Subject self;
    private final Templates.Spec want;
    private final TemplateState have;
    private final TemplateInfo template;

    TemplateChanges(Subject self, Templates.Spec want, TemplateState have) {
        this.self = self;
        this.want = want;
        this.have = have;
        this.template = want.template();
    }

    /** At most one: a template is built or copied as a whole, or left as it is. */
    List<Change> changes() {
        return have.difference(template)
                .map(difference -> refusal(difference).orElseGet(() -> made(difference)))
                .map(List::of)
                .orElse(List.of());
    }

    /** The room that this takes on the RAM file's file system. */
    List<Claim> claims(List<Change> changes) {
        if (changes.isEmpty() || changes.get(0).isRefused()) {
            return List.of();
        }
        return Room.claims(template, have.room(), 1, removesFirst() ? have.memoryBytes() : 0).stream()
                .map(claim -> claim.once("the template " + self.name()))
                .toList();
    }

    private Optional<Change> refusal(TemplateState.Difference difference) {
        Machine machine = template.machine();
        return have.emulator()
                .unfit(machine, "templates")
                .or(() ->
                        SharingRules.refusal(machine, have.emulator().version().orElse(QemuVersion.UNKNOWN)))
                .map(why -> refused(difference, difference.field(), why))
                .or(() -> have.otherVersion().map(why -> refused(difference, "emulator", why)))
                .or(() -> portsTaken(difference));
    }

    private static Change refused(TemplateState.Difference difference, String field, String why) {
        return Change.refused(difference.impact(), field, difference.from(), difference.to(), why);
    }

    private Optional<Change> portsTaken(TemplateState.Difference difference) {
        if (have.taken().isEmpty()
                || want.copiedFrom().isPresent()
                || (replaces(difference) && !have.clones().isEmpty())) {
            return Optional.empty();
        }
        String why = TakenPorts.refusal(have.taken(), self.id().host(), "the template shall while it is built");
        return Optional.of(refused(difference, difference.field(), why));
    }

    private static boolean replaces(TemplateState.Difference difference) {
        return difference.impact() == Impact.REPLACE;
    }

    private Change made(TemplateState.Difference difference) {
        List<ResourceId> clones = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        if (replaces(difference)) {
            have.clones().forEach(n -> clones.add(new ResourceId(self.id().host(), "vms", n)));
            steps.add(new Step.Run(VmScripts.markStale(have.clones()), "mark the clones of the old template"));
            // The ports that are taken may be theirs.
            if (removesFirst() || !have.taken().isEmpty()) {
                have.clones().forEach(n -> steps.add(stop(n)));
            }
        }
        if (removesFirst()) {
            steps.add(remove());
        }
        steps.add(new Step.Emulator(want.copiedFrom().map(this::copy).orElseGet(this::build)));
        leftElsewhere().forEach(old -> steps.add(drop(old)));
        return new Change(difference.impact(), difference.field(), difference.from(), difference.to(), steps)
                .displacing(clones)
                .noting(notes());
    }

    private VmTask copy(String from) {
        return new VmTask.CopyTemplate(
                template,
                have.source(),
                from,
                self.id().host(),
                want.address(),
                self.owner(),
                have.emulator().stamp(),
                have.inputs());
    }

    private VmTask build() {
        Platform platform =
                have.emulator().platform(template.machine()).orElseGet(() -> Platform.unknown(template.machine()));
        Identity identity = Identity.of(self.id().host(), self.owner(), "template " + self.name());
        List<String> argv = CommandLine.template(
                template.machine(),
                platform,
                Layout.building(self.name()),
                TemplateScripts.draftMemories(template),
                new Identity(self.name(), identity.uuid()));
        return new VmTask.BuildTemplate(
                template,
                platform,
                self.owner(),
                want.ready(),
                have.emulator().stamp(),
                have.inputs(),
                TemplateScripts.prepare(template),
                argv);
    }

    // The new RAM file is made beside the old one, which its clones run on until they are replaced; only where the file
    // system has no room for two does the old one, or what was left of one, go first.
    private boolean removesFirst() {
        return have.memoryBytes() > 0
                && have.room()
                        .filter(r -> r.isTmpfs() || r.isHugetlbfs())
                        .filter(r -> r.freeBytes() < template.machine().ram().bytes())
                        .isPresent();
    }

    // A RAM file that the template had elsewhere would take its memory for ever.
    private List<Manifest.Sealed> leftElsewhere() {
        List<String> now = template.memories().stream().map(AbsPath::text).toList();
        return have.manifest().map(Manifest::memory).orElse(List.of()).stream()
                .filter(old -> !now.contains(old.path()))
                .toList();
    }

    private static Step drop(Manifest.Sealed old) {
        return new Step.Run(TemplateScripts.dropSealed(old), "remove the RAM file in its old place");
    }

    private static Step stop(String vm) {
        return new Step.Emulator(new VmTask.StopVm(vm, Layout.vm(vm), VmTask.StopVm.DEFAULT_GRACE));
    }

    private Step remove() {
        List<Manifest.Sealed> old = have.manifest().map(Manifest::memory).orElse(List.of());
        String memory = old.isEmpty() ? template.memory().text() : old.get(0).path();
        int nodes = old.isEmpty() ? template.memories().size() : old.size();
        Sh script = TemplateScripts.remove(
                self.name(), memory, nodes, template.state().text());
        return new Step.Run(script, "remove the old template, which leaves no room for another");
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (want.copiedFrom().isPresent()) {
            notes.add("copied from " + want.copiedFrom().get() + ", digests compared");
            return notes;
        }
        Optional<Platform> platform = have.emulator().platform(template.machine());
        if (have.emulator().path().isEmpty()) {
            notes.add("the emulator " + template.machine().emulator()
                    + " is not there yet; accelerator and machine type are known once it is");
        }
        platform.filter(p -> !p.accelReason().isEmpty())
                .ifPresent(p -> notes.add("runs under tcg: " + p.accelReason()));
        platform.filter(p -> p.accel().equals("kvm"))
                .flatMap(p -> have.emulator().kvm().filter(answer -> !answer.equals("ok")))
                .ifPresent(why -> notes.add("is to run under kvm, but " + why + "; \"accel: auto\" takes tcg then"));
        platform.filter(p -> !p.mapsTemplateReadOnly())
                .ifPresent(p -> notes.add("QEMU " + p.version() + " cannot map the RAM file read-only (8.2 can):"
                        + " devices that give memory back are refused"));
        if (!have.away().isEmpty() && have.manifest().isPresent()) {
            notes.add(String.join(", ", have.away()) + (have.away().size() == 1 ? " is" : " are")
                    + " on another host and not replaced with it");
        }
        return notes;
    }
}
