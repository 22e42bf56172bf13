package tplctl.engine;

import java.time.Duration;
import java.util.List;

/**
 * How a run ended: outcomes in plan order, whatever the timing was.
 *
 * @param interrupted whether it was stopped before its end
 */
public record Report(List<Outcome> outcomes, Duration took, boolean interrupted) {
    public Report {
        outcomes = List.copyOf(outcomes);
    }

    public boolean hasFailures() {
        return outcomes.stream().anyMatch(Outcome.Failed.class::isInstance);
    }

    public boolean hasUnreachable() {
        return outcomes.stream().anyMatch(Outcome.Unreachable.class::isInstance);
    }
}
