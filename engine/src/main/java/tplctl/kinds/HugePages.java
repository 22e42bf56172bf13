package tplctl.kinds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.FileSystem;

/**
 * The kernel's pool of huge pages of one size; the resource's name is the size. The pool, or its part on each NUMA node that is named,
 * grows to its count, and shrinks only with {@code exact}, never below what is in use. When the kernel cannot find as many, the pool is
 * put back to what it was.
 */
final class HugePages implements Kind<HugePagesSpec, HugePagePool> {
    /** One pool that is counted: all of it, or its part on a node. */
    private record Part(HugePagePool.Place place, String field, String pool, int count, long own, long available) {
        long excess() {
            return own - count;
        }
    }

    private static final String BEFORE_ON_NODE = "before_on_node_";

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
                  1G: { nodes: { 0: 4, 1: 2 }, exact: true, persist: true }
                """;
    }

    @Override
    public Schema<HugePagesSpec> schema() {
        return HugePagesSpec.SCHEMA;
    }

    @Override
    public Probe<HugePagePool> probe(Subject self, HugePagesSpec want) {
        return new Probe<>(
                HugePagePool.look(want.pageSize(), !want.nodes().isEmpty()),
                out -> HugePagePool.read(want.pageSize(), out));
    }

    @Override
    public List<Change> changes(Subject self, HugePagesSpec want, HugePagePool have) {
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
                    Integer.toString(want.count()),
                    "the kernel of " + self.id().host() + " has no huge pages of " + want.pageSize() + ": " + sizes));
        }
        HugePagePool.Pool pool = (HugePagePool.Pool) have;
        Optional<Change> absent = absentNode(self, want, pool);
        if (absent.isPresent()) {
            return List.of(absent.get());
        }
        List<Change> changes = new ArrayList<>();
        parts(want, pool).forEach(part -> counted(self, want, part).ifPresent(changes::add));
        persisted(self, want, pool).ifPresent(changes::add);
        return changes;
    }

    private static Optional<Change> absentNode(Subject self, HugePagesSpec want, HugePagePool.Pool pool) {
        return want.nodes().keySet().stream()
                .filter(node -> !pool.nodes().containsKey(node))
                .findFirst()
                .map(node -> Change.refused(
                        Impact.CREATE,
                        "nodes." + node,
                        "0",
                        Integer.toString(want.nodes().getOrDefault(node, 0)),
                        self.id().host() + " has no NUMA node " + node + " with memory: it has "
                                + (pool.nodes().isEmpty()
                                        ? "none"
                                        : String.join(
                                                ", ",
                                                pool.nodes().keySet().stream()
                                                        .map(String::valueOf)
                                                        .toList()))));
    }

    private static List<Part> parts(HugePagesSpec want, HugePagePool.Pool pool) {
        String name = FileSystem.hugePagePool(want.pageSize());
        if (want.nodes().isEmpty()) {
            return List.of(new Part(
                    HugePagePool.whole(want.pageSize()), "count", name, want.count(), pool.own(), pool.available()));
        }
        List<Part> parts = new ArrayList<>();
        want.nodes().forEach((node, count) -> {
            HugePagePool.Node there = Optional.ofNullable(pool.nodes().get(node))
                    .orElseThrow(() -> new IllegalStateException("node " + node + " was not asked"));
            parts.add(new Part(
                    HugePagePool.onNode(want.pageSize(), node),
                    "nodes." + node,
                    FileSystem.hugePagePool(want.pageSize(), node),
                    count,
                    there.own(),
                    Math.min(there.free(), pool.available())));
        });
        return parts;
    }

    private static Optional<Change> counted(Subject self, HugePagesSpec want, Part part) {
        String from = Long.toString(part.own());
        String to = Integer.toString(part.count());
        String label = part.place().label();
        if (part.excess() < 0) {
            Step step = new Step.Run(
                    HugePagePool.grow(part.place(), part.count()),
                    "growing the pool of pages " + label + " to " + to,
                    self.limit(Step.DEFAULT_LIMIT));
            Impact impact = part.own() == 0 ? Impact.CREATE : Impact.UPDATE;
            return Optional.of(new Change(impact, part.field(), from, to, List.of(step)));
        }
        if (part.excess() == 0 || !want.exact()) {
            return Optional.empty();
        }
        if (part.excess() > part.available()) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    part.field(),
                    from,
                    to,
                    "the pool of pages " + label + " cannot shrink from " + from + " to " + to + ": only "
                            + part.available() + " are neither in use nor reserved"));
        }
        return Optional.of(Change.update(
                part.field(),
                from,
                to,
                new Step.Run(
                        HugePagePool.shrink(part.place(), part.count()),
                        "shrinking the pool of pages " + label + " to " + to)));
    }

    private static Optional<Change> persisted(Subject self, HugePagesSpec want, HugePagePool.Pool pool) {
        HugePagesKept.Found kept = pool.kept();
        String from = kept.shown(want.pageSize()).orElse("false");
        if (!want.persist()) {
            List<Step> steps = HugePagesKept.drop(want.pageSize(), kept);
            return steps.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Change(Impact.UPDATE, "persist", from, "false", steps));
        }
        if (HugePagesKept.holds(want.pageSize(), want.count(), want.nodes(), kept)) {
            return Optional.empty();
        }
        String to = want.nodes().isEmpty()
                ? Integer.toString(want.count())
                : String.join(
                        ", ",
                        want.nodes().entrySet().stream()
                                .map(n -> n.getKey() + ": " + n.getValue())
                                .toList());
        if (!HugePagesKept.bySysctl(want.pageSize(), want.nodes(), kept) && !kept.systemd()) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "persist",
                    from,
                    to,
                    self.id().host()
                            + " has no systemd-tmpfiles, which would make the pool again after a reboot, and sysctl"
                            + " knows neither nodes nor pages of other sizes than " + kept.defaultSize()
                            + "; give the kernel hugepagesz=" + want.pageSize() + " hugepages=" + want.count()
                            + " on its command line, and leave \"persist\" out"));
        }
        return Optional.of(new Change(
                Impact.UPDATE,
                "persist",
                from,
                to,
                HugePagesKept.keep(want.pageSize(), want.count(), want.nodes(), kept)));
    }

    @Override
    public List<Claim> claims(Subject self, HugePagesSpec want, HugePagePool have, List<Change> changes) {
        if (!(have instanceof HugePagePool.Pool pool) || changes.stream().anyMatch(Change::isRefused)) {
            return List.of();
        }
        List<Claim> claims = new ArrayList<>();
        long takes = 0;
        long gives = 0;
        for (Part part : parts(want, pool)) {
            long shrinks = want.exact() ? Math.max(0, part.excess()) : 0;
            long grows = Math.max(0, -part.excess());
            takes += shrinks;
            gives += grows;
            if (!want.nodes().isEmpty()) {
                claims.add(new Claim(part.pool(), "pages", part.available(), shrinks, grows));
            }
        }
        claims.add(new Claim(FileSystem.hugePagePool(want.pageSize()), "pages", pool.available(), takes, gives));
        return claims;
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, HugePagesSpec want, HugePagePool have) {
        if (!(have instanceof HugePagePool.Pool pool)
                || absentNode(self, want, pool).isPresent()) {
            return Optional.empty();
        }
        List<Part> parts = parts(want, pool);
        boolean grows = parts.stream().anyMatch(part -> part.excess() < 0);
        boolean writes = want.persist() && pool.kept().shown(want.pageSize()).isEmpty();
        if (!grows && !writes) {
            return Optional.empty();
        }
        Map<String, String> trace = new LinkedHashMap<>();
        trace.put("size", want.pageSize().toString());
        trace.put("sysctl", Boolean.toString(want.pageSize().equals(pool.kept().defaultSize())));
        if (want.nodes().isEmpty()) {
            trace.put("before", Long.toString(pool.own()));
        } else {
            want.nodes()
                    .keySet()
                    .forEach(node -> trace.put(
                            BEFORE_ON_NODE + node,
                            Long.toString(Optional.ofNullable(pool.nodes().get(node))
                                    .orElseThrow()
                                    .own())));
        }
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        ByteSize size = ByteSize.parse(traced.text("size"))
                .orElseThrow(() -> new IllegalStateException("the record's \"size\" is no size"));
        List<String> files = new ArrayList<>(List.of(HugePagesKept.tmpfilesFile(size)));
        if (traced.find("sysctl").map(Boolean::parseBoolean).orElse(size.equals(HugePagesSpec.ANY_SIZE))) {
            files.add(HugePagesKept.SYSCTL_FILE);
        }
        List<Sh> scripts = new ArrayList<>(List.of(Sh.of("rm -f -- {} || exit", files)));
        if (traced.find("before").isPresent()) {
            scripts.add(HugePagePool.giveBack(HugePagePool.whole(size), traced.number("before")));
        }
        trace.keySet().stream()
                .filter(key -> key.startsWith(BEFORE_ON_NODE))
                .forEach(key -> scripts.add(HugePagePool.giveBack(
                        HugePagePool.onNode(size, Integer.parseInt(key.substring(BEFORE_ON_NODE.length()))),
                        traced.number(key))));
        return new Removal(
                FileSystem.hugePagePool(size), new Step.Run(Sh.lines(scripts), "giving back huge pages of " + size));
    }
}
