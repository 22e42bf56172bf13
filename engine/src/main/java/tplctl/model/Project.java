package tplctl.model;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventory;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.text.Node;

/** A playbook ready to be observed: decoded, linked and ordered. */
public record Project(Playbook playbook, Inventory inventory, ResourceGraph graph) {
    /**
     * What decoding needs besides the playbook's text.
     *
     * @param owner whose the resources are
     * @param extraVars variables that win over all others
     * @param become whether steps run as another user where neither resource, play nor inventory says
     * @param facts a host's facts, asked only when an expression uses them; empty when they are not to be had
     */
    public record Context(
            String owner,
            Inventory inventory,
            Map<String, Node> extraVars,
            Map<String, Kind<?, ?>> kinds,
            LocalFiles files,
            boolean become,
            Function<Inventory.Host, Optional<Node>> facts) {}

    /** Reads a playbook's tree. All that is wrong with it is reported to {@code errors}; the result is only of use when nothing is. */
    public static Project of(Node root, Context context, Diagnostics errors) {
        PlaybookDecoder decoder = new PlaybookDecoder(context, errors);
        Playbook playbook = decoder.decode(root);
        ResourceGraph graph = ResourceGraph.of(playbook, decoder.declared(), errors);
        Exclusives exclusives = Exclusives.check(playbook, errors);
        ResourceGraph linked = link(playbook, graph, context, exclusives, errors);
        return new Project(playbook, decoder.inventory(), linked);
    }

    // In dependency order, so that what a resource refers to is complete before the resource itself is.
    private static ResourceGraph link(
            Playbook playbook, ResourceGraph graph, Context context, Exclusives exclusives, Diagnostics errors) {
        Set<ResourceId> stoodFor = new HashSet<>();
        for (Resource<?, ?> resource : playbook.resources()) {
            for (Ref ref : resource.ties().stoodFor()) {
                stoodFor.add(new ResourceId(ref.host(), ref.kind(), ref.name()));
            }
        }
        List<Resource<?, ?>> order = graph.order().isEmpty() ? playbook.resources() : graph.order();
        Linked linked = new Linked(graph, order);
        Paths paths = new Paths(playbook.resources());
        AssetFinder files = new AssetFinder(context.files());
        for (Resource<?, ?> resource : order) {
            String host = resource.id().host();
            Links links = new Lookup(host, linked, paths, stoodFor.contains(resource.id()));
            Decoding decoding = new Decoding(host, errors, files);
            Resource<?, ?> complete = resource.linked(links, decoding);
            exclusives.occupied(complete, decoding.occupied());
            linked.add(resource, complete);
        }
        return graph.replacing(linked.completed);
    }

    /** The resources that were linked so far. */
    private static final class Linked {
        private final ResourceGraph graph;
        private final List<Resource<?, ?>> order;
        private final Map<ResourceId, Resource<?, ?>> completed = new HashMap<>();
        private int count;

        /** Of the first so many in order, which are noted when somebody asks: most kinds never do. */
        private final BitSet numbers = new BitSet();

        private int noted;

        Linked(ResourceGraph graph, List<Resource<?, ?>> order) {
            this.graph = graph;
            this.order = order;
        }

        /** The next one in order. */
        @SuppressWarnings("ReferenceEquality")
        void add(Resource<?, ?> before, Resource<?, ?> complete) {
            count++;
            if (complete != before) {
                completed.put(before.id(), complete);
            }
        }

        Optional<Resource<?, ?>> find(ResourceId id) {
            while (noted < count) {
                numbers.set(graph.number(order.get(noted++).id()));
            }
            int number = graph.number(id);
            if (number < 0 || !numbers.get(number)) {
                return Optional.empty();
            }
            return Optional.<Resource<?, ?>>ofNullable(completed.get(id)).or(() -> graph.find(id));
        }
    }

    /** The index of paths, which is not made where no kind asks for one. */
    private static final class Paths {
        private final List<Resource<?, ?>> resources;
        private Optional<PathIndex> index = Optional.empty();

        Paths(List<Resource<?, ?>> resources) {
            this.resources = resources;
        }

        PathIndex index() {
            if (index.isEmpty()) {
                index = Optional.of(PathIndex.of(resources, new Diagnostics()));
            }
            return index.get();
        }
    }

    private record Lookup(String host, Linked linked, Paths paths, boolean isStoodFor) implements Links {
        @Override
        public <T> Optional<T> of(Ref ref, Class<T> type) {
            return linked.find(new ResourceId(ref.host(), ref.kind(), ref.name()))
                    .map(Resource::exports)
                    .filter(type::isInstance)
                    .map(type::cast);
        }

        @Override
        public <T> Optional<T> providing(AbsPath path, Class<T> type) {
            for (AbsPath here = path; ; here = here.parent()) {
                Optional<T> found = paths.index()
                        .provider(host, here)
                        .map(Resource::exports)
                        .filter(type::isInstance)
                        .map(type::cast);
                if (found.isPresent() || here.isRoot()) {
                    return found;
                }
            }
        }
    }

    private record AssetFinder(LocalFiles files) implements Decoding.Assets {
        @Override
        public Optional<Decoding.Asset> find(String path) {
            return files.find(path);
        }

        @Override
        public Optional<String> render(String path, tplctl.diag.Position at, Diagnostics errors) {
            throw new IllegalStateException("templates are rendered when a resource is decoded, not when it is linked");
        }
    }
}
