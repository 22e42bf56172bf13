package tplctl.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.graph.SimpleDirectedGraph;
import org.jgrapht.traverse.TopologicalOrderIterator;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.ResourceId;

/** The resources and what comes before what. Acyclic; the order among the independent is the file's. Immutable. */
public final class ResourceGraph {
    /**
     * One resource comes after another.
     *
     * @param why the reason, to be read between the two ids: "needs", "lies on /mnt of"
     */
    public record Edge(ResourceId from, ResourceId to, String why, Position at) {
        // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Edge that
                    && from.equals(that.from)
                    && to.equals(that.to)
                    && why.equals(that.why)
                    && at.equals(that.at);
        }

        @Override
        public int hashCode() {
            return 31 * from.hashCode() + to.hashCode();
        }
    }

    private final Map<ResourceId, Resource<?, ?>> byId;
    private final Graph<ResourceId, Edge> dependencies;
    private final List<Resource<?, ?>> order;

    private ResourceGraph(
            Map<ResourceId, Resource<?, ?>> byId, Graph<ResourceId, Edge> dependencies, List<Resource<?, ?>> order) {
        this.byId = byId;
        this.dependencies = dependencies;
        this.order = List.copyOf(order);
    }

    /**
     * Builds the graph: references and paths first, then the order of kinds wherever it does not contradict them. An unknown
     * reference, a path provided twice and a cycle are reported with all their positions; what is returned then has no order.
     */
    public static ResourceGraph of(Playbook playbook, Declared declared, Diagnostics errors) {
        Map<ResourceId, Resource<?, ?>> byId = new LinkedHashMap<>();
        playbook.resources().forEach(r -> byId.put(r.id(), r));
        Graph<ResourceId, Edge> graph = new SimpleDirectedGraph<>(Edge.class);
        byId.keySet().forEach(graph::addVertex);
        EdgeFinder finder = new EdgeFinder(byId, declared, playbook.unmanaged(), errors);
        finder.hardEdges().forEach(e -> graph.addEdge(e.from(), e.to(), e));
        if (reportCycles(graph, byId, errors)) {
            return new ResourceGraph(byId, graph, List.of());
        }
        for (Edge soft : finder.softEdges()) {
            if (!reaches(graph, soft.to(), soft.from())) {
                graph.addEdge(soft.from(), soft.to(), soft);
            }
        }
        return new ResourceGraph(byId, graph, sorted(graph, byId));
    }

    /** Every resource, each after all that it depends on. */
    public List<Resource<?, ?>> order() {
        return order;
    }

    public Optional<Resource<?, ?>> find(ResourceId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** What a resource directly depends on. */
    public List<ResourceId> dependencies(ResourceId id) {
        return dependencies.outgoingEdgesOf(id).stream().map(Edge::to).toList();
    }

    /** What directly depends on a resource. */
    public List<ResourceId> dependents(ResourceId id) {
        return dependencies.incomingEdgesOf(id).stream().map(Edge::from).toList();
    }

    /** Every edge, those of the first resource in order first. */
    public List<Edge> edges() {
        List<Edge> all = new ArrayList<>();
        order.forEach(r -> all.addAll(dependencies.outgoingEdgesOf(r.id())));
        return all;
    }

    /** The same graph with resources completed by what they refer to; the replacements have the same ids. */
    ResourceGraph replacing(Map<ResourceId, Resource<?, ?>> replacements) {
        Map<ResourceId, Resource<?, ?>> replaced = new LinkedHashMap<>(byId);
        replaced.putAll(replacements);
        List<Resource<?, ?>> inOrder = new ArrayList<>();
        order.forEach(r -> inOrder.add(replaced.getOrDefault(r.id(), r)));
        return new ResourceGraph(replaced, dependencies, inOrder);
    }

    private static List<Resource<?, ?>> sorted(Graph<ResourceId, Edge> graph, Map<ResourceId, Resource<?, ?>> byId) {
        Map<ResourceId, Integer> fileOrder = fileOrder(byId);
        List<Resource<?, ?>> sorted = new ArrayList<>();
        new TopologicalOrderIterator<>(
                        new org.jgrapht.graph.EdgeReversedGraph<>(graph), Comparator.comparing(fileOrder::get))
                .forEachRemaining(id -> sorted.add(byId.get(id)));
        return sorted;
    }

    private static Map<ResourceId, Integer> fileOrder(Map<ResourceId, Resource<?, ?>> byId) {
        Map<ResourceId, Integer> order = new HashMap<>();
        byId.keySet().forEach(id -> order.put(id, order.size()));
        return order;
    }

    private static boolean reaches(Graph<ResourceId, Edge> graph, ResourceId from, ResourceId to) {
        // The commonest soft target, a package or a pool, depends on nothing: no search is needed.
        if (graph.outDegreeOf(from) == 0) {
            return from.equals(to);
        }
        return !Cycles.path(graph, from, to).isEmpty();
    }

    private static boolean reportCycles(
            Graph<ResourceId, Edge> graph, Map<ResourceId, Resource<?, ?>> byId, Diagnostics errors) {
        Map<ResourceId, Integer> fileOrder = fileOrder(byId);
        boolean found = false;
        for (var component : new KosarajuStrongConnectivityInspector<>(graph).stronglyConnectedSets()) {
            if (component.size() > 1) {
                found = true;
                ResourceId first = component.stream()
                        .min(Comparator.comparing(fileOrder::get))
                        .orElseThrow();
                Cycles.report(Cycles.through(graph, first), errors);
            }
        }
        return found;
    }
}
