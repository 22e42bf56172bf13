package tplctl.kinds;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.ByteSize;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/** The pool of huge pages of one size, as {@code /sys/kernel/mm/hugepages} has it (Linux, admin-guide/mm/hugetlbpage.rst). */
sealed interface HugePagePool {
    /** The kernel has no pages of that size, but of these. */
    record None(List<ByteSize> sizes) implements HugePagePool {}

    /**
     * A pool.
     *
     * @param total all pages, those beyond the pool's own size included
     * @param free pages that nobody has
     * @param reserved free pages that are promised to somebody
     * @param surplus pages beyond the pool's own size, which go when they are freed
     * @param nodes its part on each of the host's NUMA nodes; empty when they were not asked for
     * @param kept what makes it again after a reboot
     */
    record Pool(long total, long free, long reserved, long surplus, Map<Integer, Node> nodes, HugePagesKept.Found kept)
            implements HugePagePool {
        /** The pool's own size: what was written to {@code nr_hugepages}, as far as it was met. */
        long own() {
            return total - surplus;
        }

        /** Pages that may still be taken. */
        long available() {
            return free - reserved;
        }
    }

    /** A pool's part on one NUMA node of the host. The kernel does not tell where reserved pages will be from. */
    record Node(long total, long free, long surplus) {
        long own() {
            return total - surplus;
        }
    }

    /** Where a pool, or its part on one node, is to be seen and set. */
    record Place(String directory, String compact, String label) {}

    static String directory(ByteSize pageSize) {
        return "/sys/kernel/mm/hugepages/" + name(pageSize);
    }

    private static String name(ByteSize pageSize) {
        return "hugepages-" + pageSize.bytes() / 1024 + "kB";
    }

    /** All of a pool. */
    static Place whole(ByteSize pageSize) {
        return new Place(directory(pageSize), "/proc/sys/vm/compact_memory", "of " + pageSize);
    }

    /** Its part on a NUMA node. */
    static Place onNode(ByteSize pageSize, int node) {
        String directory = "/sys/devices/system/node/node" + node;
        return new Place(
                directory + "/hugepages/" + name(pageSize),
                directory + "/compact",
                "of " + pageSize + " on NUMA node " + node);
    }

    /** Asks for a pool, with its parts on NUMA nodes or without. */
    static Sh look(ByteSize pageSize, boolean nodes) {
        Sh parts = Sh.of("""

                for d in /sys/devices/system/node/node[0-9]*; do
                n=${d##*/node} d=$d/hugepages/{}
                [ ! -d "$d" ] || { read -r t <"$d/nr_hugepages" && read -r f <"$d/free_hugepages" &&
                read -r s <"$d/surplus_hugepages" && echo "node $n $t $f $s"; }
                done""", name(pageSize));
        return Sh.of(
                """
                if [ -d {} ]; then
                cd {} && read -r t <nr_hugepages && read -r f <free_hugepages && read -r r <resv_hugepages &&
                read -r s <surplus_hugepages && echo "pool $t $f $r $s"{}
                {}
                else
                echo none
                for d in /sys/kernel/mm/hugepages/hugepages-*kB; do [ ! -d "$d" ] || echo "${d##*-}"; done
                fi""", directory(pageSize), directory(pageSize), nodes ? parts : Sh.of(""), HugePagesKept.look(pageSize));
    }

    static HugePagePool read(ByteSize pageSize, ProbeOutput out) {
        List<String> lines = out.lines();
        if (out.exit() == 0 && !lines.isEmpty() && lines.get(0).equals("none")) {
            return new None(lines.stream()
                    .skip(1)
                    .map(l -> ByteSize.parse(l).orElseThrow(() -> out.unexpected("sizes of huge pages")))
                    .sorted(Comparator.comparingLong(ByteSize::bytes))
                    .toList());
        }
        Matcher pool = Pattern.compile("pool ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18})")
                .matcher(lines.isEmpty() ? "" : lines.get(0));
        if (out.exit() != 0 || !pool.matches()) {
            throw out.unexpected("the pool of huge pages of " + pageSize);
        }
        Map<Integer, Node> nodes = new TreeMap<>();
        List<String> rest = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Matcher node = Pattern.compile("node ([0-9]{1,6}) ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18})")
                    .matcher(line);
            if (node.matches()) {
                nodes.put(Integer.parseInt(node.group(1)), new Node(number(node, 2), number(node, 3), number(node, 4)));
            } else {
                rest.add(line);
            }
        }
        Optional<HugePagesKept.Found> kept = HugePagesKept.read(rest);
        return new Pool(
                number(pool, 1),
                number(pool, 2),
                number(pool, 3),
                number(pool, 4),
                nodes,
                kept.orElseThrow(() -> out.unexpected("the pool of huge pages of " + pageSize)));
    }

    private static long number(Matcher m, int group) {
        return Long.parseLong(m.group(group));
    }

    /**
     * Grows the pool. The kernel gives as many pages as it finds in one piece, without an error when they are fewer; compacting its
     * memory may find more.
     */
    static Sh grow(Place place, int count) {
        return Sh.of(
                """
                cd {} && read -r b <nr_hugepages || exit
                for n in 1 2 3; do
                echo {} >nr_hugepages || exit
                read -r t <nr_hugepages && read -r s <surplus_hugepages || exit
                [ $((t - s)) -lt {} ] || exit 0
                { echo 1 >{}; } 2>/dev/null
                done
                echo "$b" >nr_hugepages
                a=
                while read -r k v u; do [ "$k" != MemAvailable: ] || a="; $((v / 1024)) MiB of memory are available"; done \
                </proc/meminfo
                printf '%s\\n' {}"$((t - s))$a; the pool is back at $b pages" >&2
                exit 1""",
                place.directory(),
                count,
                count,
                place.compact(),
                "asked for " + count + " huge pages " + place.label() + ", the kernel found only ");
    }

    /** Shrinks the pool to exactly that many pages, or leaves it. */
    static Sh shrink(Place place, int count) {
        return Sh.of(
                """
                cd {} && read -r b <nr_hugepages && echo {} >nr_hugepages || exit
                read -r t <nr_hugepages && read -r s <surplus_hugepages || exit
                [ "$t" -gt {} ] || [ "$s" -gt 0 ] || exit 0
                echo "$b" >nr_hugepages
                printf '%s\\n' {} >&2
                exit 1""",
                place.directory(),
                count,
                count,
                "the pool of pages " + place.label() + " cannot shrink to " + count
                        + ": more are in use; it is as it was");
    }

    /** Shrinks the pool to what it had before it was grown, or as far as pages are free. */
    static Sh giveBack(Place place, int before) {
        return Sh.of("""
                [ ! -d {} ] || {
                cd {} && read -r t <nr_hugepages && read -r f <free_hugepages || exit
                r=0; [ ! -e resv_hugepages ] || read -r r <resv_hugepages
                n={} u=$((t - f + r))
                [ "$n" -ge "$u" ] || { n=$u; printf '%s\\n' "$u huge pages "{}" stay, since they are in use" >&2; }
                [ "$n" -ge "$t" ] || echo "$n" >nr_hugepages
                }""", place.directory(), place.directory(), before, place.label());
    }
}
