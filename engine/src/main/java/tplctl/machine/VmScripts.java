package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Sh;

/** The shell's part in making and removing VMs. */
public final class VmScripts {
    private VmScripts() {}

    /** Makes a clone's directories, its record and its overlays, by copying the template's empty ones. */
    public static Sh prepareClone(VmRecord record, int disks, boolean leftovers) {
        Layout.Dirs dirs = Layout.vm(record.name());
        Layout.Dirs frozen = Layout.frozen(record.template(), record.templateId());
        List<Sh> lines = begin(record, dirs, leftovers);
        List<String> backing = new ArrayList<>();
        for (int i = 0; i < disks; i++) {
            backing.add(frozen.disk(i));
        }
        lines.add(TemplateScripts.writeBacking(dirs.lib(), backing));
        for (int i = 0; i < disks; i++) {
            lines.add(Sh.of("cp -- {} {}", TemplateScripts.emptyOverlay(frozen.lib(), i), dirs.disk(i)));
        }
        return Sh.lines(lines);
    }

    /** Makes the directories, the record and the overlays of a machine that boots from images. */
    public static Sh preparePlain(VmRecord record, Machine machine, boolean leftovers) {
        Layout.Dirs dirs = Layout.vm(record.name());
        List<Sh> lines = begin(record, dirs, leftovers);
        List<String> backing = new ArrayList<>();
        for (Machine.Disk disk : machine.disks()) {
            disk.image().ifPresent(image -> backing.add(image.path().text()));
        }
        lines.add(TemplateScripts.writeBacking(dirs.lib(), backing));
        for (int i = 0; i < machine.disks().size(); i++) {
            DiskImage image = machine.disks().get(i).image().orElseThrow();
            lines.add(TemplateScripts.createOverlay(dirs.disk(i), image));
        }
        return Sh.lines(lines);
    }

    /** Makes ready for a start from the disks that are there. */
    public static Sh prepareRestart(VmRecord record) {
        Layout.Dirs dirs = Layout.vm(record.name());
        return Sh.lines(List.of(Sh.of("set -e").aside(), HostScripts.makeDirs(dirs), writeRecord(record, dirs)));
    }

    /** Remembers a VM without making any of it. */
    public static Sh define(VmRecord record) {
        return Sh.lines(begin(record, Layout.vm(record.name()), true));
    }

    /** Marks the clones of a template that is about to be replaced, so that they are replaced too, whenever that comes to be. */
    public static Sh markStale(List<String> names) {
        List<String> marks =
                names.stream().map(n -> Layout.vm(n).lib() + "/stale").toList();
        return marks.isEmpty() ? Sh.of(":") : Sh.of("touch -- {}", marks);
    }

    /** Removes a VM that was shut down, and the frozen disks of its template's earlier builds that nothing stands on any more. */
    public static Sh remove(String name, String template, String manifest) {
        Layout.Dirs dirs = Layout.vm(name);
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("set -e").aside());
        lines.add(MoveScripts.refuseMoved(name));
        lines.add(HostScripts.kill(dirs));
        lines.add(Sh.of("rm -rf -- {} {}", dirs.run(), dirs.lib()));
        lines.add(MoveScripts.forget(name));
        if (!template.isEmpty()) {
            lines.add(HostScripts.dropUnusedBuilds(template, manifest));
        }
        return Sh.lines(lines);
    }

    /**
     * Removes a VM that came from another host; and its template's files, when the host got them for such VMs only: no VM stands on
     * them any more and no owner has made the template here.
     *
     * @param nodes how many RAM files the template has
     * @param sharing this host's name, where it shares the VMs' directory: others' VMs there do not stand on the template here; else
     *     empty
     */
    public static Sh removeArrived(
            String name, String template, String memory, int nodes, String state, String sharing) {
        Layout.Dirs dirs = Layout.vm(name);
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("set -e").aside());
        lines.add(HostScripts.kill(dirs));
        if (sharing.isEmpty()) {
            lines.add(Sh.of("rm -rf -- {} {}", dirs.run(), dirs.lib()));
        } else {
            // It may have gone on to another host that sees the same files.
            lines.add(Sh.of(
                    "rm -rf -- {}\nif [ ! -e {} ] || grep -qsF -- {} {}; then rm -rf -- {}; fi",
                    dirs.run(),
                    dirs.moved(),
                    MoveMark.toField(sharing),
                    dirs.moved(),
                    dirs.lib()));
        }
        if (!template.isEmpty()) {
            lines.add(HostScripts.dropUnusedBuilds(template, state + ".json", sharing));
            lines.add(Sh.of(
                    """
                    used=
                    for record in {}/owned/*/{}.json {}/owned/*/{}@*.json; do
                      [ ! -e "$record" ] || used=1
                    done
                    for vm in {}/vms/*/; do
                      vm=${vm%/}
                      tplctl_ours "$vm" || continue
                      grep -qsF -- {} "$vm/spec.json" && used=1
                      grep -qsF -- {} "$vm/backing" && used=1
                    done
                    if [ -z "$used" ]; then
                    {}
                    fi""",
                    Layout.LIB,
                    "templates." + template,
                    Layout.LIB,
                    "templates." + template,
                    Layout.LIB,
                    VmRecord.templateField(template),
                    Layout.template(template) + "/",
                    TemplateScripts.remove(template, memory, nodes, state, sharing)));
        }
        return Sh.lines(lines);
    }

    private static List<Sh> begin(VmRecord record, Layout.Dirs dirs, boolean leftovers) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("set -e").aside());
        if (leftovers) {
            lines.add(HostScripts.kill(dirs));
            lines.add(Sh.of("rm -rf -- {} {}", dirs.run(), dirs.lib()));
        }
        lines.add(HostScripts.makeDirs(dirs));
        lines.add(writeRecord(record, dirs));
        return lines;
    }

    private static Sh writeRecord(VmRecord record, Layout.Dirs dirs) {
        return Sh.of(
                        "printf '%s\\n' {} > {}\nmv -f -- {} {}",
                        record.toJson(), dirs.spec() + ".new", dirs.spec() + ".new", dirs.spec())
                .aside();
    }
}
