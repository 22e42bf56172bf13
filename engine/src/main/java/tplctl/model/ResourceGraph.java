package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Adjacency adjacency;
    private final List<Resource<?, ?>> order;
    private final Map<ResourceId, ResourceId> missing;

    private ResourceGraph(
            Map<ResourceId, Resource<?, ?>> byId,
            Adjacency adjacency,
            List<Resource<?, ?>> order,
            Map<ResourceId, ResourceId> missing) {
        this.byId = byId;
        this.adjacency = adjacency;
        this.order = List.copyOf(order);
        this.missing = missing;
    }

    /**
     * Builds the graph: references and paths first, then the order of kinds wherever it does not contradict them. An unknown
     * reference, a path provided twice and a cycle are reported with all their positions; what is returned then has no order.
     */
    public static ResourceGraph of(Playbook playbook, Declared declared, Diagnostics errors) {
        Map<ResourceId, Resource<?, ?>> byId =
                new LinkedHashMap<>(playbook.resources().size() * 4 / 3 + 1);
        playbook.resources().forEach(r -> byId.put(r.id(), r));
        Adjacency adjacency = new Adjacency(List.copyOf(byId.keySet()));
        EdgeFinder finder = new EdgeFinder(byId, declared, playbook, errors);
        finder.hardEdges().forEach(adjacency::add);
        List<List<ResourceId>> cyclic = Cycles.components(adjacency);
        if (!cyclic.isEmpty()) {
            cyclic.forEach(component -> Cycles.report(Cycles.through(adjacency, component.get(0)), errors));
            return new ResourceGraph(byId, adjacency, List.of(), finder.missing());
        }
        for (Edge soft : finder.softEdges()) {
            if (!adjacency.reaches(soft.to(), soft.from())) {
                adjacency.add(soft);
            }
        }
        List<Resource<?, ?>> sorted = new ArrayList<>();
        for (ResourceId id : adjacency.sorted()) {
            Optional.<Resource<?, ?>>ofNullable(byId.get(id)).ifPresent(sorted::add);
        }
        return new ResourceGraph(byId, adjacency, sorted, finder.missing());
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
        List<Edge> edges = adjacency.from(id);
        List<ResourceId> dependencies = new ArrayList<>(edges.size());
        edges.forEach(edge -> dependencies.add(edge.to()));
        return dependencies;
    }

    /** What a resource depends on but is left out, because nobody knows what it is; empty for nearly all. */
    public Optional<ResourceId> missing(ResourceId id) {
        return Optional.ofNullable(missing.get(id));
    }

    /** Every edge, those of the first resource in order first. */
    public List<Edge> edges() {
        List<Edge> all = new ArrayList<>();
        order.forEach(r -> all.addAll(adjacency.from(r.id())));
        return all;
    }

    /** The same graph with resources completed by what they refer to; the replacements have the same ids. */
    ResourceGraph replacing(Map<ResourceId, Resource<?, ?>> replacements) {
        if (replacements.isEmpty()) {
            return this;
        }
        Map<ResourceId, Resource<?, ?>> replaced = new HashMap<>(byId);
        replaced.putAll(replacements);
        List<Resource<?, ?>> inOrder = new ArrayList<>(order.size());
        order.forEach(r -> inOrder.add(replaced.getOrDefault(r.id(), r)));
        return new ResourceGraph(replaced, adjacency, inOrder, missing);
    }
}
