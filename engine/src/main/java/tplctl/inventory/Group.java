package tplctl.inventory;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.text.Node;

/**
 * A group of the inventory, {@code all} and {@code ungrouped} among them.
 *
 * @param index a number of its own, from 0
 * @param children the groups directly below it, in the order they were named
 * @param hosts the hosts that are named in it itself, in the order they were named
 * @param layers its variables, by where they come from; a later layer wins over an earlier one
 * @param ancestors the indexes of the groups above it
 * @param depth how far below {@code all} it is, by the longest way
 */
public record Group(
        int index,
        String name,
        List<String> children,
        List<String> hosts,
        List<Map<String, Node>> layers,
        BitSet ancestors,
        int depth) {
    public static final String ALL = "all";
    public static final String UNGROUPED = "ungrouped";

    public Group {
        children = List.copyOf(children);
        hosts = List.copyOf(hosts);
        layers = List.copyOf(layers);
    }

    /** What the group itself says of a variable. */
    Optional<Node> variable(String variable) {
        return Layers.find(layers, variable);
    }

    boolean isAbove(Group other) {
        return other.ancestors.get(index);
    }
}
