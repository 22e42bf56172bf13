package tplctl.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph.Edge;

/** Reads the edges out of what resources refer to, provide, stand on and follow. */
final class EdgeFinder {
    private final Numbering numbers;
    private final List<Resource<?, ?>> resources;
    private final Declared declared;
    private final Playbook playbook;
    private final Diagnostics errors;
    private final Map<ResourceId, ResourceId> missing = new HashMap<>();
    private final Map<ResourceId, List<ResourceId>> byGroup = new HashMap<>();
    private final Map<String, Set<ResourceId>> known = new HashMap<>();
    private final Map<AbsPath, Above> above = new HashMap<>();

    EdgeFinder(Numbering numbers, Declared declared, Playbook playbook, Diagnostics errors) {
        this.numbers = numbers;
        this.resources = playbook.resources();
        this.declared = declared;
        this.playbook = playbook;
        this.errors = errors;
        for (Resource<?, ?> resource : resources) {
            if (!resource.group().equals(resource.id().name())) {
                byGroup.computeIfAbsent(group(resource), g -> new ArrayList<>()).add(resource.id());
            }
        }
    }

    /** Tells the edges that the user wrote: references, {@code needs} and paths; between two resources there may be several. */
    void hardEdges(Adjacency to) {
        for (int i = 0; i < resources.size(); i++) {
            Resource<?, ?> r = resources.get(i);
            if (!r.ties().refs().isEmpty()) {
                int from = i;
                r.ties().refs().forEach(ref -> addReference(r.id(), ref, edge -> to.add(from, edge)));
            }
        }
        declared.broken().forEach((id, refs) -> refs.forEach(ref -> addReference(id, ref, edge -> {})));
        // A path is another host's on another host, and an index of all of them would be as large as the graph.
        Map<String, List<Integer>> byHost = new LinkedHashMap<>();
        for (int i = 0; i < resources.size(); i++) {
            byHost.computeIfAbsent(resources.get(i).id().host(), h -> new ArrayList<>())
                    .add(i);
        }
        for (List<Integer> ofHost : byHost.values()) {
            List<Resource<?, ?>> there = new ArrayList<>(ofHost.size());
            for (int number : ofHost) {
                there.add(resources.get(number));
            }
            PathIndex paths = PathIndex.of(there, errors);
            for (int number : ofHost) {
                addPaths(resources.get(number), paths, edge -> to.add(number, edge));
            }
        }
    }

    /** For each resource that refers to one that was left out, that one; known once {@link #hardEdges} was called. */
    Map<ResourceId, ResourceId> missing() {
        return missing;
    }

    /** Edges that only the kinds' usual order asks for. */
    List<Edge> softEdges() {
        Set<String> kindsBefore = new HashSet<>();
        Set<String> wordsBefore = new HashSet<>();
        for (Resource<?, ?> r : resources) {
            kindsBefore.addAll(r.kind().after());
            wordsBefore.addAll(r.ties().follows());
        }
        Map<String, Earlier> byHost = new HashMap<>();
        for (Resource<?, ?> r : resources) {
            if (kindsBefore.contains(r.kind().name())
                    || !Collections.disjoint(r.ties().marks(), wordsBefore)) {
                byHost.computeIfAbsent(r.id().host(), h -> new Earlier()).add(r);
            }
        }
        List<Edge> edges = new ArrayList<>();
        for (Resource<?, ?> r : resources) {
            Set<String> kinds = r.kind().after();
            List<String> words = r.ties().follows();
            Earlier earlier = byHost.getOrDefault(r.id().host(), Earlier.NONE);
            if (earlier != Earlier.NONE && !(kinds.isEmpty() && words.isEmpty())) {
                Set<ResourceId> targets = new TreeSet<>();
                kinds.forEach(kind -> targets.addAll(earlier.byKind.getOrDefault(kind, List.of())));
                words.forEach(word -> targets.addAll(earlier.byWord.getOrDefault(word, List.of())));
                targets.remove(r.id());
                targets.forEach(target -> edges.add(new Edge(r.id(), target, "usually comes after", r.at())));
            }
        }
        return edges;
    }

    /** What may come before others on one host. */
    private static final class Earlier {
        private static final Earlier NONE = new Earlier();

        private final Map<String, List<ResourceId>> byKind = new HashMap<>();
        private final Map<String, List<ResourceId>> byWord = new HashMap<>();

        void add(Resource<?, ?> r) {
            byKind.computeIfAbsent(r.kind().name(), k -> new ArrayList<>()).add(r.id());
            r.ties()
                    .marks()
                    .forEach(word ->
                            byWord.computeIfAbsent(word, k -> new ArrayList<>()).add(r.id()));
        }
    }

    private void addReference(ResourceId from, Ref ref, Consumer<Edge> edges) {
        ResourceId target = new ResourceId(ref.host(), ref.kind(), ref.name());
        ResourceId unknown = playbook.leftOut().get(target);
        if (unknown != null) {
            missing.putIfAbsent(from, unknown);
        }
        List<ResourceId> targets = numbers.of(target) >= 0 ? List.of(target) : byGroup.getOrDefault(target, List.of());
        if (targets.isEmpty()) {
            reportMissing(from, target, ref.at());
            return;
        }
        if (targets.contains(from)) {
            errors.error(ref.at(), target.local() + " needs itself", "remove it here");
            return;
        }
        targets.forEach(to -> edges.accept(new Edge(from, to, "needs", ref.at())));
    }

    private void reportMissing(ResourceId from, ResourceId target, Position at) {
        boolean sameHost = target.host().equals(from.host());
        String shown = sameHost ? target.local() : target.toString();
        if (playbook.unmanaged().contains(target)) {
            errors.error(at, shown + " is switched off by its \"when\"", "give this resource the same \"when\"");
            return;
        }
        if (target.equals(from)) {
            errors.error(at, shown + " needs itself", "remove it here");
            return;
        }
        if (declared.ids().contains(target)) {
            return; // its own errors are reported already, or its count is 0
        }
        Set<String> candidates = new TreeSet<>();
        Set<String> ofKind = new TreeSet<>();
        for (ResourceId id : known().getOrDefault(target.host(), Set.of())) {
            candidates.add(sameHost ? id.local() : id.toString());
            if (id.kind().equals(target.kind())) {
                ofKind.add(id.name());
            }
        }
        String known = ofKind.isEmpty()
                ? target.host() + " has no resource of the kind \"" + target.kind() + "\""
                : target.kind() + " on " + target.host() + ": " + String.join(", ", ofKind);
        errors.error(
                at,
                "there is no " + shown,
                Suggest.nearest(target.name(), ofKind)
                        .map(n -> "did you mean \"" + n + "\"?")
                        .orElseGet(() -> Suggest.didYouMean(shown, candidates, known)));
    }

    private static ResourceId group(Resource<?, ?> resource) {
        return new ResourceId(resource.id().host(), resource.id().kind(), resource.group());
    }

    /** What can be referred to, by host; made when the first reference turns out to be wrong. */
    private Map<String, Set<ResourceId>> known() {
        if (known.isEmpty()) {
            resources.forEach(r -> know(group(r)));
            declared.ids().forEach(this::know);
        }
        return known;
    }

    private void know(ResourceId id) {
        known.computeIfAbsent(id.host(), h -> new HashSet<>()).add(id);
    }

    private void addPaths(Resource<?, ?> from, PathIndex paths, Consumer<Edge> edges) {
        for (Decoding.PathUse use : from.ties().provided()) {
            addAbove(from, above(use.path()).parent(), use.at(), paths, edges);
        }
        for (Decoding.PathUse use : from.ties().used()) {
            addAbove(from, above(use.path()), use.at(), paths, edges);
        }
    }

    private static void addAbove(Resource<?, ?> from, Above start, Position at, PathIndex paths, Consumer<Edge> edges) {
        for (Above here = start; ; here = here.parent()) {
            Optional<Resource<?, ?>> to = paths.provider(from.id().host(), here.path());
            if (to.isPresent() && !to.get().id().equals(from.id())) {
                edges.accept(new Edge(from.id(), to.get().id(), here.why(), at));
            }
            if (here.isRoot()) {
                return;
            }
        }
    }

    private Above above(AbsPath path) {
        Above known = above.get(path);
        if (known == null) {
            known = new Above(
                    path,
                    "lies on " + path + " of",
                    path.isRoot() ? Optional.empty() : Optional.of(above(path.parent())));
            above.put(path, known);
        }
        return known;
    }

    /** A path and those above it, of which very many hosts ask the same. */
    private record Above(AbsPath path, String why, Optional<Above> up) {
        boolean isRoot() {
            return up.isEmpty();
        }

        /** The root's is the root. */
        Above parent() {
            return up.orElse(this);
        }
    }
}
