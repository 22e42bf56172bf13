package tplctl.model;

import java.util.List;
import java.util.stream.Stream;
import tplctl.kind.Impact;
import tplctl.kind.ResourceId;

/**
 * What a run would do.
 *
 * @param inOrder the selected resources, each after its dependencies; unchanged ones too
 * @param removals what goes away, each after what stands on it; they run before the resources
 * @param orphans what this owner made and the playbook no longer declares, whether or not it goes
 * @param problems why the plan as a whole must not run; when there is one, nothing is touched
 */
public record Plan(
        List<PlannedResource> inOrder,
        List<PlannedRemoval> removals,
        List<OwnedRecord> orphans,
        List<Problem> problems) {
    /** A reason not to begin. {@code advice} says what would be right. */
    public record Problem(ResourceId id, String message, String advice) {}

    public Plan {
        inOrder = List.copyOf(inOrder);
        removals = List.copyOf(removals);
        orphans = List.copyOf(orphans);
        problems = List.copyOf(problems);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return removals.isEmpty() && inOrder.stream().allMatch(p -> p.changes().isEmpty() && !p.isFailed());
    }

    /** Whether a person must agree first. */
    public boolean asks() {
        return !removals.isEmpty()
                || inOrder.stream().flatMap(p -> p.action().stream()).anyMatch(Impact::asks);
    }

    /** How many resources have that action. */
    public long count(Impact action) {
        long changed = inOrder.stream()
                .flatMap(p -> p.action().stream())
                .filter(a -> a == action)
                .count();
        return action == Impact.REMOVE ? changed + removals.size() : changed;
    }

    public long unchanged() {
        return inOrder.stream()
                .filter(p -> p.changes().isEmpty() && !p.isFailed())
                .count();
    }

    /** The observations that failed, and resources that cannot be brought about. */
    public Stream<PlannedResource> failures() {
        return inOrder.stream().filter(PlannedResource::isFailed);
    }
}
