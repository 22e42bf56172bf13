package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.Identity;
import tplctl.machine.Manifest;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

/**
 * Decides what a VM needs to run where it shall, by what both hosts' files say. What the emulators say is only asked when it is
 * done; see {@link tplctl.machine.Remnants}.
 */
final class MigrationChanges {
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final String FIELD = "host";

    private final Subject self;
    private final MigrationSpec want;
    private final MigrationState have;
    private final VmState there;
    private final String to;
    private final MigrationNeeds needs;

    MigrationChanges(Subject self, MigrationSpec want, MigrationState have) {
        this.self = self;
        this.want = want;
        this.have = have;
        this.there = have.there().vm();
        this.to = self.id().host();
        this.needs = new MigrationNeeds(to, want, have);
    }

    List<Change> changes() {
        Identity identity = want.identity(self);
        if (there.record().isPresent() && !have.isOurs(identity)) {
            VmRecord other = there.record().get();
            return refused(to + " has another VM of the name " + want.name() + ", made by " + other.owner()
                    + "; give one of them another name, or remove that one");
        }
        if (have.samePlace() && !want.shared()) {
            // Whatever would be cleaned up on one of them, the other would lose.
            return refused(
                    "storage",
                    want.from() + " and " + to + " see the same " + want.dirs().lib()
                            + ", and \"storage: copy\" would write over it; say \"storage: shared\"");
        }
        if (there.wasUp()) {
            return have.here().map(this::arrived).orElseGet(this::onceThere);
        }
        MigrationState.Here here =
                have.here().orElseThrow(() -> new IllegalStateException("neither host is known to have the VM"));
        return here.vm().marks().isMoved() ? handedOver(here) : toBeMoved(here);
    }

    /** What it needs when its template there is about to be replaced. */
    List<Change> displaced() {
        return there.wasUp() && changes().isEmpty()
                ? new VmChanges(want.vmOf(self), want.machine(), there.settled()).displaced()
                : changes();
    }

    // It is the destination's; what is left of it at the source must go, and never start.
    private List<Change> arrived(MigrationState.Here here) {
        VmState left = here.vm();
        boolean marked = left.marks().isMoved() || left.marks().isMoving();
        if (left.isAlive() && !marked && there.isAlive()) {
            return refused("an emulator of " + want.name() + " runs on both " + want.from() + " and " + to
                    + ": end the wrong one, then apply again. To see which, on each: echo"
                    + " '{\"execute\":\"qmp_capabilities\"}{\"execute\":\"query-status\"}' | socat - "
                    + want.dirs().qmp());
        }
        if (left.isAlive() && !marked) {
            return toBeMoved(here);
        }
        if (!marked && !left.leftovers()) {
            return refused(want.name() + " runs on " + to + ", but " + want.from()
                    + " has lost the mark that says so, and would start it a second time; on " + want.from()
                    + ": touch "
                    + want.dirs().moved());
        }
        if (!left.marks().isMoved() || left.leftovers() || there.marks().isMoved()) {
            return List.of(move(
                    Impact.UPDATE, "leftovers", "of an earlier move, on " + want.from(), "removed", here, List.of()));
        }
        return onceThere();
    }

    // It lives there like any VM on its own host, with the identity that it came with.
    private List<Change> onceThere() {
        List<Change> changes = new VmChanges(want.vmOf(self), want.machine(), there.settled()).changes();
        Optional<TemplateInfo> template = want.machine().template();
        boolean clones = changes.stream()
                .flatMap(c -> c.steps().stream())
                .anyMatch(s -> s instanceof Step.Emulator e
                        && e.task() instanceof VmTask.StartVm start
                        && start.state().isPresent());
        boolean same =
                template.map(TemplateInfo::specDigest).equals(there.template().map(Manifest::specDigest));
        if (clones && !same) {
            return refused("it has to be made anew on " + to + ", where there is no template "
                    + template.map(TemplateInfo::name).orElse("")
                    + " as it is declared now; declare it there, with build_on: "
                    + want.from());
        }
        return changes;
    }

    private List<Change> handedOver(MigrationState.Here here) {
        String at = here.vm().marks().to();
        if (!at.equals(to)) {
            return refused(want.name() + " was moved from " + want.from() + " to " + at + "; declare that migration, or"
                    + " move it from there");
        }
        if (there.record().isEmpty()) {
            return refused(want.name() + " was moved to " + to + ", and is not there any more. If it is lost, remove "
                    + want.dirs().moved() + " on " + want.from() + ", and it is made anew");
        }
        return List.of(move(
                Impact.MIGRATE,
                FIELD,
                want.from(),
                to,
                here,
                List.of("its move was not finished: it is continued on " + to
                        + ", or booted there from its disk when its RAM is gone")));
    }

    private List<Change> toBeMoved(MigrationState.Here here) {
        List<MigrationNeeds.Unmet> unmet = needs.unmet(here);
        if (!unmet.isEmpty()) {
            return unmet.stream()
                    .map(u -> Change.refused(Impact.MIGRATE, u.field(), want.from(), to, u.why()))
                    .toList();
        }
        List<String> notes = new ArrayList<>();
        if (here.vm().marks().isMoving()) {
            notes.add("an earlier move was not finished; what it left is looked at first");
        } else if (there.marks().incoming() || there.leftovers()) {
            notes.add("what an earlier move left on " + to + " is discarded");
        }
        notes.addAll(needs.notes(here));
        return List.of(move(Impact.MIGRATE, FIELD, want.from(), to, here, notes));
    }

    private List<Change> refused(String why) {
        return refused(FIELD, why);
    }

    private List<Change> refused(String field, String why) {
        return List.of(Change.refused(Impact.MIGRATE, field, want.from(), to, why));
    }

    private Change move(
            Impact impact, String field, String from, String target, MigrationState.Here here, List<String> notes) {
        VmSpec vm = want.machine();
        Optional<VmRecord> record = here.vm().record().or(there::record);
        Identity identity = record.map(r -> new Identity(want.name(), r.uuid())).orElseGet(() -> want.identity(self));
        VmTask.MoveVm task = new VmTask.MoveVm(
                want.dirs(),
                identity,
                self.owner(),
                want.from(),
                to,
                new VmTask.MoveVm.Transfer(
                        want.mode(),
                        want.address(),
                        want.port().orElse(0),
                        want.tls(),
                        !want.shared(),
                        want.bandwidth().map(b -> b.bytes()),
                        want.maxDowntime(),
                        self.limit(LIMIT)),
                record,
                vm.hardware(),
                vm.cards(want.vmOf(self)),
                vm.template().map(t -> new VmTask.MoveVm.Moved(t, here.vm().template(), needs.copiesTemplate())),
                here.backing(),
                restart(here),
                vm.ready());
        return new Change(impact, field, from, target, List.of(new Step.Emulator(task))).noting(notes);
    }

    private Optional<VmTask.StartVm> restart(MigrationState.Here here) {
        if (!here.vm().marks().isMoving()
                || here.vm().isAlive()
                || here.vm().record().isEmpty()) {
            return Optional.empty();
        }
        return new VmChanges(want.vmOf(self), want.machine(), here.vm().settled())
                .changes().stream()
                        .flatMap(c -> c.steps().stream())
                        .filter(s -> s instanceof Step.Emulator e && e.task() instanceof VmTask.StartVm)
                        .map(s -> (VmTask.StartVm) ((Step.Emulator) s).task())
                        .findFirst();
    }
}
