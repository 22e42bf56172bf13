package tplctl.model;

import java.util.List;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;

/**
 * Something made earlier that goes away.
 *
 * @param after what goes before it, because it was made on top of it
 * @param failure why it cannot go in this run; empty when it can
 */
public record PlannedRemoval(OwnedRecord owned, Removal removal, List<ResourceId> after, String failure) {
    public PlannedRemoval {
        after = List.copyOf(after);
    }

    public PlannedRemoval(OwnedRecord owned, Removal removal, List<ResourceId> after) {
        this(owned, removal, after, "");
    }

    /** The same, left where it is for that reason. */
    PlannedRemoval failing(String why) {
        return new PlannedRemoval(owned, removal, after, why);
    }

    public ResourceId id() {
        return owned.id();
    }
}
