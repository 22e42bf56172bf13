package tplctl.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.kind.ResourceId;

/**
 * Resources that could not be decoded because the facts of their host are not to be had. They are known by name only: they have no
 * edges, cannot be observed, and whatever refers to them cannot be worked on.
 */
final class LeftOut {
    private final Map<ResourceId, ResourceId> byName = new LinkedHashMap<>();

    /** Leaves a resource out, which others may also refer to by its group. */
    void add(ResourceId id, ResourceId group) {
        byName.put(id, id);
        byName.putIfAbsent(group, id);
    }

    /** The resource that is left out, by each name that others may refer to it by. */
    Map<ResourceId, ResourceId> byName() {
        return byName;
    }

    /** What remains of resources without those whose spec cannot be completed, as it is taken from one of the same host that is left out. */
    List<Resource<?, ?>> remaining(List<Resource<?, ?>> resources) {
        List<Resource<?, ?>> remaining = new ArrayList<>(resources);
        boolean any = !byName.isEmpty();
        while (any) {
            any = false;
            List<Resource<?, ?>> next = new ArrayList<>();
            for (Resource<?, ?> resource : remaining) {
                if (needsOneHere(resource)) {
                    ResourceId id = resource.id();
                    add(id, new ResourceId(id.host(), id.kind(), resource.group()));
                    any = true;
                } else {
                    next.add(resource);
                }
            }
            remaining = next;
        }
        return remaining;
    }

    Set<ResourceId> ids() {
        return new HashSet<>(byName.values());
    }

    private boolean needsOneHere(Resource<?, ?> resource) {
        return resource.ties().refs().stream()
                .filter(ref -> ref.host().equals(resource.id().host()))
                .anyMatch(ref -> byName.containsKey(new ResourceId(ref.host(), ref.kind(), ref.name())));
    }
}
