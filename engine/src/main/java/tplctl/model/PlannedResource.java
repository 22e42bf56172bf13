package tplctl.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ResourceId;

/**
 * A resource and what must change for it to hold.
 *
 * @param failure why it cannot be brought about in this run, such as an observation that failed; empty when it can
 * @param unreachable whether that is because its host could not be reached
 * @param trace what is to be remembered of it, as it was observed for the plan
 */
public record PlannedResource(
        Resource<?, ?> resource,
        List<Change> changes,
        String failure,
        boolean unreachable,
        Optional<Map<String, String>> trace) {
    public PlannedResource {
        changes = List.copyOf(changes);
    }

    public PlannedResource(Resource<?, ?> resource, List<Change> changes, String failure) {
        this(resource, changes, failure, false, Optional.empty());
    }

    public ResourceId id() {
        return resource.id();
    }

    /** The heaviest of the changes; empty when nothing changes. */
    public Optional<Impact> action() {
        Optional<Impact> heaviest = Optional.empty();
        for (Change change : changes) {
            if (heaviest.isEmpty() || change.impact().compareTo(heaviest.get()) > 0) {
                heaviest = Optional.of(change.impact());
            }
        }
        return heaviest;
    }

    public boolean isFailed() {
        return !failure.isEmpty();
    }
}
