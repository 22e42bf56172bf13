package tplctl.inventory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tplctl.text.Node;

/** Where the variables of a host come from. */
public final class Explanation {
    private Explanation() {}

    /**
     * A value of a variable.
     *
     * @param level what it is said of: {@code host o41}, {@code group web}, or {@code -e}
     */
    public record Origin(String level, Node value) {}

    /** A host's variables by name; of each, the value that it has and then those that this one overrides, the nearest first. */
    public static Map<String, List<Origin>> of(Inventory.Host host, Map<String, Node> extraVars) {
        Map<String, List<Origin>> found = new LinkedHashMap<>();
        for (Group group : host.membership().groups()) {
            group.layers().forEach(layer -> add(found, "group " + group.name(), layer));
        }
        found.forEach((name, origins) -> chosenLast(host, name, origins));
        host.layers().forEach(layer -> add(found, "host " + host.name(), layer));
        add(found, "-e", extraVars);
        found.values().forEach(Collections::reverse);
        return Collections.unmodifiableMap(new TreeMap<>(found));
    }

    // A priority can let a group win that is not the last by depth and name.
    @SuppressWarnings("ReferenceEquality") // two groups may have equal values
    private static void chosenLast(Inventory.Host host, String name, List<Origin> origins) {
        Node chosen = host.membership().vars().get(name);
        origins.stream().filter(o -> o.value() == chosen).findFirst().ifPresent(origin -> {
            origins.removeIf(o -> o == origin);
            origins.add(origin);
        });
    }

    private static void add(Map<String, List<Origin>> found, String level, Map<String, Node> layer) {
        layer.forEach((name, value) ->
                found.computeIfAbsent(name, n -> new ArrayList<>(1)).add(new Origin(level, value)));
    }
}
