package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.CommandLine;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestTask;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMarks;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.SharingRules;
import tplctl.machine.TakenPorts;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/**
 * Decides what a VM needs. A template's state is only ever loaded onto a fresh overlay: a clone whose disk was used boots from
 * it, or loses it by the user's word.
 */
final class VmChanges {
    private static final String UNKNOWN_BUILD = "BUILD";

    private final Subject self;
    private final VmSpec want;
    private final VmState have;
    private final Layout.Dirs dirs;

    VmChanges(Subject self, VmSpec want, VmState have) {
        this.self = self;
        this.want = want;
        this.have = have;
        this.dirs = Layout.vm(self.name());
    }

    List<Change> changes() {
        if (have.marks().isMoved()) {
            return List.of(); // wherever it is now, it is not to be started here
        }
        List<Change> changes = hereOnly();
        if (have.marks().incoming()) {
            return List.of(
                    refused("a VM of that name is arriving here, or was: apply the playbook with its migration"));
        }
        if (!have.marks().isMoving() || (have.isAlive() && changes.isEmpty())) {
            return changes;
        }
        // It may run where it was going: only who asks both hosts can tell.
        return want.stoodFor()
                ? List.of()
                : List.of(refused("its move to " + have.marks().to()
                        + " was not finished; apply the playbook with its migration"));
    }

    private Change refused(String why) {
        return Change.refused(Impact.UPDATE, "running", "", "true", why);
    }

    private List<Change> hereOnly() {
        Optional<String> outdated = outdated();
        if (outdated.isPresent()) {
            return List.of(replace(outdated.get()));
        }
        if (!want.running()) {
            return off();
        }
        if (!have.wasUp()) {
            return List.of(create());
        }
        if (have.isAlive()) {
            return told(have.record().orElseThrow());
        }
        return List.of(want.fresh() ? replace("off") : bootAgain());
    }

    // It goes on running: what it is told makes no other machine of it.
    private List<Change> told(VmRecord record) {
        GuestIdentity left = wanted().without(record.guest());
        if (left.isEmpty()) {
            return List.of();
        }
        String before = record.guest().isEmpty() ? "" : record.guest().toString();
        return List.of(Change.update("guest", before, wanted().toString(), new Step.Emulator(task(left, record))));
    }

    private GuestIdentity wanted() {
        return want.guest().orElse(GuestIdentity.NONE);
    }

    private GuestTask task(GuestIdentity identity, VmRecord record) {
        return new GuestTask(
                self.name(), dirs, identity, record.told(identity), want.ready().timeout());
    }

    private Optional<GuestTask> guest(GuestIdentity identity, VmRecord record) {
        return identity.isEmpty() ? Optional.empty() : Optional.of(task(identity, record));
    }

    /** What a clone needs when its template is about to be replaced. */
    List<Change> displaced() {
        return have.wasUp() && have.marks().equals(MoveMarks.NONE)
                ? List.of(replace("its template is replaced"))
                : changes();
    }

    // Only of a VM that was up: any other has nothing to lose, and is made anew without a question.
    private Optional<String> outdated() {
        if (!have.wasUp()) {
            return Optional.empty();
        }
        if (have.record().isEmpty()) {
            return Optional.of("its record cannot be read");
        }
        VmRecord record = have.record().get();
        // A replacement that was begun and given up, before it touched the template, leaves the mark too.
        boolean same =
                have.template().filter(m -> m.id().equals(record.templateId())).isPresent();
        if (have.stale() && !same) {
            return Optional.of("its template was replaced");
        }
        return record.digest().equals(want.digest()) ? Optional.empty() : Optional.of(record.digest());
    }

    private List<Change> off() {
        if (have.isAlive() && have.wasUp()) {
            return List.of(Change.update("running", "true", "false", stop()));
        }
        boolean defined =
                have.record().filter(r -> r.digest().equals(want.digest())).isPresent();
        if (defined && !have.isAlive()) {
            return List.of();
        }
        return List.of(new Change(Impact.CREATE, "running", "", "false", List.of(define())));
    }

    private Step define() {
        return new Step.Run(VmScripts.define(record(Platform.unknown(want.hardware()), "")), "define the VM");
    }

    private Change create() {
        Change change = start(Impact.CREATE, "", List.of());
        boolean unfinished = have.leftovers()
                && (have.isAlive()
                        || have.record().filter(r -> !r.templateId().isEmpty()).isPresent());
        return unfinished ? withNote(change, "an earlier start was not finished; what it left is discarded") : change;
    }

    private Change replace(String from) {
        List<Step> before = have.isAlive() ? List.of(stop()) : List.of();
        if (!want.running()) {
            List<Step> steps = new ArrayList<>(before);
            steps.add(define());
            return withNote(new Change(Impact.REPLACE, "running", from, "false", steps), "its disk is dropped");
        }
        return withNote(
                start(Impact.REPLACE, from, before),
                want.template().isPresent()
                        ? "its disk is dropped; the new clone starts from the template's"
                        : "its disk is dropped; the new VM starts from the image's");
    }

    // The disk was written since the template was frozen: the template's RAM would contradict it.
    private Change bootAgain() {
        if (!have.taken().isEmpty()) {
            return Change.refused(Impact.UPDATE, "running", "off", "boots from its own disk", taken());
        }
        VmRecord before = have.record().orElseThrow();
        List<String> argv = CommandLine.boot(want.hardware(), before.platform(), dirs, identity(), cards());
        Step start = new Step.Emulator(new VmTask.StartVm(
                self.name(),
                dirs,
                VmScripts.prepareRestart(before),
                argv,
                Optional.empty(),
                before.platform(),
                guest(forgotten(before), before),
                List.of(),
                want.ready()));
        Change change = Change.update("running", "off", "boots from its own disk", start);
        return want.template().isPresent()
                ? withNote(change, "it boots from its own disk, so its RAM is not shared with the template")
                : change;
    }

    // What a guest without a disk was told is gone with its memory.
    private GuestIdentity forgotten(VmRecord before) {
        return want.hardware().disks().isEmpty() ? wanted() : wanted().without(before.guest());
    }

    private Change start(Impact impact, String from, List<Step> before) {
        Optional<String> refusal = SharingRules.refusal(
                want.hardware(),
                have.template().map(m -> m.platform().version()).orElse(QemuVersion.UNKNOWN));
        String to = want.template().map(t -> "a clone of " + t.name()).orElse("a machine of its own");
        if (want.template().isPresent() && refusal.isPresent()) {
            return Change.refused(impact, "running", from, to, refusal.get());
        }
        Optional<String> unfit =
                want.template().isEmpty() ? have.emulator().unfit(want.hardware(), "VMs") : Optional.empty();
        if (unfit.isPresent()) {
            return Change.refused(impact, "running", from, to, unfit.get());
        }
        if (!have.taken().isEmpty() && !have.isAlive()) {
            return Change.refused(impact, "running", from, to, taken());
        }
        List<Step> steps = new ArrayList<>(before);
        steps.add(new Step.Emulator(
                want.template().isPresent() ? cloneTask(want.template().get()) : bootTask()));
        return new Change(impact, "running", from, to, steps);
    }

    private String taken() {
        return TakenPorts.refusal(have.taken(), self.id().host(), self.name() + " shall");
    }

    private VmTask.StartVm cloneTask(TemplateInfo template) {
        Platform platform = have.template()
                .map(Manifest::platform)
                .orElseGet(() ->
                        Platform.unknown(template.machine(), have.emulator().flavour()));
        String build = have.template().map(Manifest::id).orElse(UNKNOWN_BUILD);
        VmRecord record = record(platform, build);
        List<String> argv =
                CommandLine.clone(want.hardware(), platform, dirs, template.memories(), template.state(), identity());
        Sh prepare = VmScripts.prepareClone(record, template.machine().disks().size(), have.leftovers());
        return new VmTask.StartVm(
                self.name(),
                dirs,
                prepare,
                argv,
                Optional.of(template.state().text()),
                platform,
                guest(wanted(), record),
                cards(),
                want.ready());
    }

    private VmTask.StartVm bootTask() {
        Machine machine = want.hardware();
        Platform platform = have.emulator().platform(machine).orElseGet(() -> Platform.unknown(machine));
        VmRecord record = record(platform, "");
        List<String> argv = CommandLine.boot(machine, platform, dirs, identity(), cards());
        Sh prepare = VmScripts.preparePlain(record, machine, have.leftovers());
        return new VmTask.StartVm(
                self.name(),
                dirs,
                prepare,
                argv,
                Optional.empty(),
                platform,
                guest(wanted(), record),
                List.of(),
                want.ready());
    }

    private Step stop() {
        return new Step.Emulator(new VmTask.StopVm(self.name(), dirs, want.grace()));
    }

    private VmRecord record(Platform platform, String build) {
        return new VmRecord(
                self.name(),
                self.owner(),
                want.template().map(TemplateInfo::name).orElse(""),
                build,
                want.digest(),
                identity().uuid(),
                want.hardware().nodes().stream().map(node -> node.ram().bytes()).toList(),
                platform);
    }

    private Identity identity() {
        return Identity.of(self.id().host(), self.owner(), self.name());
    }

    private List<Machine.Nic> cards() {
        return want.cards(self);
    }

    private static Change withNote(Change change, String note) {
        List<String> notes = new ArrayList<>(change.notes());
        notes.add(note);
        return change.noting(notes);
    }
}
