package tplctl.kinds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.FileSystem;

/**
 * The kernel's pool of huge pages of one size; the resource's name is the size. The pool grows to {@code count}, and shrinks only
 * with {@code exact}, never below what is in use. When the kernel cannot find as many, the pool is put back to what it was.
 */
final class HugePages implements Kind<HugePages.Spec, HugePagePool> {
    record Spec(ByteSize pageSize, int count, boolean exact, boolean persist) {}

    /** sysctl knows the pool of the default size only, which is 2M wherever the kernel is not told otherwise. */
    private static final ByteSize SYSCTL_SIZE = ByteSize.mebi(2);

    static final String SYSCTL_FILE = "/etc/sysctl.d/60-tplctl-hugepages.conf";

    private static final Field<Integer> COUNT = Field.required(
            "count",
            Types.integer(0, Integer.MAX_VALUE),
            "how many pages the pool has at least; surplus pages do not count");
    private static final Field<Boolean> EXACT = Field.withDefault(
            "exact", Types.BOOL, false, "whether a larger pool shrinks to count, as far as pages are free");
    private static final Field<Boolean> PERSIST = Field.withDefault(
            "persist",
            Types.BOOL,
            false,
            "whether " + SYSCTL_FILE + " makes the pool again after a reboot; for 2M only");

    @Override
    public String name() {
        return "hugepages";
    }

    @Override
    public String doc() {
        return "The pool of huge pages of the size that the resource is named after has that many pages.";
    }

    @Override
    public String example() {
        return """
                hugepages:
                  2M: { count: 2048 }
                  1G: { count: 4, exact: true }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>("a pool of huge pages", List.of(COUNT, EXACT, PERSIST), HugePages::build);
    }

    private static Spec build(Values v, Decoding to) {
        Optional<ByteSize> size =
                ByteSize.parse(v.name()).filter(s -> s.bytes() >= 8192 && Long.bitCount(s.bytes()) == 1);
        if (size.isEmpty()) {
            to.error(
                    v.at(),
                    "\"" + v.name() + "\" is no size of huge pages",
                    "a pool is named after the size of its pages, such as 2M or 1G");
        }
        ByteSize pageSize = size.orElse(SYSCTL_SIZE);
        if (v.get(PERSIST) && !pageSize.equals(SYSCTL_SIZE)) {
            to.error(
                    v.at(PERSIST),
                    "\"persist\" is for pages of 2M, not of " + pageSize,
                    "give the kernel hugepagesz=" + pageSize + " hugepages=" + v.get(COUNT) + " on its command line");
        }
        to.provides(new AbsPath(HugePagePool.directory(pageSize)), v.at());
        to.marks("hugepages/" + pageSize);
        return new Spec(pageSize, v.get(COUNT), v.get(EXACT), v.get(PERSIST));
    }

    @Override
    public Probe<HugePagePool> probe(Subject self, Spec want) {
        return new Probe<>(HugePagePool.look(want.pageSize), out -> HugePagePool.read(want.pageSize, out));
    }

    @Override
    public List<Change> changes(Subject self, Spec want, HugePagePool have) {
        if (have instanceof HugePagePool.None none) {
            String sizes = none.sizes().isEmpty()
                    ? "it has no huge pages at all"
                    : "it has "
                            + String.join(
                                    ", ",
                                    none.sizes().stream()
                                            .map(ByteSize::toString)
                                            .toList());
            return List.of(Change.refused(
                    Impact.CREATE,
                    "count",
                    "0",
                    Integer.toString(want.count),
                    "the kernel of " + self.id().host() + " has no huge pages of " + want.pageSize + ": " + sizes));
        }
        HugePagePool.Pool pool = (HugePagePool.Pool) have;
        List<Change> changes = new ArrayList<>();
        counted(self, want, pool).ifPresent(changes::add);
        persisted(want, pool).ifPresent(changes::add);
        return changes;
    }

    private static Optional<Change> counted(Subject self, Spec want, HugePagePool.Pool pool) {
        long excess = pool.own() - want.count;
        String from = Long.toString(pool.own());
        String to = Integer.toString(want.count);
        if (excess < 0) {
            Step step = new Step.Run(
                    HugePagePool.grow(want.pageSize, want.count),
                    "growing the pool of " + want.pageSize + " pages to " + to,
                    self.limit(Step.DEFAULT_LIMIT));
            Impact impact = pool.own() == 0 ? Impact.CREATE : Impact.UPDATE;
            return Optional.of(new Change(impact, "count", from, to, List.of(step)));
        }
        if (excess == 0 || !want.exact) {
            return Optional.empty();
        }
        if (excess > pool.available()) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "count",
                    from,
                    to,
                    "the pool of " + want.pageSize + " pages cannot shrink from " + from + " to " + to + ": only "
                            + pool.available() + " are neither in use nor reserved"));
        }
        return Optional.of(Change.update(
                "count",
                from,
                to,
                new Step.Run(
                        HugePagePool.shrink(want.pageSize, want.count),
                        "shrinking the pool of " + want.pageSize + " pages to " + to)));
    }

    private static Optional<Change> persisted(Spec want, HugePagePool.Pool pool) {
        if (!want.pageSize.equals(SYSCTL_SIZE)) {
            return Optional.empty();
        }
        String from = pool.persisted().map(n -> Long.toString(n)).orElse("false");
        if (!want.persist) {
            return pool.persisted().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Change.update(
                            "persist",
                            from,
                            "false",
                            new Step.Run(Sh.of("rm -f -- {}", SYSCTL_FILE), "removing " + SYSCTL_FILE)));
        }
        if (pool.persisted().filter(n -> n == want.count).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(Change.update(
                "persist",
                from,
                Integer.toString(want.count),
                new Step.Run(Sh.of("mkdir -p -- {}", new AbsPath(SYSCTL_FILE).parent()), "making /etc/sysctl.d"),
                new Step.WriteFile(SYSCTL_FILE, HugePagePool.sysctl(want.count), "0644", "")));
    }

    @Override
    public List<Claim> claims(Subject self, Spec want, HugePagePool have, List<Change> changes) {
        if (!(have instanceof HugePagePool.Pool pool) || changes.stream().anyMatch(Change::isRefused)) {
            return List.of();
        }
        long growth = want.count - pool.own();
        return List.of(new Claim(
                FileSystem.hugePagePool(want.pageSize),
                "pages",
                pool.available(),
                want.exact ? Math.max(0, -growth) : 0,
                Math.max(0, growth)));
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, HugePagePool have) {
        if (!(have instanceof HugePagePool.Pool pool)) {
            return Optional.empty();
        }
        boolean grows = pool.own() < want.count;
        boolean writes = want.persist && pool.persisted().isEmpty();
        if (!grows && !writes) {
            return Optional.empty();
        }
        Map<String, String> trace = new LinkedHashMap<>();
        trace.put("size", want.pageSize.toString());
        trace.put("before", Long.toString(pool.own()));
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        ByteSize size = ByteSize.parse(traced.text("size"))
                .orElseThrow(() -> new IllegalStateException("the record's \"size\" is no size"));
        Sh script = HugePagePool.giveBack(size, traced.number("before"));
        return new Removal(
                FileSystem.hugePagePool(size),
                new Step.Run(
                        size.equals(SYSCTL_SIZE) ? Sh.of("rm -f -- {} &&\n{}", SYSCTL_FILE, script) : script,
                        "giving back huge pages of " + size));
    }
}
