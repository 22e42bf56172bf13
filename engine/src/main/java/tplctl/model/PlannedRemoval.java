package tplctl.model;

import java.util.List;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;

/**
 * Something made earlier that goes away.
 *
 * @param after what goes before it, because it was made on top of it
 */
public record PlannedRemoval(OwnedRecord owned, Removal removal, List<ResourceId> after) {
    public PlannedRemoval {
        after = List.copyOf(after);
    }

    public ResourceId id() {
        return owned.id();
    }
}
