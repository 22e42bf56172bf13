package tplctl.report;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.model.Plan;
import tplctl.model.PlannedResource;

/** The words and counts of a plan. */
public final class PlanWords {
    /** The actions in the order in which they are counted. */
    static final List<Impact> ORDER =
            List.of(Impact.CREATE, Impact.UPDATE, Impact.REPLACE, Impact.REMOVE, Impact.MIGRATE, Impact.UNKNOWN);

    private PlanWords() {}

    /** What an action does, in the words of the JSON's {@code action}; {@code unknown} is said at more length elsewhere. */
    static String key(Impact impact) {
        return switch (impact) {
            case CREATE -> "create";
            case UPDATE -> "update";
            case REPLACE -> "replace";
            case REMOVE -> "remove";
            case MIGRATE -> "migrate";
            case UNKNOWN -> "unknown";
        };
    }

    static String verb(Impact impact) {
        return impact == Impact.UNKNOWN ? "unknown until apply" : key(impact);
    }

    /** {@code field: from → to}; empty when the change says nothing but its symbol. */
    static String of(Change change, Style style) {
        StringBuilder text = new StringBuilder();
        if (!change.field().isEmpty()) {
            text.append(Cells.clean(change.field())).append(": ");
        }
        if (!change.from().isEmpty()) {
            text.append(Cells.oneLine(change.from(), style))
                    .append(' ')
                    .append(style.arrow())
                    .append(' ')
                    .append(change.to().isEmpty() ? "nothing" : Cells.oneLine(change.to(), style));
        } else if (!change.to().isEmpty()) {
            text.append(Cells.oneLine(change.to(), style));
        } else {
            return Cells.clean(change.field());
        }
        return text.toString();
    }

    /** The line that a plan ends with. */
    public static String summary(Plan plan) {
        long unreachable = plan.failures().filter(PlannedResource::unreachable).count()
                + plan.absent().stream().filter(Plan.Absent::unreachable).count();
        long failed = plan.failures().count() + plan.absent().size() - unreachable;
        if (plan.isEmpty()) {
            long holding = plan.unchanged();
            return holding == 0
                    ? "Nothing to do."
                    : "Nothing to do: " + (holding == 1 ? "1 resource holds." : holding + " resources hold.");
        }
        List<String> parts = new ArrayList<>();
        if (!plan.inOrder().isEmpty() || !plan.absent().isEmpty()) {
            parts.add(plan.count(Impact.CREATE) + " to create");
            parts.add(plan.count(Impact.UPDATE) + " to update");
            parts.add(plan.count(Impact.REPLACE) + " to replace");
        }
        parts.add(plan.count(Impact.REMOVE) + " to remove");
        if (plan.count(Impact.MIGRATE) > 0) {
            parts.add(plan.count(Impact.MIGRATE) + " to migrate");
        }
        if (plan.count(Impact.UNKNOWN) > 0) {
            parts.add(plan.count(Impact.UNKNOWN) + " unknown until apply");
        }
        if (failed > 0) {
            parts.add(failed + " failed");
        }
        if (unreachable > 0) {
            parts.add(unreachable + " unreachable");
        }
        if (!plan.inOrder().isEmpty()) {
            parts.add(plan.unchanged() + " unchanged");
        }
        return "Plan: " + String.join(", ", parts) + ".";
    }
}
