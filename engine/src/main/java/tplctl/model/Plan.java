package tplctl.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * @param absent the resources of which nothing but the id is known
 */
public record Plan(
        List<PlannedResource> inOrder,
        List<PlannedRemoval> removals,
        List<OwnedRecord> orphans,
        List<Problem> problems,
        List<Absent> absent) {
    /**
     * A reason not to begin.
     *
     * @param advice what would be right
     * @param all every resource that has to be left out for the others to be done in spite of it
     */
    public record Problem(ResourceId id, String message, String advice, List<ResourceId> all) {
        public Problem {
            all = List.copyOf(all);
        }

        public Problem(ResourceId id, String message, String advice) {
            this(id, message, advice, List.of(id));
        }
    }

    /**
     * A resource that could not be decoded, because its host did not tell its facts.
     *
     * @param unreachable whether the host could not be reached
     */
    public record Absent(ResourceId id, String why, boolean unreachable) {}

    public Plan {
        inOrder = List.copyOf(inOrder);
        removals = List.copyOf(removals);
        orphans = List.copyOf(orphans);
        problems = List.copyOf(problems);
        absent = List.copyOf(absent);
    }

    /** A plan of which everything is known. */
    public Plan(
            List<PlannedResource> inOrder,
            List<PlannedRemoval> removals,
            List<OwnedRecord> orphans,
            List<Problem> problems) {
        this(inOrder, removals, orphans, problems, List.of());
    }

    /** Whether every part of it can be begun. Hosts that cannot be reached are no reason against the others. */
    public boolean canRun() {
        return problems.isEmpty()
                && failures().allMatch(PlannedResource::unreachable)
                && absent.stream().allMatch(Absent::unreachable);
    }

    /** The plan without what has a problem: that fails, and the rest can be done. */
    public Plan leavingOut() {
        Map<ResourceId, String> why = new HashMap<>();
        problems.forEach(p -> p.all()
                .forEach(id -> why.putIfAbsent(id, p.message() + (p.advice().isEmpty() ? "" : "\n" + p.advice()))));
        return new Plan(
                inOrder.stream()
                        .map(p -> p.isFailed() || !why.containsKey(p.id())
                                ? p
                                : new PlannedResource(p.resource(), List.of(), why.getOrDefault(p.id(), "")))
                        .toList(),
                removals.stream()
                        .map(r -> why.containsKey(r.id()) ? r.failing(why.getOrDefault(r.id(), "")) : r)
                        .toList(),
                orphans,
                List.of(),
                absent);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return removals.isEmpty()
                && absent.isEmpty()
                && inOrder.stream().allMatch(p -> p.changes().isEmpty() && !p.isFailed());
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
