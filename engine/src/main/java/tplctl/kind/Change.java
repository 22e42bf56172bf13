package tplctl.kind;

import java.util.List;

/**
 * One difference between what is wanted and what is there, and the steps that remove it.
 *
 * @param from what is there; empty when there is nothing
 * @param displaces resources that this change takes away from under their users; each must change in the same plan, else the
 *     plan is refused
 * @param refusal why this change must not be made, with what would be right; empty when it may. A plan with a refused change
 *     runs nothing
 * @param notes what the user should know when it runs
 */
public record Change(
        Impact impact,
        String field,
        String from,
        String to,
        List<Step> steps,
        List<ResourceId> displaces,
        String refusal,
        List<String> notes) {
    public Change {
        steps = List.copyOf(steps);
        displaces = List.copyOf(displaces);
        notes = List.copyOf(notes);
    }

    public Change(Impact impact, String field, String from, String to, List<Step> steps) {
        this(impact, field, from, to, steps, List.of(), "", List.of());
    }

    public static Change create(String field, String to, Step... steps) {
        return new Change(Impact.CREATE, field, "", to, List.of(steps));
    }

    public static Change update(String field, String from, String to, Step... steps) {
        return new Change(Impact.UPDATE, field, from, to, List.of(steps));
    }

    /** A change that cannot be made. */
    public static Change refused(Impact impact, String field, String from, String to, String refusal) {
        return new Change(impact, field, from, to, List.of(), List.of(), refusal, List.of());
    }

    public Change displacing(List<ResourceId> ids) {
        return new Change(impact, field, from, to, steps, ids, refusal, notes);
    }

    public Change noting(List<String> more) {
        return new Change(impact, field, from, to, steps, displaces, refusal, more);
    }

    public boolean isRefused() {
        return !refusal.isEmpty();
    }
}
