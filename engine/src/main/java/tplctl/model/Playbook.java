package tplctl.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.kind.ResourceId;

/**
 * A decoded playbook.
 *
 * @param resources in file order, hosts in inventory order
 * @param unmanaged resources whose {@code when} is false: neither applied nor orphans
 * @param hosts every host that a play names, whether or not it has resources
 * @param leftOut resources of which nothing but the id is known, because their host's facts are not to be had; by each name that
 *     others may refer to them by
 */
public record Playbook(
        String owner,
        List<Resource<?, ?>> resources,
        Set<ResourceId> unmanaged,
        List<String> hosts,
        Map<ResourceId, ResourceId> leftOut) {
    public Playbook {
        resources = List.copyOf(resources);
        unmanaged = Set.copyOf(unmanaged);
        hosts = List.copyOf(hosts);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }
}
