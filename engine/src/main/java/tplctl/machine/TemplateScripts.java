package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/** The shell's part in making, sealing and removing a template. */
public final class TemplateScripts {
    private static final String DRAFT = ".tplctl-new";

    private TemplateScripts() {}

    /** Where a file is while the template is built. */
    public static AbsPath draft(AbsPath path) {
        return path.plus(DRAFT);
    }

    /** Where the RAM files are while the template is built. */
    public static List<AbsPath> draftMemories(TemplateInfo template) {
        return template.memories().stream().map(TemplateScripts::draft).toList();
    }

    /** Removes the RAM and state files of a template that is not finished. */
    public static Sh dropDrafts(TemplateInfo template) {
        return Sh.of("rm -f -- {} {}", draftMemories(template), draft(template.state()));
    }

    /** Clears an interrupted build's remains, its emulator first, and makes the overlays that the template boots on. */
    public static Sh prepare(TemplateInfo template) {
        Layout.Dirs dirs = Layout.building(template.name());
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("set -e").aside());
        lines.add(HostScripts.kill(dirs));
        lines.add(Sh.of("rm -rf -- {} {}", dirs.run(), dirs.lib()));
        lines.add(dropDrafts(template));
        lines.add(HostScripts.makeDirs(dirs));
        List<Machine.Disk> disks = template.machine().disks();
        for (int i = 0; i < disks.size(); i++) {
            lines.add(createOverlay(dirs.disk(i), image(disks.get(i))));
        }
        lines.add(writeBacking(
                dirs.lib(), disks.stream().map(d -> image(d).path().text()).toList()));
        return Sh.lines(lines);
    }

    /** An empty overlay of an image. */
    public static Sh createOverlay(String path, DiskImage backing) {
        return Sh.of("qemu-img create -q -f qcow2 -F {} -b {} -- {}", backing.format(), backing.path(), path);
    }

    /** Tells, for whoever would touch them, which files a directory's disks stand on. */
    public static Sh writeBacking(String lib, List<String> paths) {
        return Sh.of("printf '%s\\n' {} > {}", paths.isEmpty() ? List.of("") : paths, lib + "/backing")
                .aside();
    }

    /**
     * Closes the disks for good under the build's id, with the empty overlays that clones copy beside them. The RAM and state
     * files stay under their draft names.
     */
    public static Sh freezeDisks(TemplateInfo template, String id) {
        Layout.Dirs building = Layout.building(template.name());
        Layout.Dirs frozen = Layout.frozen(template.name(), id);
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("set -e\numask 077"));
        for (int i = 0; i < template.machine().disks().size(); i++) {
            lines.add(Sh.of("chmod 0400 -- {}\nsync -- {}", building.disk(i), building.disk(i)));
        }
        lines.add(Sh.of("printf '%s\\n' {} > {}", template.manifest(), building.lib() + "/manifest")
                .aside());
        lines.add(Sh.of("rm -rf -- {}\nmv -- {} {}", frozen.lib(), building.lib(), frozen.lib()));
        for (int i = 0; i < template.machine().disks().size(); i++) {
            lines.add(Sh.of(
                    "qemu-img create -q -f qcow2 -F qcow2 -b {} -- {}", frozen.disk(i), emptyOverlay(frozen.lib(), i)));
        }
        return Sh.lines(lines);
    }

    /** Puts RAM and state files in their places; the manifest that makes them a template is written after this. */
    public static Sh place(TemplateInfo template) {
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of(
                "set -e\nchmod 0400 -- {} {}\nsync -- {}\nrm -f -- {}",
                draftMemories(template),
                draft(template.state()),
                draft(template.state()),
                template.manifest()));
        List<AbsPath> files = new ArrayList<>(template.memories());
        files.add(template.state());
        files.forEach(file -> lines.add(Sh.of("mv -f -- {} {}", draft(file), file)));
        return Sh.lines(lines);
    }

    /** Removes a sealed file that its template no longer has, unless another one took its place. */
    public static Sh dropSealed(Manifest.Sealed file) {
        return Sh.of(
                "now=$(TZ=UTC0 stat -L -c {} -- {} 2>/dev/null) || exit 0\n[ \"$now\" != {} ] || rm -f -- {}",
                HostScripts.STAMP,
                file.path(),
                file.stamp(),
                file.path());
    }

    /** Prints the stamps of sealed files, a line each. */
    public static Sh stamps(List<String> paths) {
        return Sh.of("TZ=UTC0 stat -L -c {} -- {}", HostScripts.STAMP, paths);
    }

    /**
     * Removes the files of a template, the manifest first, and of its builds those that no overlay stands on.
     *
     * @param nodes how many RAM files there are
     */
    public static Sh remove(String name, String memory, int nodes, String state) {
        return remove(name, memory, nodes, state, "");
    }

    static Sh remove(String name, String memory, int nodes, String state, String sharing) {
        Layout.Dirs dirs = Layout.building(name);
        List<String> memories = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            memories.add(TemplateInfo.memory(memory, node));
        }
        List<String> drafts = memories.stream().map(m -> m + DRAFT).toList();
        Sh files = Sh.of("rm -f -- {} {} {} {} {}", state + ".json", memories, state, drafts, state + DRAFT);
        return Sh.lines(List.of(
                Sh.of("set -e").aside(),
                HostScripts.kill(dirs),
                files,
                Sh.of("rm -rf -- {} {}", dirs.run(), dirs.lib()),
                HostScripts.dropUnusedBuilds(name, state + ".json", sharing)));
    }

    /** The empty overlay of a frozen disk. */
    public static String emptyOverlay(String frozenLib, int index) {
        return frozenLib + "/clone" + (index == 0 ? "" : Integer.toString(index)) + ".qcow2";
    }

    private static DiskImage image(Machine.Disk disk) {
        return disk.image()
                .orElseThrow(
                        () -> new IllegalStateException("the disk " + disk.ref().name() + " is not linked"));
    }
}
