package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Content;
import tplctl.kind.Sh;
import tplctl.kind.Step;

/**
 * What makes a pool of huge pages again after a reboot. sysctl knows the pool of the kernel's default size only, and nothing of NUMA
 * nodes; every other is written at boot by systemd-tmpfiles (tmpfiles.d(5), type w!).
 */
final class HugePagesKept {
    static final String SYSCTL_FILE = "/etc/sysctl.d/60-tplctl-hugepages.conf";

    /** The kernel's own, wherever it is not told otherwise. */
    private static final ByteSize USUAL_SIZE = ByteSize.mebi(2);

    private static final String HEAD = "# Kept by tplctl.\n";
    private static final String SYSCTL = "vm.nr_hugepages = ";

    /**
     * What a host has.
     *
     * @param defaultSize the page size that sysctl speaks of
     * @param sysctl what our file asks of sysctl, if it is there
     * @param tmpfiles the lines of our file for this size, if it is there
     * @param systemd whether systemd-tmpfiles is there to read it
     */
    record Found(ByteSize defaultSize, Optional<String> sysctl, Optional<List<String>> tmpfiles, boolean systemd) {
        /** The number of pages, or the lines, that are kept for a pool of that size; empty when nothing is. */
        Optional<String> shown(ByteSize pageSize) {
            return tmpfiles.map(lines -> String.join("; ", lines))
                    .or(() -> sysctl.filter(n -> pageSize.equals(defaultSize)).map(n -> n.isEmpty() ? "0" : n));
        }
    }

    private HugePagesKept() {}

    static String tmpfilesFile(ByteSize pageSize) {
        return "/etc/tmpfiles.d/60-tplctl-hugepages-" + pageSize + ".conf";
    }

    static Sh look(ByteSize pageSize) {
        return Sh.of("""
                while read -r k v u; do [ "$k" != Hugepagesize: ] || echo "default ${v}kB"; done </proc/meminfo
                v=
                [ ! -f {} ] || while IFS= read -r l; do case $l in 'vm.nr_hugepages = '*) v=${l##* } ;; esac; done <{}
                [ ! -f {} ] || echo "sysctl $v"
                if [ -f {} ]; then
                echo tmpfiles
                while IFS= read -r l; do case $l in '#'*) ;; *) printf 'tmpfiles %s\\n' "$l" ;; esac; done <{}
                fi
                ! command -v systemd-tmpfiles >/dev/null 2>&1 || echo systemd""", SYSCTL_FILE, SYSCTL_FILE, SYSCTL_FILE, tmpfilesFile(pageSize), tmpfilesFile(pageSize));
    }

    /** Reads the lines that {@link #look} prints; empty when there is any other among them. */
    static Optional<Found> read(List<String> lines) {
        Optional<ByteSize> size = Optional.of(USUAL_SIZE);
        Optional<String> sysctl = Optional.empty();
        Optional<List<String>> tmpfiles = Optional.empty();
        boolean systemd = false;
        for (String line : lines) {
            if (line.startsWith("default ")) {
                size = ByteSize.parse(line.substring("default ".length()));
            } else if (line.matches("sysctl [0-9]{0,18}")) {
                sysctl = Optional.of(line.substring("sysctl ".length()));
            } else if (line.equals("tmpfiles")) {
                tmpfiles = Optional.of(new ArrayList<>());
            } else if (line.startsWith("tmpfiles ") && tmpfiles.isPresent()) {
                tmpfiles.get().add(line.substring("tmpfiles ".length()));
            } else if (line.equals("systemd")) {
                systemd = true;
            } else {
                return Optional.empty();
            }
        }
        Optional<String> known = sysctl;
        Optional<List<String>> kept = tmpfiles.map(List::copyOf);
        boolean there = systemd;
        return size.map(s -> new Found(s, known, kept, there));
    }

    /** Whether sysctl can keep it. */
    static boolean bySysctl(ByteSize pageSize, Map<Integer, Integer> nodes, Found found) {
        return nodes.isEmpty() && pageSize.equals(found.defaultSize());
    }

    /** Whether exactly this is kept, and nothing else for a pool of that size. */
    static boolean holds(ByteSize pageSize, int count, Map<Integer, Integer> nodes, Found found) {
        boolean ofDefault = pageSize.equals(found.defaultSize());
        if (bySysctl(pageSize, nodes, found)) {
            return found.sysctl().filter(Integer.toString(count)::equals).isPresent()
                    && found.tmpfiles().isEmpty();
        }
        return found.tmpfiles().filter(lines(pageSize, count, nodes)::equals).isPresent()
                && !(ofDefault && found.sysctl().isPresent());
    }

    private static List<String> lines(ByteSize pageSize, int count, Map<Integer, Integer> nodes) {
        if (nodes.isEmpty()) {
            return List.of(line(HugePagePool.whole(pageSize), count));
        }
        List<String> lines = new ArrayList<>();
        nodes.forEach((node, pages) -> lines.add(line(HugePagePool.onNode(pageSize, node), pages)));
        return lines;
    }

    // With "!" only at boot: "systemd-tmpfiles --create", which packages call on a host that runs, would shrink a pool
    // that grew.
    private static String line(HugePagePool.Place place, int count) {
        return "w! " + place.directory() + "/nr_hugepages - - - - " + count;
    }

    /** Keeps it, and no longer keeps it in the other way. */
    static List<Step> keep(ByteSize pageSize, int count, Map<Integer, Integer> nodes, Found found) {
        boolean sysctl = bySysctl(pageSize, nodes, found);
        String file = sysctl ? SYSCTL_FILE : tmpfilesFile(pageSize);
        String text = sysctl ? SYSCTL + count + "\n" : String.join("\n", lines(pageSize, count, nodes)) + "\n";
        AbsPath directory = new AbsPath(file).parent();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Run(Sh.of("mkdir -p -- {}", directory), "making " + directory));
        steps.add(new Step.WriteFile(file, Content.of(HEAD + text), "0644", ""));
        if (sysctl && found.tmpfiles().isPresent()) {
            steps.add(remove(tmpfilesFile(pageSize)));
        } else if (!sysctl
                && pageSize.equals(found.defaultSize())
                && found.sysctl().isPresent()) {
            steps.add(remove(SYSCTL_FILE));
        }
        return steps;
    }

    /** Keeps nothing for a pool of that size any more. */
    static List<Step> drop(ByteSize pageSize, Found found) {
        List<Step> steps = new ArrayList<>();
        if (pageSize.equals(found.defaultSize()) && found.sysctl().isPresent()) {
            steps.add(remove(SYSCTL_FILE));
        }
        if (found.tmpfiles().isPresent()) {
            steps.add(remove(tmpfilesFile(pageSize)));
        }
        return steps;
    }

    private static Step remove(String file) {
        return new Step.Run(Sh.of("rm -f -- {}", file), "removing " + file);
    }
}
