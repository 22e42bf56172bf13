package tplctl.qemu;

import java.util.ArrayList;
import java.util.List;
import tplctl.host.Host;
import tplctl.kind.Sh;
import tplctl.machine.Layout;
import tplctl.machine.TemplateScripts;

/** The files that a VM's disks stand on, and have to be the same on both hosts of its move. */
final class BackingFiles {
    private final Host from;
    private final Host to;
    private final String doing;

    BackingFiles(Host from, Host to, String doing) {
        this.from = from;
        this.to = to;
        this.doing = doing;
    }

    /** Throws unless all of them are on both hosts with the same digests. */
    void requireImages(List<String> paths) {
        for (String path : paths) {
            if (!present(path)) {
                throw failed("there is no " + path + " on " + to.name()
                        + ", which the VM's disk stands on; declare that image there");
            }
            requireAlike(path);
        }
    }

    /** Has those that are a template's frozen disks copied where they are missing, and requires all others. */
    void bring(List<String> paths, RelayPair relays, TaskListener listener) {
        for (String path : paths) {
            boolean frozen = path.startsWith(Layout.LIB + "/templates/");
            if (!frozen) {
                requireImages(List.of(path));
            } else if (present(path)) {
                requireAlike(path);
            } else {
                copyBuild(path, relays, listener);
            }
        }
    }

    private void copyBuild(String path, RelayPair relays, TaskListener listener) {
        String directory = path.substring(0, path.lastIndexOf('/'));
        List<String> below = HostShell.lines(from, Sh.of("cat -- {}", directory + "/backing")).stream()
                .filter(line -> !line.isEmpty())
                .toList();
        bring(below, relays, listener);
        List<String> manifest = HostShell.lines(from, Sh.of("cat -- {} 2>/dev/null || :", directory + "/manifest"));
        List<Sh> lines = new ArrayList<>(List.of(Sh.of("set -e\numask 077\nmkdir -p -- {}", directory)));
        manifest.stream()
                .findFirst()
                .ifPresent(line -> lines.add(Sh.of("printf '%s\\n' {} > {}", line, directory + "/manifest")));
        lines.add(TemplateScripts.writeBacking(directory, below));
        HostShell.change(to, Sh.lines(lines), HostShell.SHORT);
        List<String> files =
                HostShell.lines(from, Sh.of("cd -- {}\nfor f in *.qcow2; do printf '%s\\n' \"$f\"; done", directory));
        // The disk itself last: with it the build counts as there.
        List<String> ordered = new ArrayList<>(files);
        String name = path.substring(directory.length() + 1);
        ordered.remove(name);
        ordered.add(name);
        for (String file : ordered) {
            String whole = directory + "/" + file;
            if (!present(whole)) {
                long size = Long.parseLong(
                        HostShell.lines(from, Sh.of("stat -c %s -- {}", whole)).get(0));
                String mode =
                        HostShell.lines(from, Sh.of("stat -c 0%a -- {}", whole)).get(0);
                relays.copy(
                        whole,
                        whole,
                        size,
                        mode,
                        from.sha256(whole),
                        done -> listener.progress("copying " + whole + ", " + Amounts.of(done, size)));
            }
        }
    }

    private void requireAlike(String path) {
        if (!from.sha256(path).equals(to.sha256(path))) {
            throw failed(path + " on " + to.name() + " has other contents than on " + from.name()
                    + ", and is not overwritten; both have to be the same image");
        }
    }

    private boolean present(String path) {
        return !HostShell.lines(to, Sh.of("[ ! -e {} ] || echo present", path)).isEmpty();
    }

    private EmulatorException failed(String problem) {
        return new EmulatorException(to.name(), doing, problem);
    }
}
