package tplctl.kinds;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Types;
import tplctl.kind.Values;

/**
 * A pool of huge pages as it is wanted.
 *
 * @param count of all of it; the sum when {@code nodes} are named
 * @param nodes by the number of the host's NUMA node; empty when it does not matter where the pages are
 */
record HugePagesSpec(ByteSize pageSize, int count, Map<Integer, Integer> nodes, boolean exact, boolean persist) {
    /** Stands for a size that is none, and is the usual one. */
    static final ByteSize ANY_SIZE = ByteSize.mebi(2);

    private static final int MOST_NODES = 1024;

    private static final Field<Optional<Integer>> COUNT = Field.optional(
            "count",
            Types.integer(0, Integer.MAX_VALUE),
            "how many pages the pool has at least; surplus pages do not count");
    private static final Field<Map<String, Integer>> NODES = Field.withDefault(
            "nodes",
            Types.map(Types.integer(0, Integer.MAX_VALUE)),
            Map.of(),
            "in place of count: how many pages it has on each NUMA node of the host, by the node's number");
    private static final Field<Boolean> EXACT = Field.withDefault(
            "exact", Types.BOOL, false, "whether a larger pool shrinks to its count, as far as pages are free");
    private static final Field<Boolean> PERSIST = Field.withDefault(
            "persist",
            Types.BOOL,
            false,
            "whether the pool is made again after a reboot: by sysctl.d, or by tmpfiles.d for other sizes than the kernel's"
                    + " default and for nodes");

    static final Schema<HugePagesSpec> SCHEMA =
            new Schema<>("a pool of huge pages", List.of(COUNT, NODES, EXACT, PERSIST), HugePagesSpec::build);

    HugePagesSpec {
        nodes = Collections.unmodifiableMap(new TreeMap<>(nodes));
    }

    private static HugePagesSpec build(Values v, Decoding to) {
        Optional<ByteSize> size =
                ByteSize.parse(v.name()).filter(s -> s.bytes() >= 8192 && Long.bitCount(s.bytes()) == 1);
        if (size.isEmpty()) {
            to.error(
                    v.at(),
                    "\"" + v.name() + "\" is no size of huge pages",
                    "a pool is named after the size of its pages, such as 2M or 1G");
        }
        if (v.get(COUNT).isPresent() == v.isSet(NODES)) {
            to.error(
                    v.at(),
                    v.isSet(NODES) ? "\"count\" and \"nodes\" at once" : "neither \"count\" nor \"nodes\"",
                    "a pool has so many pages in all, or so many on each node");
        }
        ByteSize pageSize = size.orElse(ANY_SIZE);
        Map<Integer, Integer> nodes = nodes(v, to);
        to.provides(new AbsPath(HugePagePool.directory(pageSize)), v.at());
        to.marks("hugepages/" + pageSize);
        int sum = (int) Math.min(
                Integer.MAX_VALUE,
                nodes.values().stream().mapToLong(Integer::longValue).sum());
        return new HugePagesSpec(pageSize, v.get(COUNT).orElse(sum), nodes, v.get(EXACT), v.get(PERSIST));
    }

    private static Map<Integer, Integer> nodes(Values v, Decoding to) {
        Map<Integer, Integer> nodes = new TreeMap<>();
        v.get(NODES).forEach((node, pages) -> {
            if (node.matches("0|[1-9][0-9]{0,3}") && Integer.parseInt(node) < MOST_NODES) {
                nodes.put(Integer.parseInt(node), pages);
            } else {
                to.error(
                        v.at(NODES),
                        "\"" + node + "\" is no NUMA node",
                        "nodes have numbers: nodes: { 0: 512, 1: 512 }; \"numactl --hardware\" lists a host's");
            }
        });
        return nodes;
    }
}
