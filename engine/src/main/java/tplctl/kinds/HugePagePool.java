package tplctl.kinds;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.ByteSize;
import tplctl.kind.Content;
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
     * @param persisted how many pages our file asks of sysctl, if it is there
     */
    record Pool(long total, long free, long reserved, long surplus, Optional<Long> persisted) implements HugePagePool {
        /** The pool's own size: what was written to {@code nr_hugepages}, as far as it was met. */
        long own() {
            return total - surplus;
        }

        /** Pages that may still be taken. */
        long available() {
            return free - reserved;
        }
    }

    static String directory(ByteSize pageSize) {
        return "/sys/kernel/mm/hugepages/hugepages-" + pageSize.bytes() / 1024 + "kB";
    }

    static Content sysctl(int count) {
        return Content.of("# Kept by tplctl.\nvm.nr_hugepages = " + count + "\n");
    }

    static Sh look(ByteSize pageSize) {
        return Sh.of(
                """
                if [ -d {} ]; then
                read -r t <{}/nr_hugepages && read -r f <{}/free_hugepages && read -r r <{}/resv_hugepages &&
                read -r s <{}/surplus_hugepages && echo "pool $t $f $r $s"
                v=
                [ ! -f {} ] || while IFS= read -r l; do case $l in 'vm.nr_hugepages = '*) v=${l##* } ;; esac; done <{}
                [ ! -f {} ] || echo "sysctl $v"
                else
                echo none
                for d in /sys/kernel/mm/hugepages/hugepages-*kB; do [ ! -d "$d" ] || echo "${d##*-}"; done
                fi""",
                directory(pageSize),
                directory(pageSize),
                directory(pageSize),
                directory(pageSize),
                directory(pageSize),
                HugePages.SYSCTL_FILE,
                HugePages.SYSCTL_FILE,
                HugePages.SYSCTL_FILE);
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
        Matcher sysctl = Pattern.compile("sysctl ([0-9]{0,18})").matcher(lines.size() == 2 ? lines.get(1) : "");
        if (out.exit() != 0 || !pool.matches() || lines.size() > 2 || (lines.size() == 2 && !sysctl.matches())) {
            throw out.unexpected("the pool of huge pages of " + pageSize);
        }
        Optional<Long> persisted = lines.size() == 1
                ? Optional.empty()
                : Optional.of(sysctl.group(1).isEmpty() ? 0L : Long.parseLong(sysctl.group(1)));
        return new Pool(number(pool, 1), number(pool, 2), number(pool, 3), number(pool, 4), persisted);
    }

    private static long number(Matcher m, int group) {
        return Long.parseLong(m.group(group));
    }

    /**
     * Grows the pool. The kernel gives as many pages as it finds in one piece, without an error when they are fewer; compacting its
     * memory may find more.
     */
    static Sh grow(ByteSize pageSize, int count) {
        return Sh.of(
                """
                cd {} && read -r b <nr_hugepages || exit
                for n in 1 2 3; do
                echo {} >nr_hugepages || exit
                read -r t <nr_hugepages && read -r s <surplus_hugepages || exit
                [ $((t - s)) -lt {} ] || exit 0
                { echo 1 >/proc/sys/vm/compact_memory; } 2>/dev/null
                done
                echo "$b" >nr_hugepages
                a=
                while read -r k v u; do [ "$k" != MemAvailable: ] || a="; $((v / 1024)) MiB of memory are available"; done \
                </proc/meminfo
                printf '%s\\n' {}"$((t - s))$a; the pool is back at $b pages" >&2
                exit 1""",
                directory(pageSize),
                count,
                count,
                "asked for " + count + " huge pages of " + pageSize + ", the kernel found only ");
    }

    /** Shrinks the pool to exactly that many pages, or leaves it. */
    static Sh shrink(ByteSize pageSize, int count) {
        return Sh.of(
                """
                cd {} && read -r b <nr_hugepages && echo {} >nr_hugepages || exit
                read -r t <nr_hugepages && read -r s <surplus_hugepages || exit
                [ "$t" -gt {} ] || [ "$s" -gt 0 ] || exit 0
                echo "$b" >nr_hugepages
                printf '%s\\n' {} >&2
                exit 1""",
                directory(pageSize),
                count,
                count,
                "the pool of " + pageSize + " pages cannot shrink to " + count + ": more are in use; it is as it was");
    }

    /** Shrinks the pool to what it had before it was grown, or as far as pages are free. */
    static Sh giveBack(ByteSize pageSize, int before) {
        return Sh.of("""
                [ -d {} ] || exit 0
                cd {} && read -r t <nr_hugepages && read -r f <free_hugepages && read -r r <resv_hugepages || exit
                n={} u=$((t - f + r))
                [ "$n" -ge "$u" ] || { n=$u; printf '%s\\n' "$u huge pages of "{}" stay, since they are in use" >&2; }
                [ "$n" -ge "$t" ] || echo "$n" >nr_hugepages""", directory(pageSize), directory(pageSize), before, pageSize);
    }
}
