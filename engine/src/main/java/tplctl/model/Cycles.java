package tplctl.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.graph.SimpleDirectedGraph;
import tplctl.diag.Diagnostics;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph.Edge;

/** Finds the shortest way round and tells it so that a person sees where to cut. */
final class Cycles {
    private Cycles() {}

    /** The sets of resources that are all on cycles with each other, in file order, as each set is within. */
    static List<List<ResourceId>> components(Adjacency adjacency) {
        List<ResourceId> left = adjacency.unsorted();
        if (left.isEmpty()) {
            return List.of();
        }
        Map<ResourceId, Integer> fileOrder = new HashMap<>();
        left.forEach(id -> fileOrder.put(id, fileOrder.size()));
        Graph<ResourceId, Edge> graph = new SimpleDirectedGraph<>(Edge.class);
        left.forEach(graph::addVertex);
        for (ResourceId id : left) {
            adjacency.from(id).stream()
                    .filter(e -> fileOrder.containsKey(e.to()))
                    .forEach(e -> graph.addEdge(e.from(), e.to(), e));
        }
        List<List<ResourceId>> components = new ArrayList<>();
        for (var component : new KosarajuStrongConnectivityInspector<>(graph).stronglyConnectedSets()) {
            if (component.size() > 1) {
                components.add(component.stream()
                        .sorted(Comparator.comparing(fileOrder::get))
                        .toList());
            }
        }
        return components;
    }

    /** The shortest cycle through a vertex of a cyclic component. */
    static List<Edge> through(Adjacency graph, ResourceId start) {
        List<Edge> shortest = List.of();
        for (Edge out : graph.from(start)) {
            List<Edge> back = path(graph, out.to(), start);
            if (!back.isEmpty() && (shortest.isEmpty() || back.size() + 1 < shortest.size())) {
                shortest = new ArrayList<>(back);
                shortest.add(0, out);
            }
        }
        return shortest;
    }

    /** The edges of a shortest path; empty when there is none. */
    static List<Edge> path(Adjacency graph, ResourceId from, ResourceId to) {
        Map<ResourceId, Edge> cameBy = new HashMap<>();
        Deque<ResourceId> queue = new ArrayDeque<>(List.of(from));
        while (!queue.isEmpty()) {
            ResourceId here = queue.poll();
            for (Edge edge : graph.from(here)) {
                if (edge.to().equals(from) || cameBy.putIfAbsent(edge.to(), edge) != null) {
                    continue;
                }
                if (edge.to().equals(to)) {
                    return unwind(cameBy, from, to);
                }
                queue.add(edge.to());
            }
        }
        return List.of();
    }

    static void report(List<Edge> cycle, Diagnostics errors) {
        StringBuilder ids = new StringBuilder();
        StringBuilder detail = new StringBuilder("each of these comes after the next:");
        for (Edge edge : cycle) {
            ids.append(edge.from().local()).append(" → ");
            detail.append("\n  ")
                    .append(edge.from().local())
                    .append(' ')
                    .append(edge.why())
                    .append(' ')
                    .append(edge.to().local())
                    .append(" (")
                    .append(edge.at())
                    .append(')');
        }
        ids.append(cycle.get(0).from().local());
        errors.error(cycle.get(0).at(), "dependency cycle: " + ids, detail.toString());
    }

    private static List<Edge> unwind(Map<ResourceId, Edge> cameBy, ResourceId from, ResourceId to) {
        Deque<Edge> path = new ArrayDeque<>();
        ResourceId here = to;
        do {
            Edge edge = cameBy.get(here);
            if (edge == null) {
                throw new IllegalStateException("no way back from " + here);
            }
            path.addFirst(edge);
            here = edge.from();
        } while (!here.equals(from));
        return List.copyOf(path);
    }
}
