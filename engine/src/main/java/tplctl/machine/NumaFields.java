package tplctl.machine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.diag.Position;
import tplctl.kind.ByteSize;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Type;
import tplctl.kind.Types;

/** The fields of {@code numa} in a machine: its nodes, each with a RAM backend of its own. */
final class NumaFields {
    /** Of the guest (QEMU, include/sysemu/numa.h, MAX_NODES), and of a Linux host on any processor there is. */
    private static final int MOST_NODES = 128;

    private static final int MOST_HOST_NODES = 1024;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    private static final Type<String> CPU_RANGE = Types.scalar(
            "virtual CPUs such as 0 or 0-3",
            new Shape.Text("[0-9]{1,4}(-[0-9]{1,4})?"),
            s -> Optional.of(s.text()).filter(t -> RANGE.matcher(t).matches()));
    private static final Field<List<String>> CPUS = Field.withDefault(
            "cpus",
            Types.list(CPU_RANGE, true),
            List.of(),
            "its virtual CPUs: one or several of 0, 0-3; none for a node of RAM alone");
    private static final Field<ByteSize> RAM = Field.required("ram", Types.SIZE, "its memory");
    private static final Field<Optional<Integer>> HOST_NODE = Field.optional(
            "host_node",
            Types.integer(0, MOST_HOST_NODES - 1),
            "the host's NUMA node that its memory is taken from; any when left out");
    private static final Schema<Machine.Node> NODE = new Schema<>(
            "a NUMA node",
            List.of(CPUS, RAM, HOST_NODE),
            (v, to) -> new Machine.Node(v.get(CPUS), v.get(RAM), v.get(HOST_NODE)));

    static final Field<List<Machine.Node>> NUMA = Field.withDefault(
            "numa",
            Types.list(Types.fields(NODE)),
            List.of(),
            "NUMA nodes, each with a RAM file of its own in a template (MEMORY, MEMORY.1, …); one node with everything when"
                    + " left out");

    private NumaFields() {}

    /** Reports nodes that do not make up the machine: all of its RAM, and each of its virtual CPUs in one of them. */
    static void check(List<Machine.Node> nodes, int vcpus, ByteSize ram, Position at, Decoding to) {
        if (nodes.isEmpty()) {
            return;
        }
        if (nodes.size() > MOST_NODES) {
            to.error(at, nodes.size() + " NUMA nodes", "QEMU has at most " + MOST_NODES);
        }
        long sum = nodes.stream().mapToLong(n -> n.ram().bytes()).reduce(0, Math::addExact);
        if (sum != ram.bytes()) {
            to.error(
                    at,
                    "the NUMA nodes have " + new ByteSize(sum) + " of RAM together, and the machine " + ram,
                    "make them add up to its \"ram\"");
        }
        BitSet seen = new BitSet();
        List<String> wrong = new ArrayList<>();
        for (String range : nodes.stream().flatMap(n -> n.cpus().stream()).toList()) {
            Matcher m = RANGE.matcher(range);
            int first = m.matches() ? Integer.parseInt(m.group(1)) : 0;
            int last = m.group(2) == null ? first : Integer.parseInt(m.group(2));
            BitSet these = new BitSet();
            these.set(Math.min(first, last + 1), last + 1);
            if (last < first || last >= vcpus || seen.intersects(these)) {
                wrong.add(range);
            }
            seen.or(these);
        }
        if (!wrong.isEmpty()) {
            to.error(
                    at,
                    "the NUMA nodes' \"cpus\" " + String.join(", ", wrong) + (wrong.size() == 1 ? " is" : " are")
                            + " named twice, or not among the machine's virtual CPUs",
                    "it has " + (vcpus == 1 ? "one: 0" : vcpus + ": 0-" + (vcpus - 1)));
        } else if (seen.cardinality() < vcpus) {
            to.error(
                    at,
                    "the virtual CPU " + seen.nextClearBit(0) + " is in none of the NUMA nodes",
                    "put each of 0-" + (vcpus - 1) + " into one of them");
        }
    }
}
