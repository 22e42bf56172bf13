package tplctl.inventory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * What hosts have in common that are in the same groups: computed once for all of them, which keeps an inventory of many hosts
 * linear.
 *
 * @param groups all the groups, those above them included, from {@code all} down
 * @param vars what the groups say together
 * @param conflicts where groups disagree, neither of which is above the other
 */
record Membership(List<Group> groups, Map<String, Node> vars, List<Conflict> conflicts) {
    static final Membership NONE = new Membership(List.of(), Map.of(), List.of());
    static final String PRIORITY = "ansible_group_priority";

    /** Two groups that give one variable different values. */
    record Conflict(String variable, Group one, Group other) {}

    static Membership of(List<Group> groups) {
        List<Group> ordered = new ArrayList<>(groups);
        ordered.sort(Comparator.comparingInt(Group::depth).thenComparing(Group::name));
        Map<String, List<Group>> setters = new LinkedHashMap<>();
        for (Group group : ordered) {
            for (Map<String, Node> layer : group.layers()) {
                for (String variable : layer.keySet()) {
                    List<Group> known = setters.computeIfAbsent(variable, v -> new ArrayList<>(1));
                    if (known.isEmpty() || known.get(known.size() - 1).index() != group.index()) {
                        known.add(group);
                    }
                }
            }
        }
        Map<String, Node> vars = new LinkedHashMap<>();
        List<Conflict> conflicts = new ArrayList<>();
        setters.forEach((variable, by) -> {
            List<Group> last = lowest(by);
            Group chosen = last.get(last.size() - 1);
            Node value = chosen.variable(variable).orElseThrow();
            vars.put(variable, value);
            last.stream()
                    .filter(g -> !Layers.same(g.variable(variable).orElseThrow(), value))
                    .findFirst()
                    .filter(g -> !variable.equals(PRIORITY))
                    .ifPresent(g -> conflicts.add(new Conflict(variable, g, chosen)));
        });
        return new Membership(List.copyOf(ordered), vars, conflicts);
    }

    // Those with no other one below them; of several, those of the highest priority.
    private static List<Group> lowest(List<Group> setters) {
        if (setters.size() == 1) {
            return setters;
        }
        List<Group> lowest = setters.stream()
                .filter(g -> setters.stream().noneMatch(g::isAbove))
                .toList();
        int highest = lowest.stream().mapToInt(Membership::priority).max().orElseThrow();
        return lowest.stream().filter(g -> priority(g) == highest).toList();
    }

    /** A group's priority among those beside it; 1 unless it says otherwise. */
    static int priority(Group group) {
        return group.variable(PRIORITY).flatMap(Membership::number).orElse(1);
    }

    static Optional<Integer> number(Node node) {
        return node instanceof Scalar s && s.text().matches("-?[0-9]{1,9}")
                ? Optional.of(Integer.parseInt(s.text()))
                : Optional.empty();
    }
}
