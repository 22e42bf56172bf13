package tplctl.qemu;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.host.Host;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;
import tplctl.machine.CommandLine;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.MoveMark;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** The emulator on the host that a VM comes to: made ready, started, and removed again when nothing comes of it. */
final class Arrival {
    private static final Duration PREPARE = Duration.ofMinutes(2);

    private final Host host;
    private final VmTask.MoveVm task;
    private final Layout.Dirs dirs;
    private final Emulator emulator;

    Arrival(Host host, VmTask.MoveVm task) {
        this.host = host;
        this.task = task;
        this.dirs = task.dirs();
        this.emulator = new Emulator(host, dirs, task.doing());
    }

    Emulator emulator() {
        return emulator;
    }

    /**
     * Starts it, stopped and waiting for a state. Its disks are empty overlays, to be written when the VM has stopped on the other
     * host; with shared storage they are the VM's own.
     *
     * @param sharing whether its RAM is a private mapping of the template's file
     */
    void launch(MoveMark mark, boolean sharing, String guid, List<CommandLine.Slot> slots) {
        VmRecord record = task.record().orElseThrow();
        List<Sh> lines = new ArrayList<>();
        if (task.transfer().copiesDisks()) {
            int disks = task.machine().disks().size();
            lines.add(
                    record.templateId().isEmpty()
                            ? VmScripts.preparePlain(record, task.machine(), true)
                            : VmScripts.prepareClone(record, disks, true));
        } else {
            lines.add(Sh.of("set -e").aside());
            lines.add(HostScripts.kill(dirs));
            lines.add(HostScripts.makeDirs(dirs));
        }
        HostShell.change(host, Sh.lines(lines), PREPARE);
        host.put(dirs.incoming(), (mark.toJson() + "\n").getBytes(StandardCharsets.UTF_8), "0600");
        emulator.launch(Sh.of(":"), argv(record, sharing, guid, slots), Optional.empty(), Map.of());
    }

    private List<String> argv(VmRecord record, boolean sharing, String guid, List<CommandLine.Slot> slots) {
        List<AbsPath> memory = task.template()
                .filter(t -> sharing)
                .map(t -> t.info())
                .map(TemplateInfo::memories)
                .orElse(List.of());
        return CommandLine.arriving(
                task.machine(), record.platform(), dirs, memory, task.identity(), guid, task.cards(), slots);
    }

    /** Ends it and removes what there is of the VM here. */
    void discard() {
        List<Sh> lines = new ArrayList<>(List.of(Sh.of("set -e").aside(), HostScripts.kill(dirs)));
        lines.add(Sh.of("rm -rf -- {}", dirs.run()));
        if (task.transfer().copiesDisks()) {
            lines.add(Sh.of("rm -rf -- {}", dirs.lib()));
        }
        HostShell.change(host, Sh.lines(lines), PREPARE);
    }

    /** It runs here and is the host's own from now on; a mark that it had left here once goes, unless it is the other's. */
    void settle() {
        List<Sh> lines = new ArrayList<>(List.of(
                Sh.of("set -e\numask 077").aside(), Sh.of(": > {}", dirs.up()), Sh.of("rm -f -- {}", dirs.incoming())));
        if (task.transfer().copiesDisks()) {
            lines.add(Sh.of("rm -f -- {} {}", dirs.moved(), dirs.moving()));
        }
        HostShell.change(host, Sh.lines(lines), HostShell.SHORT);
    }
}
