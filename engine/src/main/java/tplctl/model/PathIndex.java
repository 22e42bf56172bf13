package tplctl.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;

/** Which resource of a host provides which path. */
final class PathIndex {
    private final Map<String, Map<AbsPath, Resource<?, ?>>> byHost = new HashMap<>();

    private PathIndex() {}

    /** The index of all provided paths; a path with two providers is an error. */
    static PathIndex of(Collection<Resource<?, ?>> resources, Diagnostics errors) {
        PathIndex index = new PathIndex();
        for (Resource<?, ?> resource : resources) {
            for (Decoding.PathUse use : resource.ties().provided()) {
                index.add(resource, use, errors);
            }
        }
        return index;
    }

    Optional<Resource<?, ?>> provider(String host, AbsPath path) {
        return Optional.ofNullable(byHost.getOrDefault(host, Map.of()).get(path));
    }

    /** The provider of a path or of the nearest path above it. */
    Optional<Resource<?, ?>> nearest(String host, AbsPath start) {
        for (AbsPath path = start; ; path = path.parent()) {
            Optional<Resource<?, ?>> found = provider(host, path);
            if (found.isPresent() || path.isRoot()) {
                return found;
            }
        }
    }

    private void add(Resource<?, ?> resource, Decoding.PathUse use, Diagnostics errors) {
        Resource<?, ?> before = byHost.computeIfAbsent(resource.id().host(), h -> new HashMap<>())
                .putIfAbsent(use.path(), resource);
        if (before == null) {
            return;
        }
        String both = before.id().equals(resource.id())
                ? resource.id().local() + " provides " + use.path() + " twice"
                : resource.id().local() + " and " + before.id().local() + " both provide " + use.path();
        errors.error(
                use.at(),
                both + " on " + resource.id().host(),
                "the other is at " + at(before, use.path()) + "; give one of them another path");
    }

    /** Where a resource says first that it provides a path. */
    private static Position at(Resource<?, ?> resource, AbsPath path) {
        return resource.ties().provided().stream()
                .filter(use -> use.path().equals(path))
                .map(Decoding.PathUse::at)
                .findFirst()
                .orElseThrow();
    }
}
