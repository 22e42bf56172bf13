package tplctl.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** Groups that disagree about a host. */
final class Conflicts {
    private Conflicts() {}

    static void report(Collection<Inventory.Host> hosts, Set<String> decided, Diagnostics errors) {
        Map<List<String>, List<String>> affected = new LinkedHashMap<>();
        Map<List<String>, Membership.Conflict> conflicts = new LinkedHashMap<>();
        for (Inventory.Host host : hosts) {
            for (Membership.Conflict conflict : host.membership().conflicts()) {
                String variable = conflict.variable();
                if (!decided.contains(variable)
                        && Layers.find(host.layers(), variable).isEmpty()) {
                    List<String> key = List.of(
                            variable, conflict.one().name(), conflict.other().name());
                    conflicts.putIfAbsent(key, conflict);
                    affected.computeIfAbsent(key, k -> new ArrayList<>()).add(host.name());
                }
            }
        }
        conflicts.forEach((key, conflict) -> {
            List<String> names = affected.getOrDefault(key, List.of());
            Position one = place(conflict.one(), conflict.variable());
            Position other = place(conflict.other(), conflict.variable());
            boolean inOrder = one.compareTo(other) < 0;
            errors.error(
                    inOrder ? other : one,
                    "the groups " + conflict.one().name() + " and "
                            + conflict.other().name() + " give "
                            + (names.size() == 1 ? "host " : "hosts ") + Names.listed(names)
                            + " different values of \"" + conflict.variable() + "\"",
                    "the other is at " + (inOrder ? one : other) + "; set it for the host or in a group that is below"
                            + " both, or give one of the groups a higher " + Membership.PRIORITY);
        });
    }

    private static Position place(Group group, String variable) {
        return group.variable(variable).orElseThrow().at();
    }
}
