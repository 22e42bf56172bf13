package tplctl.model;

import java.util.ArrayList;
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

    private final Numbering numbers;
    private final List<Resource<?, ?>> resources;
    private final Adjacency adjacency;
    private final List<Resource<?, ?>> order;
    private final Map<ResourceId, ResourceId> missing;

    private ResourceGraph(
            Numbering numbers,
            List<Resource<?, ?>> resources,
            Adjacency adjacency,
            List<Resource<?, ?>> order,
            Map<ResourceId, ResourceId> missing) {
        this.numbers = numbers;
        this.resources = resources;
        this.adjacency = adjacency;
        this.order = List.copyOf(order);
        this.missing = missing;
    }

    /**
     * Builds the graph: references and paths first, then the order of kinds wherever it does not contradict them. An unknown
     * reference, a path provided twice and a cycle are reported with all their positions; what is returned then has no order.
     */
    public static ResourceGraph of(Playbook playbook, Declared declared, Diagnostics errors) {
        List<Resource<?, ?>> resources = playbook.resources();
        List<ResourceId> ids = new ArrayList<>(resources.size());
        for (Resource<?, ?> resource : resources) {
            ids.add(resource.id());
        }
        Numbering numbers = new Numbering(ids);
        Adjacency adjacency = new Adjacency(numbers);
        EdgeFinder finder = new EdgeFinder(numbers, declared, playbook, errors);
        finder.hardEdges(adjacency);
        List<List<ResourceId>> cyclic = Cycles.components(adjacency);
        if (!cyclic.isEmpty()) {
            cyclic.forEach(component -> Cycles.report(Cycles.through(adjacency, component.get(0)), errors));
            return new ResourceGraph(numbers, resources, adjacency, List.of(), finder.missing());
        }
        for (Edge soft : finder.softEdges()) {
            if (!adjacency.reaches(soft.to(), soft.from())) {
                adjacency.add(soft);
            }
        }
        int[] sorted = adjacency.sorted();
        List<Resource<?, ?>> inOrder = new ArrayList<>(sorted.length);
        for (int number : sorted) {
            inOrder.add(resources.get(number));
        }
        return new ResourceGraph(numbers, resources, adjacency, inOrder, finder.missing());
    }

    /** Every resource, each after all that it depends on. */
    public List<Resource<?, ?>> order() {
        return order;
    }

    public Optional<Resource<?, ?>> find(ResourceId id) {
        int number = numbers.of(id);
        return number < 0 ? Optional.empty() : Optional.of(resources.get(number));
    }

    /** A number of its own for each id of a resource, from 0 without gaps; -1 for others. */
    int number(ResourceId id) {
        return numbers.of(id);
    }

    /** What a resource directly depends on. */
    public List<ResourceId> dependencies(ResourceId id) {
        return adjacency.targets(id);
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
        List<Resource<?, ?>> replaced = replaced(resources, replacements);
        return new ResourceGraph(numbers, replaced, adjacency, replaced(order, replacements), missing);
    }

    private static List<Resource<?, ?>> replaced(
            List<Resource<?, ?>> resources, Map<ResourceId, Resource<?, ?>> replacements) {
        List<Resource<?, ?>> replaced = new ArrayList<>(resources.size());
        resources.forEach(r -> replaced.add(replacements.getOrDefault(r.id(), r)));
        return replaced;
    }
}
