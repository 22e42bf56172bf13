package tplctl.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tplctl.engine.Outcome;
import tplctl.kind.Change;

/** An outcome in words: {@link #key} is the JSON's {@code outcome} and Ansible's word for a task's result. */
public record OutcomeWords(String key, Style.Tone tone, String message, Map<String, Object> metrics) {
    private static final Outcome.Visitor<OutcomeWords> VISITOR = new Outcome.Visitor<>() {
        @Override
        public OutcomeWords unchanged(Outcome.Unchanged outcome) {
            return new OutcomeWords("ok", Style.Tone.OK, "", Map.of());
        }

        @Override
        public OutcomeWords changed(Outcome.Changed outcome) {
            Set<String> done = new LinkedHashSet<>();
            for (Change change : outcome.changes()) {
                done.add(past(change));
            }
            return new OutcomeWords("changed", Style.Tone.CHANGED, String.join(", ", done), outcome.metrics());
        }

        @Override
        public OutcomeWords removed(Outcome.Removed outcome) {
            return new OutcomeWords(
                    "changed",
                    Style.Tone.CHANGED,
                    outcome.notes().isEmpty() ? "removed" : String.join("\n", outcome.notes()),
                    Map.of());
        }

        @Override
        public OutcomeWords failed(Outcome.Failed outcome) {
            return new OutcomeWords("failed", Style.Tone.FAILED, outcome.message(), Map.of());
        }

        @Override
        public OutcomeWords skipped(Outcome.Skipped outcome) {
            String why = outcome.isInterrupted() ? "the run was interrupted first" : "because of " + outcome.because();
            return new OutcomeWords("skipped", Style.Tone.SKIPPED, why, Map.of());
        }

        @Override
        public OutcomeWords unreachable(Outcome.Unreachable outcome) {
            return new OutcomeWords("unreachable", Style.Tone.FAILED, outcome.message(), Map.of());
        }
    };

    public static OutcomeWords of(Outcome outcome) {
        return outcome.accept(VISITOR);
    }

    /** The line of one outcome, as it happens: {@code changed: [localhost] mounts.ramdisk (0.1 s)}. */
    public static String line(Outcome outcome, Style style) {
        OutcomeWords words = of(outcome);
        return style.paint(words.tone, words.key + ":") + " ["
                + Cells.clean(outcome.id().host()) + "] "
                + Cells.clean(outcome.id().local()) + " (" + Words.took(outcome.took()) + ")";
    }

    /** What was changed, a line each: {@code size: 1G → 2G}; why nothing was; nothing where there is no more to say. */
    public static List<String> details(Outcome outcome, Style style) {
        List<String> details = new ArrayList<>();
        if (outcome instanceof Outcome.Changed changed) {
            changed.changes().stream()
                    .map(change -> PlanWords.of(change, style))
                    .filter(text -> !text.isEmpty())
                    .forEach(details::add);
            changed.metrics().forEach((name, value) -> details.add(Cells.clean(name + ": " + value)));
        } else if (outcome instanceof Outcome.Removed removed) {
            removed.notes().forEach(note -> details.addAll(Cells.lines(note)));
        } else if (outcome instanceof Outcome.Failed || outcome instanceof Outcome.Unreachable) {
            details.addAll(Cells.lines(of(outcome).message()));
        }
        return details;
    }

    /** {@link #message} on one line. */
    String brief() {
        return message.lines().map(String::strip).collect(Collectors.joining("; "));
    }

    private static String past(Change change) {
        return switch (change.impact()) {
            case CREATE -> "created";
            case UPDATE -> "updated";
            case REPLACE -> "replaced";
            case REMOVE -> "removed";
            case MIGRATE -> "migrated";
            case UNKNOWN -> "ran";
        };
    }
}
