package tplctl.inventory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Node;

/** Which group is above which; a group that is above itself is an error. */
final class GroupTree {
    private final Map<String, Draft.GroupDraft> drafts;
    private final Diagnostics errors;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<BitSet> ancestors = new ArrayList<>();
    private final List<Integer> depths = new ArrayList<>();
    private final Map<String, Set<String>> parents = new LinkedHashMap<>();

    GroupTree(Map<String, Draft.GroupDraft> drafts, Diagnostics errors) {
        this.drafts = drafts;
        this.errors = errors;
    }

    /** The groups, in the order they were met; where there was an error, without what made the cycle. */
    Map<String, Group> groups() {
        drafts.keySet().forEach(name -> {
            indexes.put(name, indexes.size());
            ancestors.add(new BitSet());
            depths.add(0);
            parents.put(name, new LinkedHashSet<>());
        });
        drafts.values()
                .forEach(g -> g.children
                        .keySet()
                        .forEach(c ->
                                parents.getOrDefault(c, new LinkedHashSet<>()).add(g.name)));
        settle(drafts.keySet());
        Map<String, Group> made = new LinkedHashMap<>();
        drafts.values().forEach(g -> {
            int index = index(g.name);
            List<Map<String, Node>> layers = g.layers();
            layers.forEach(this::checkPriority);
            made.put(
                    g.name,
                    new Group(
                            index,
                            g.name,
                            List.copyOf(g.children.keySet()),
                            List.copyOf(g.hosts),
                            layers,
                            ancestors.get(index),
                            depths.get(index)));
        });
        return made;
    }

    private void checkPriority(Map<String, Node> layer) {
        Node priority = layer.get(Membership.PRIORITY);
        if (priority != null && Membership.number(priority).isEmpty()) {
            errors.error(priority.at(), Membership.PRIORITY + " takes a whole number, not " + priority.label(), "");
        }
    }

    // Parents before children; what is left over is in a cycle or below one.
    private void settle(Set<String> names) {
        Set<String> left = new LinkedHashSet<>(names);
        Map<String, Integer> waiting = new HashMap<>();
        Deque<String> ready = new ArrayDeque<>();
        for (String name : names) {
            int above = (int) parentsOf(name).stream().filter(left::contains).count();
            waiting.put(name, above);
            if (above == 0) {
                ready.add(name);
            }
        }
        while (!ready.isEmpty()) {
            String parent = ready.remove();
            left.remove(parent);
            for (String child : draft(parent).children.keySet()) {
                if (waiting.containsKey(child)) {
                    place(child, parent);
                    if (waiting.merge(child, -1, Integer::sum) == 0) {
                        ready.add(child);
                    }
                }
            }
        }
        if (!left.isEmpty()) {
            List<String> cycle = cycle(left);
            report(cycle);
            left.removeAll(cycle);
            settle(left);
        }
    }

    private void place(String child, String parent) {
        int below = index(child);
        int above = index(parent);
        ancestors.get(below).set(above);
        ancestors.get(below).or(ancestors.get(above));
        depths.set(below, Math.max(depths.get(below), depths.get(above) + 1));
    }

    private List<String> cycle(Set<String> left) {
        List<String> way = new ArrayList<>();
        String at = left.iterator().next();
        while (!way.contains(at)) {
            way.add(at);
            at = parentsOf(at).stream().filter(left::contains).findFirst().orElseThrow();
        }
        List<String> cycle = new ArrayList<>(way.subList(way.indexOf(at), way.size()));
        Collections.reverse(cycle);
        return cycle;
    }

    private void report(List<String> cycle) {
        int first = 0;
        for (int i = 1; i < cycle.size(); i++) {
            if (edge(cycle, i).compareTo(edge(cycle, first)) < 0) {
                first = i;
            }
        }
        Collections.rotate(cycle, -first);
        List<String> names = new ArrayList<>(cycle);
        names.add(cycle.get(0));
        List<String> places = new ArrayList<>();
        for (int i = 0; i < cycle.size(); i++) {
            places.add(names.get(i) + " has " + names.get(i + 1) + " at " + edge(cycle, i));
        }
        errors.error(edge(cycle, 0), "a group is in itself: " + String.join(" → ", names), String.join(", ", places));
    }

    private Position edge(List<String> cycle, int from) {
        return Objects.requireNonNull(draft(cycle.get(from)).children.get(cycle.get((from + 1) % cycle.size())));
    }

    private int index(String name) {
        return Objects.requireNonNull(indexes.get(name));
    }

    private Draft.GroupDraft draft(String name) {
        return Objects.requireNonNull(drafts.get(name));
    }

    private Set<String> parentsOf(String name) {
        return parents.getOrDefault(name, Set.of());
    }
}
