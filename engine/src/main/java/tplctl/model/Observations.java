package tplctl.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ResourceId;

/**
 * What the hosts said.
 *
 * @param seen by resource
 * @param failed why a resource could not be observed
 * @param unreachable why a host could not be, by host
 * @param owned what each host remembers, of every owner
 */
public record Observations(
        Map<ResourceId, Observed<?, ?>> seen,
        Map<ResourceId, String> failed,
        Map<String, String> unreachable,
        List<OwnedRecord> owned) {
    public Observations {
        seen = Map.copyOf(seen);
        failed = Map.copyOf(failed);
        unreachable = Map.copyOf(unreachable);
        owned = List.copyOf(owned);
    }

    /** With every one of these resources failed that is of one of these hosts, for the reason given there. */
    public Observations without(Map<String, String> hosts, List<Resource<?, ?>> resources) {
        if (hosts.isEmpty()) {
            return this;
        }
        Map<ResourceId, String> all = new HashMap<>(failed);
        for (Resource<?, ?> resource : resources) {
            Optional.ofNullable(hosts.get(resource.id().host())).ifPresent(why -> all.put(resource.id(), why));
        }
        return new Observations(seen, all, unreachable, owned);
    }

    public Optional<Observed<?, ?>> of(ResourceId id) {
        return Optional.ofNullable(seen.get(id));
    }
}
