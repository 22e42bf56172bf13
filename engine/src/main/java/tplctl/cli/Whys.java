package tplctl.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph;

/** By what way a failure reached a resource that was skipped for it. Not thread-safe. */
final class Whys {
    private final ResourceGraph graph;
    private final Map<ResourceId, List<ResourceGraph.Edge>> from = new HashMap<>();

    private final Set<ResourceId> unreachable = new HashSet<>();

    Whys(ResourceGraph graph) {
        this.graph = graph;
    }

    /** How a resource ended that others may be skipped for. */
    void heard(Outcome outcome) {
        if (outcome instanceof Outcome.Unreachable) {
            unreachable.add(outcome.id());
        }
    }

    /** {@code o41:vms.web needs o41:templates.base, which lies on /mnt of o41:mounts.ram, which failed}. */
    String of(Outcome.Skipped skipped) {
        if (skipped.isInterrupted()) {
            return "the run was interrupted first";
        }
        StringBuilder text = new StringBuilder(skipped.id().toString());
        List<ResourceGraph.Edge> way = way(skipped.id(), skipped.because());
        String lead = " ";
        for (ResourceGraph.Edge edge : way) {
            text.append(lead).append(edge.why()).append(' ').append(edge.to());
            lead = ", which ";
        }
        return way.isEmpty()
                ? "because of " + skipped.because()
                : text.append(end(skipped.because())).toString();
    }

    private String end(ResourceId because) {
        return unreachable.contains(because) ? ", which is unreachable" : ", which failed";
    }

    // The shortest one there is.
    private List<ResourceGraph.Edge> way(ResourceId begin, ResourceId end) {
        if (from.isEmpty()) {
            graph.edges()
                    .forEach(e -> from.computeIfAbsent(e.from(), id -> new ArrayList<>())
                            .add(e));
        }
        Map<ResourceId, ResourceGraph.Edge> reached = new HashMap<>();
        Deque<ResourceId> next = new ArrayDeque<>(List.of(begin));
        while (!next.isEmpty() && !reached.containsKey(end)) {
            for (ResourceGraph.Edge edge : from.getOrDefault(next.remove(), List.of())) {
                if (reached.putIfAbsent(edge.to(), edge) == null) {
                    next.add(edge.to());
                }
            }
        }
        Deque<ResourceGraph.Edge> way = new ArrayDeque<>();
        ResourceId at = end;
        while (!at.equals(begin) && reached.containsKey(at)) {
            ResourceGraph.Edge edge = reached.get(at);
            way.addFirst(edge);
            at = edge.from();
        }
        return at.equals(begin) ? List.copyOf(way) : List.of();
    }
}
