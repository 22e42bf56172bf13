package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.machine.EmulatorProbe;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.Processor;
import tplctl.machine.QemuVersion;
import tplctl.machine.Room;
import tplctl.machine.TakenPorts;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

/** What a move asks of the host that the VM comes to, and what the user should know of it before. */
final class MigrationNeeds {
    /** A reason why the VM cannot move, and what would be right. */
    record Unmet(String field, String why) {}

    private final String to;
    private final MigrationSpec want;
    private final MigrationState have;
    private final MigrationState.There there;

    MigrationNeeds(String to, MigrationSpec want, MigrationState have) {
        this.to = to;
        this.want = want;
        this.have = have;
        this.there = have.there();
    }

    List<Unmet> unmet(MigrationState.Here here) {
        List<Unmet> unmet = new ArrayList<>();
        template(here).ifPresent(why -> unmet.add(new Unmet("template", why)));
        emulator(here).ifPresent(why -> unmet.add(new Unmet("emulator", why)));
        accelerator(here).ifPresent(why -> unmet.add(new Unmet("accel", why)));
        cpu().ifPresent(why -> unmet.add(new Unmet("cpu", why)));
        storage(here).ifPresent(why -> unmet.add(new Unmet("storage", why)));
        images().ifPresent(why -> unmet.add(new Unmet("disk", why)));
        if (there.listening()) {
            unmet.add(new Unmet(
                    "port",
                    "something listens on port " + want.port().orElse(0) + " of " + to
                            + " already; name another one, or leave \"port\" out"));
        }
        if (!there.vm().taken().isEmpty() && !there.vm().isAlive()) {
            unmet.add(new Unmet("port", TakenPorts.refusal(there.vm().taken(), to, want.name() + " shall")));
        }
        if (want.mode() == VmTask.MoveVm.Mode.TEMPLATE_AWARE) {
            whyFull(here)
                    .ifPresent(why -> unmet.add(new Unmet("mode", why + "; \"mode: auto\" would send all of its RAM")));
        }
        return unmet;
    }

    /** Whether the template's files are to be brought along. */
    boolean copiesTemplate() {
        return want.machine().template().isPresent() && there.vm().template().isEmpty();
    }

    private Optional<String> template(MigrationState.Here here) {
        Optional<Manifest> theirs = there.vm().template();
        Optional<Manifest> ours = here.vm().template();
        if (theirs.isEmpty() || want.machine().template().isEmpty()) {
            return Optional.empty();
        }
        String name = theirs.get().name();
        String path = want.machine().template().get().state().text();
        if (ours.filter(m -> !m.isSameAs(theirs.get())).isPresent()) {
            return Optional.of("the template " + name + " on " + to + " (" + path
                    + ") has other contents than the one on "
                    + want.from() + ", and is not overwritten; remove it there, or declare it there with build_on: "
                    + want.from());
        }
        if (!there.isSealed()) {
            return Optional.of("the template " + name + " on " + to + " (" + path
                    + ") was altered after it was sealed; remove it there");
        }
        return Optional.empty();
    }

    // QEMU migrates to the same or a newer version that knows the machine type
    // (docs/devel/migration/compatibility.rst).
    private Optional<String> emulator(MigrationState.Here here) {
        EmulatorProbe.Found found = there.emulator();
        Optional<VmRecord> record = here.vm().record();
        if (found.banner().isPresent() && found.version().isEmpty()) {
            return Optional.of(found.path().orElse("") + " on " + to + " is not QEMU: it calls itself \""
                    + found.banner().get() + "\"");
        }
        if (record.isEmpty() || found.version().isEmpty()) {
            return Optional.empty();
        }
        QemuVersion source = record.get().platform().version();
        QemuVersion target = found.version().get();
        if (!target.atLeast(source.major(), source.minor())) {
            return Optional.of(to + " has QEMU " + target + ", which is older than the " + source + " that "
                    + want.name() + " runs under; a VM moves to the same version or a newer one");
        }
        String type = record.get().platform().machineType();
        if (!there.types().isEmpty() && !there.types().contains(type)) {
            return Optional.of("QEMU " + target + " on " + to + " has no machine type \"" + type + "\", which "
                    + want.name() + " is of");
        }
        return Optional.empty();
    }

    private Optional<String> accelerator(MigrationState.Here here) {
        Optional<String> kvm = there.emulator().kvm().filter(answer -> !answer.equals("ok"));
        boolean needed = here.vm()
                .record()
                .filter(r -> r.platform().accel().equals("kvm"))
                .isPresent();
        return needed && kvm.isPresent()
                ? Optional.of(want.name() + " runs under kvm, and " + to + " cannot: " + kvm.get())
                : Optional.empty();
    }

    private Optional<String> storage(MigrationState.Here here) {
        return want.shared() && !here.place().isEmpty() && !have.samePlace()
                ? Optional.of(to + " does not see the files that " + want.from() + " has in "
                        + want.dirs().lib()
                        + "; mount the same " + Layout.LIB + "/vms on both, or say \"storage: copy\"")
                : Optional.empty();
    }

    private Optional<String> images() {
        if (want.shared() || there.freeBytes() < 0) {
            return Optional.empty();
        }
        return MigrationState.images(want.machine()).stream()
                .filter(path -> !there.present().contains(path))
                .filter(path -> !want.imagesThere().contains(path))
                .findFirst()
                .map(path -> to + " has no " + path + ", which the disk of " + want.name()
                        + " stands on; declare that image there");
    }

    private Optional<String> whyFull(MigrationState.Here here) {
        if (want.machine().template().isEmpty()) {
            return Optional.of(want.name() + " is no clone of a template");
        }
        if (!want.tls()) {
            return Optional.of(
                    "without TLS the emulators speak to each other, with nothing between them that could filter");
        }
        Optional<QemuVersion> target = there.emulator().version();
        Optional<VmRecord> record = here.vm().record();
        Optional<QemuVersion> old = target.filter(v -> !v.atLeast(4, 2))
                .or(() -> record.map(r -> r.platform().version()).filter(v -> !v.atLeast(4, 2)));
        if (old.isPresent() && !old.get().equals(QemuVersion.UNKNOWN)) {
            return Optional.of("QEMU " + old.get() + " writes its ROMs into a RAM that arrives (4.2 does not)");
        }
        if (record.isPresent() && here.vm().template().isEmpty()) {
            return Optional.of("its template is not on " + want.from() + " any more");
        }
        boolean other = record.isPresent()
                && here.vm()
                        .template()
                        .filter(m -> !m.id().equals(record.get().templateId()))
                        .isPresent();
        return other ? Optional.of("its template was made anew since it was cloned") : Optional.empty();
    }

    List<String> notes(MigrationState.Here here) {
        List<String> notes = new ArrayList<>();
        want.machine()
                .template()
                .ifPresent(t -> notes.add(
                        copiesTemplate()
                                ? "the template " + t.name() + " is copied to " + to + " first ("
                                        + t.machine().ram() + " of RAM, and its disk)"
                                : to + " has the same template " + t.name()));
        notes.add(modeNote(here));
        long disks = here.allDiskBytes();
        if (!want.shared() && !want.machine().hardware().disks().isEmpty()) {
            notes.add(
                    here.diskBytes().isEmpty()
                            ? "its disk is copied, and the guest stands still for that"
                            : "its disk (" + shown(disks) + ") is copied, and the guest stands still for that");
        }
        if (!want.tls()) {
            notes.add("without TLS: whoever is on the network between the hosts can read the guest's memory");
        }
        processors(here).ifPresent(notes::add);
        flags(here).ifPresent(notes::add);
        return notes;
    }

    private String modeNote(MigrationState.Here here) {
        if (want.mode() == VmTask.MoveVm.Mode.FULL) {
            return "all of its RAM is sent, and none of it is shared with a template there";
        }
        return whyFull(here)
                .map(why -> "warning: all of its RAM is sent, and none of it is shared there: " + why)
                .orElse("template-aware: only pages that differ from the template's are sent");
    }

    private Optional<String> processors(MigrationState.Here here) {
        return seesTheHosts(here) && here.processor().differsFrom(there.processor())
                ? Optional.of("warning: the guest sees the host's own processor, and " + to + " has another one ("
                        + there.processor().name() + " instead of "
                        + here.processor().name() + ")")
                : Optional.empty();
    }

    // No reason to refuse: some of the flags only say what the host's kernel, microcode and firmware do, and which of
    // the others its guests see is KVM's affair.
    private Optional<String> flags(MigrationState.Here here) {
        List<String> missed = here.processor().missedOn(there.processor());
        return seesTheHosts(here) && !missed.isEmpty()
                ? Optional.of("warning: the guest sees the host's own processor, and /proc/cpuinfo of " + to + " lacks "
                        + String.join(", ", missed)
                        + "; what the guest uses of that fails there, if it sees it at all. A"
                        + " machine whose \"cpu\" both hosts have moves without that")
                : Optional.empty();
    }

    private boolean seesTheHosts(MigrationState.Here here) {
        return here.vm()
                        .record()
                        .filter(r -> r.platform().accel().equals("kvm"))
                        .isPresent()
                && Processor.model(want.machine().hardware()).orElse("host").equals("host");
    }

    private Optional<String> cpu() {
        Optional<String> model = Processor.model(want.machine().hardware());
        return model.isPresent() && there.processor().lacksModel()
                ? Optional.of(there.emulator().path().orElse("the emulator") + " on " + to + " has no CPU model \""
                        + model.get() + "\", which " + want.name() + " has")
                : Optional.empty();
    }

    private static String shown(long bytes) {
        ByteSize mebi = ByteSize.mebi(new ByteSize(bytes).in(1L << 20));
        return mebi.toString();
    }

    /** What the move takes from the destination. */
    List<Claim> claims(List<Change> changes) {
        Optional<MigrationState.Here> here = have.here();
        boolean moves = changes.stream().anyMatch(c -> c.impact() == Impact.MIGRATE && !c.isRefused());
        if (!moves || here.isEmpty()) {
            return List.of();
        }
        List<Claim> claims = new ArrayList<>();
        long ram = want.machine().hardware().ram().bytes();
        Optional<Room> room = there.vm().room();
        Optional<TemplateInfo> template = want.there();
        if (template.isPresent()) {
            boolean huge = template.get().hugePages().isPresent()
                    || room.filter(Room::isHugetlbfs).isPresent();
            if (copiesTemplate()) {
                Room.claims(template.get(), room, 1, 0)
                        .forEach(claim -> claims.add(claim.once(theTemplate(template.get()))));
            }
            if (huge) {
                // A private mapping of huge pages reserves them all.
                claims.addAll(Room.claims(template.get(), room, 1, 0));
            }
        }
        boolean full =
                want.mode() == VmTask.MoveVm.Mode.FULL || whyFull(here.get()).isPresent();
        if (full && there.memoryBytes() >= 0) {
            claims.add(new Claim("memory", "bytes", there.memoryBytes(), ram, 0));
        }
        if (there.freeBytes() >= 0) {
            long own = want.shared() ? 0 : here.get().allDiskBytes();
            long frozen = copiesTemplate() ? frozenBytes(here.get()) : 0;
            if (own > 0) {
                claims.add(disk(own));
            }
            if (frozen > 0) {
                claims.add(disk(frozen)
                        .once(want.there().map(MigrationNeeds::theTemplate).orElse("")));
            }
        }
        return claims;
    }

    private Claim disk(long bytes) {
        return new Claim("disk space in " + Layout.LIB, "bytes", there.freeBytes(), bytes, 0);
    }

    private static String theTemplate(TemplateInfo template) {
        return "the template " + template.name();
    }

    private static long frozenBytes(MigrationState.Here here) {
        return here.vm().template().stream()
                .flatMap(m -> m.disks().stream())
                .mapToLong(Manifest.Sealed::bytes)
                .sum();
    }
}
