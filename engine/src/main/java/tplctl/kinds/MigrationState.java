package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.Answers;
import tplctl.machine.EmulatorProbe;
import tplctl.machine.Identity;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMarks;
import tplctl.machine.MoveScripts;
import tplctl.machine.Processor;
import tplctl.machine.VmRecord;

/**
 * What was found of a VM on the two hosts of its move.
 *
 * @param here what the host that it leaves said; empty when that could not be reached
 */
record MigrationState(There there, Optional<Here> here) {
    /**
     * The host that it comes to.
     *
     * @param stamps of the template's files; empty without a manifest
     * @param emulator asked only when the VM is not there yet, as all that follows
     * @param types the machine types that it knows
     * @param freeBytes of the file system that disks lie on; -1 when not asked
     * @param memoryBytes available; -1 when not asked
     * @param listening whether something listens on the port
     * @param present which of the image files that the VM's disks stand on are there
     * @param place which file the VM's record is; empty without one
     */
    record There(
            VmState vm,
            List<String> stamps,
            EmulatorProbe.Found emulator,
            List<String> types,
            long freeBytes,
            long memoryBytes,
            boolean listening,
            Processor processor,
            List<String> present,
            String place) {
        /** Whether the template there is whole and untouched. */
        boolean isSealed() {
            return vm.template().filter(m -> sealed(m)).isPresent();
        }

        private boolean sealed(Manifest m) {
            List<Manifest.Sealed> files = m.files();
            boolean all = files.size() == stamps.size();
            for (int i = 0; all && i < files.size(); i++) {
                all = files.get(i).matches(stamps.get(i));
            }
            return all;
        }
    }

    /**
     * The host that it leaves.
     *
     * @param diskBytes what its overlays take
     * @param backing the files that they stand on
     * @param place which file its record is; empty without one
     */
    record Here(VmState vm, List<Long> diskBytes, List<String> backing, Processor processor, String place) {
        long allDiskBytes() {
            return diskBytes.stream().mapToLong(Long::longValue).sum();
        }
    }

    static Sh script(MigrationSpec want) {
        VmSpec vm = want.machine();
        List<Sh> template = new ArrayList<>();
        vm.template().ifPresent(t -> template.addAll(MoveScripts.template(t)));
        template.add(MoveScripts.present(images(vm)));
        return Sh.lines(List.of(
                VmState.arriving(want.name(), vm),
                MoveScripts.PLACE,
                MoveScripts.destination(vm.hardware(), template, want.port().orElse(0))));
    }

    static Sh elsewhere(MigrationSpec want) {
        return Sh.lines(List.of(
                VmState.script(want.name(), want.machine(), want.from()),
                MoveScripts.PLACE,
                MoveScripts.origin(
                        want.dirs(), want.machine().hardware().disks().size())));
    }

    /** The images that its disks, or those of its template, stand on. */
    static List<String> images(VmSpec vm) {
        return vm.hardware().disks().stream()
                .flatMap(d -> d.image().stream())
                .map(image -> image.path().text())
                .toList();
    }

    static MigrationState parse(MigrationSpec want, String to, Identity identity, ProbeOutput output) {
        There there = there(want, to, output);
        ProbeOutput.Elsewhere other = Optional.ofNullable(output.elsewhere().get(want.from()))
                .orElseThrow(() -> new ProbeException(want.from() + " was not asked"));
        Optional<Here> here = other.output().map(o -> here(want, o));
        if (here.isEmpty() && !(there.vm().wasUp() && isOurs(there.vm(), identity))) {
            throw new ProbeException("it is not here, and " + want.from() + " cannot be asked: " + other.unreachable());
        }
        return new MigrationState(there, here);
    }

    /**
     * Whether a host has the VM, where both see its files: a mark leads there, or its emulator runs there; what else it has of it is
     * in {@code /run}.
     */
    private static VmState vm(MigrationSpec want, String host, ProbeOutput output, Answers answers) {
        VmState vm = VmState.parse(host, output);
        boolean here = vm.isAlive() || MoveMarks.ledHere(answers, host);
        return want.shared() ? vm.shared(here, answers.has("runs")) : vm;
    }

    private static There there(MigrationSpec want, String to, ProbeOutput output) {
        Answers answers = Answers.of(output);
        return new There(
                vm(want, to, output, answers),
                answers.all("file"),
                EmulatorProbe.read(answers),
                answers.all("type"),
                answers.first("free").map(line -> product(line, 1)).orElse(-1L),
                answers.first("memory").map(line -> product(line, 1024)).orElse(-1L),
                answers.has("listening"),
                Processor.of(answers),
                answers.all("present"),
                answers.first("place").orElse(""));
    }

    private static Here here(MigrationSpec want, ProbeOutput output) {
        Answers answers = Answers.of(output);
        return new Here(
                vm(want, want.from(), output, answers),
                answers.all("disk").stream().map(line -> product(line, 1)).toList(),
                answers.all("backing").stream().filter(p -> !p.isEmpty()).toList(),
                Processor.of(answers),
                answers.first("place").orElse(""));
    }

    private static long product(String line, long unit) {
        long product = unit;
        for (String factor : line.split(" ")) {
            if (!factor.matches("[0-9]{1,15}")) {
                throw new ProbeException("not an amount: \"" + line + "\"");
            }
            product = Math.multiplyExact(product, Long.parseLong(factor));
        }
        return product;
    }

    /** Whether both hosts see the same files of the VM. */
    boolean samePlace() {
        return !there.place().isEmpty()
                && here.filter(h -> h.place().equals(there.place())).isPresent();
    }

    /** Whether what a host has of a VM of that name is that VM, and not another one's. */
    static boolean isOurs(VmState vm, Identity identity) {
        return vm.record().map(VmRecord::uuid).filter(identity.uuid()::equals).isPresent();
    }

    /** Whether what the destination has is the VM that the other host has, had, or would have. */
    boolean isOurs(Identity identity) {
        Optional<String> uuid = there.vm().record().map(VmRecord::uuid);
        boolean asThere = here.flatMap(h -> h.vm().record()
                        .map(VmRecord::uuid)
                        .or(() -> h.vm().marks().said().map(tplctl.machine.MoveMark::uuid)))
                .filter(u -> uuid.filter(u::equals).isPresent())
                .isPresent();
        return asThere || isOurs(there.vm(), identity);
    }
}
