package tplctl.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;

/**
 * What a playbook names, whether or not it could be decoded.
 *
 * @param ids all that is declared: a reference to a broken resource is not an error of its own
 * @param broken what the resources refer to that could not be decoded: a wrong reference among them is
 */
public record Declared(Set<ResourceId> ids, Map<ResourceId, List<Ref>> broken) {
    /** Nothing but what was decoded. */
    public static final Declared NOTHING_ELSE = new Declared(Set.of(), Map.of());

    public Declared {
        ids = Collections.unmodifiableSet(ids);
        broken = Map.copyOf(broken);
    }
}
