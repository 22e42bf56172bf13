package tplctl.model;

import java.util.List;
import java.util.Set;
import tplctl.kind.ResourceId;

/**
 * A decoded playbook.
 *
 * @param resources in file order, hosts in inventory order
 * @param unmanaged resources whose {@code when} is false: neither applied nor orphans
 * @param hosts every host that a play names, whether or not it has resources
 */
public record Playbook(String owner, List<Resource<?, ?>> resources, Set<ResourceId> unmanaged, List<String> hosts) {
    public Playbook {
        resources = List.copyOf(resources);
        unmanaged = Set.copyOf(unmanaged);
        hosts = List.copyOf(hosts);
    }
}
