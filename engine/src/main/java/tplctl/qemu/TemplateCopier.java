package tplctl.qemu;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.host.Host;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;

/**
 * Brings a sealed template from one host to another. Its files come under draft names and every digest is compared; the manifest,
 * with the stamps that the files have there, comes last. What is interrupted is no template.
 */
final class TemplateCopier {
    private static final Duration PLACE = Duration.ofMinutes(10);

    private final Host from;
    private final Host to;
    private final TemplateInfo template;
    private final String doing;
    private final TaskListener listener;

    /**
     * What the copy's manifest says that the original's does not.
     *
     * @param emulatorStamp of the program there; empty to look
     * @param inputs of kernel and initial RAM disk there; empty to look
     */
    record Terms(String owner, Optional<String> emulatorStamp, Optional<List<String>> inputs) {}

    private record Piece(String from, String to, Manifest.Sealed sealed, String mode) {}

    TemplateCopier(Host from, Host to, TemplateInfo template, String doing, TaskListener listener) {
        this.from = from;
        this.to = to;
        this.template = template;
        this.doing = doing;
        this.listener = listener;
    }

    /**
     * Copies it; nothing to do when it is there already with the same digests.
     *
     * @param replaces whether one of other contents at its paths makes way; else it is left alone, and this fails
     */
    void copy(RelayPair relays, Terms terms, boolean replaces) {
        Manifest original = manifest(from)
                .orElseThrow(() -> failed("there is no template at " + template.manifest() + " on " + from.name()));
        Optional<Manifest> there = manifest(to);
        if (there.filter(original::isSameAs).isPresent()) {
            return;
        }
        if (there.isPresent() && !replaces) {
            throw other(template.manifest().text());
        }
        if (!replaces) {
            clearAlike(original);
        }
        new BackingFiles(from, to, doing)
                .requireImages(template.machine().disks().stream()
                        .flatMap(d -> d.image().stream())
                        .map(i -> i.path().text())
                        .toList());
        requireDirectories();
        try {
            bring(relays, original, terms);
        } catch (RuntimeException e) {
            throw Emulator.cleanedUp(e, this::dropDrafts);
        }
    }

    private void bring(RelayPair relays, Manifest original, Terms terms) {
        Layout.Dirs building = Layout.building(template.name());
        Layout.Dirs frozen = Layout.frozen(template.name(), original.id());
        dropDrafts();
        HostShell.change(to, Sh.lines(List.of(Sh.of("set -e"), HostScripts.makeDirs(building))), HostShell.SHORT);
        boolean keepsDisks = haveDisks(original);
        List<Piece> pieces = new ArrayList<>();
        List<AbsPath> drafts = TemplateScripts.draftMemories(template);
        for (int node = 0; node < drafts.size(); node++) {
            pieces.add(piece(original.memory().get(node), drafts.get(node).text()));
        }
        pieces.add(
                piece(original.state(), TemplateScripts.draft(template.state()).text()));
        if (!keepsDisks) {
            for (int i = 0; i < original.disks().size(); i++) {
                pieces.add(piece(original.disks().get(i), building.disk(i)));
                String empty = TemplateScripts.emptyOverlay(frozen.lib(), i);
                pieces.add(new Piece(empty, TemplateScripts.emptyOverlay(building.lib(), i), measured(empty), "0600"));
            }
        }
        long all = pieces.stream().mapToLong(p -> p.sealed().bytes()).sum();
        long before = 0;
        for (Piece piece : pieces) {
            long start = before;
            relays.copy(
                    piece.from(),
                    piece.to(),
                    piece.sealed().bytes(),
                    piece.mode(),
                    piece.sealed().sha256(),
                    done -> listener.progress(
                            "copying the template " + template.name() + ", " + Amounts.of(start + done, all)));
            before += piece.sealed().bytes();
        }
        if (!keepsDisks) {
            freeze(building, frozen);
        }
        HostShell.change(to, TemplateScripts.place(template), PLACE);
        writeManifest(original, terms, frozen);
        HostShell.change(
                to,
                Sh.lines(List.of(
                        Sh.of("rm -rf -- {} {}", building.run(), building.lib()),
                        HostScripts.dropUnusedBuilds(
                                template.name(), template.manifest().text()))),
                HostShell.SHORT);
    }

    private static Piece piece(Manifest.Sealed file, String to) {
        return new Piece(file.path(), to, file, "0400");
    }

    /** A file that no manifest tells of. */
    private Manifest.Sealed measured(String path) {
        List<String> stamp = HostShell.lines(from, TemplateScripts.stamps(List.of(path)));
        return new Manifest.Sealed(path, from.sha256(path), stamp.get(0));
    }

    private void freeze(Layout.Dirs building, Layout.Dirs frozen) {
        List<String> backing = HostShell.lines(from, Sh.of("cat -- {}", frozen.lib() + "/backing"));
        HostShell.change(
                to,
                Sh.lines(List.of(
                        Sh.of("set -e\numask 077"),
                        Sh.of("printf '%s\\n' {} > {}", template.manifest(), building.lib() + "/manifest"),
                        TemplateScripts.writeBacking(building.lib(), backing),
                        Sh.of("mv -T -- {} {}", building.lib(), frozen.lib()))),
                PLACE);
    }

    private void writeManifest(Manifest original, Terms terms, Layout.Dirs frozen) {
        List<String> paths = new ArrayList<>(placed());
        for (int i = 0; i < original.disks().size(); i++) {
            paths.add(frozen.disk(i));
        }
        List<String> stamps = HostShell.lines(to, TemplateScripts.stamps(paths));
        List<Manifest.Sealed> sealed = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            sealed.add(new Manifest.Sealed(paths.get(i), original.files().get(i).sha256(), stamps.get(i)));
        }
        int nodes = original.memory().size();
        Manifest copy = new Manifest(
                template.name(),
                terms.owner(),
                original.id(),
                original.specDigest(),
                original.emulator(),
                terms.emulatorStamp().orElseGet(this::emulatorStamp),
                original.platform(),
                original.ramBytes(),
                sealed.subList(0, nodes),
                sealed.get(nodes),
                sealed.subList(nodes + 1, sealed.size()),
                terms.inputs().orElseGet(this::inputs));
        to.put(template.manifest().text(), (copy.toJson() + "\n").getBytes(StandardCharsets.UTF_8), "0400");
    }

    private String emulatorStamp() {
        Sh look = Sh.of(
                "emu=$(command -v -- {}) && TZ=UTC0 stat -L -c {} -- \"$emu\"\n:",
                template.machine().emulator(),
                HostScripts.STAMP);
        return HostShell.lines(to, look).stream().findFirst().orElse("");
    }

    private List<String> inputs() {
        List<Sh> lines = new ArrayList<>();
        template.machine().kernel().ifPresent(path -> lines.add(stampOrAbsent(path)));
        template.machine().initrd().ifPresent(path -> lines.add(stampOrAbsent(path)));
        return lines.isEmpty() ? List.of() : HostShell.lines(to, Sh.lines(lines));
    }

    private static Sh stampOrAbsent(Object path) {
        return Sh.of("TZ=UTC0 stat -L -c {} -- {} 2>/dev/null || echo absent", HostScripts.STAMP, path);
    }

    private Optional<Manifest> manifest(Host host) {
        return host.read(template.manifest().text())
                .flatMap(bytes -> Manifest.parse(new String(bytes, StandardCharsets.UTF_8).strip()));
    }

    /** Files of the same contents without a manifest are what an interrupted copy leaves; others are somebody's. */
    private void clearAlike(Manifest original) {
        List<Manifest.Sealed> files =
                original.files().subList(0, original.memory().size() + 1);
        List<String> present = present(files.stream().map(Manifest.Sealed::path).toList());
        for (Manifest.Sealed file : files) {
            if (present.contains(file.path())) {
                if (!to.sha256(file.path()).equals(file.sha256())) {
                    throw other(file.path());
                }
                HostShell.change(to, Sh.of("rm -f -- {}", file.path()), HostShell.SHORT);
            }
        }
    }

    /** Whether the build's frozen disks are there, for VMs that stand on them. */
    private boolean haveDisks(Manifest original) {
        Layout.Dirs frozen = Layout.frozen(template.name(), original.id());
        if (present(List.of(frozen.lib())).isEmpty()) {
            return original.disks().isEmpty();
        }
        for (Manifest.Sealed disk : original.disks()) {
            if (!to.sha256(disk.path()).equals(disk.sha256())) {
                throw other(disk.path());
            }
        }
        return true;
    }

    private List<String> present(List<String> paths) {
        List<Sh> lines = new ArrayList<>();
        paths.forEach(path -> lines.add(Sh.of("[ ! -e {} ] || printf '%s\\n' {}", path, path)));
        return HostShell.lines(to, Sh.lines(lines));
    }

    private void requireDirectories() {
        for (String path : placed()) {
            String directory = path.substring(0, Math.max(1, path.lastIndexOf('/')));
            if (present(List.of(directory)).isEmpty()) {
                throw failed("there is no " + directory + " on " + to.name() + ", where " + path
                        + " has to lie; declare what provides it there too (mounts or directories)");
            }
        }
    }

    private void dropDrafts() {
        Layout.Dirs building = Layout.building(template.name());
        HostShell.change(
                to,
                Sh.lines(List.of(
                        Sh.of("rm -rf -- {} {}", building.run(), building.lib()),
                        TemplateScripts.dropDrafts(template))),
                HostShell.SHORT);
    }

    /** Where its RAM and state lie. */
    private List<String> placed() {
        List<String> paths =
                new ArrayList<>(template.memories().stream().map(AbsPath::text).toList());
        paths.add(template.state().text());
        return paths;
    }

    private EmulatorException other(String path) {
        return failed(path + " on " + to.name() + " has other contents than on " + from.name()
                + ", and is not overwritten; remove it there, or give the template another path");
    }

    private EmulatorException failed(String problem) {
        return new EmulatorException(to.name(), doing, problem);
    }
}
