package tplctl.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;

/** A plan as a person reviews it, host by host; what is unchanged is counted, not listed. */
public final class PlanText {
    /**
     * What is shown besides the changes.
     *
     * @param commands whether each change's commands are
     * @param unchanged whether resources that hold are listed too
     * @param diffs further text of a resource, such as the difference of a file's content
     * @param unreachable why hosts could not be reached, by host
     */
    public record Options(
            boolean commands, boolean unchanged, Map<ResourceId, String> diffs, Map<String, String> unreachable) {
        public static final Options PLAIN = new Options(false, false, Map.of());

        public Options(boolean commands, boolean unchanged, Map<ResourceId, String> diffs) {
            this(commands, unchanged, diffs, Map.of());
        }
    }

    /** What there is to tell of one host. */
    private static final class Part {
        private final List<PlannedRemoval> removals = new ArrayList<>();
        private final List<Plan.Absent> absent = new ArrayList<>();
        private final List<PlannedResource> resources = new ArrayList<>();
        private boolean known;

        boolean isEmpty() {
            return removals.isEmpty() && absent.isEmpty() && resources.isEmpty() && known;
        }
    }

    private static final String INDENT = "      ";

    private final Plan plan;
    private final Options options;
    private final Style style;
    private final StringBuilder out = new StringBuilder();

    private PlanText(Plan plan, Options options, Style style) {
        this.plan = plan;
        this.options = options;
        this.style = style;
    }

    public static String render(Plan plan, Options options, Style style) {
        PlanText text = new PlanText(plan, options, style);
        text.legend();
        text.hosts();
        text.orphans();
        text.problems();
        text.summary();
        return text.out.toString();
    }

    private void legend() {
        Set<Impact> used = EnumSet.noneOf(Impact.class);
        plan.inOrder().forEach(p -> p.action().ifPresent(used::add));
        if (!plan.removals().isEmpty()) {
            used.add(Impact.REMOVE);
        }
        if (!used.isEmpty()) {
            out.append(PlanWords.ORDER.stream()
                            .filter(used::contains)
                            .map(i -> style.paint(tone(i), i.symbol()) + " " + PlanWords.verb(i))
                            .collect(Collectors.joining(", ")))
                    .append("\n\n");
        }
    }

    private void hosts() {
        Map<String, Part> parts = new LinkedHashMap<>();
        plan.removals().forEach(r -> part(parts, r.id()).removals.add(r));
        plan.absent().forEach(a -> part(parts, a.id()).absent.add(a));
        for (PlannedResource planned : plan.inOrder()) {
            Part part = part(parts, planned.id());
            if (!planned.changes().isEmpty() || planned.isFailed() || options.unchanged()) {
                part.resources.add(planned);
            }
        }
        new TreeSet<>(options.unreachable().keySet()).forEach(host -> parts.computeIfAbsent(host, h -> new Part()));
        parts.forEach((host, part) -> {
            if (part.isEmpty()) {
                return;
            }
            if (parts.size() > 1) {
                out.append(style.paint(Style.Tone.STRONG, Cells.clean(host) + ":"))
                        .append('\n');
            }
            if (!part.known) {
                indented("unreachable: " + options.unreachable().get(host), Style.Tone.FAILED);
            }
            part.removals.forEach(this::removal);
            resources(part);
            out.append('\n');
        });
    }

    private static Part part(Map<String, Part> parts, ResourceId id) {
        Part part = parts.computeIfAbsent(id.host(), h -> new Part());
        part.known = true;
        return part;
    }

    // A host that is away fails all its resources for one reason, which is told once.
    private void resources(Part part) {
        String last = "";
        for (Plan.Absent absent : part.absent) {
            last = failure(absent.id(), absent.unreachable(), absent.why(), last);
        }
        for (PlannedResource planned : part.resources) {
            if (planned.isFailed()) {
                last = failure(planned.id(), planned.unreachable(), planned.failure(), last);
            } else {
                told(last);
                last = "";
                resource(planned);
            }
        }
        told(last);
    }

    private String failure(ResourceId id, boolean unreachable, String why, String last) {
        String text = (unreachable ? "unreachable: " : "failed: ") + why;
        if (!text.equals(last)) {
            told(last);
        }
        head(Style.Tone.FAILED, "!", id);
        return text;
    }

    private void told(String failure) {
        if (!failure.isEmpty()) {
            indented(failure, Style.Tone.FAILED);
        }
    }

    private void resource(PlannedResource planned) {
        if (planned.action().isEmpty()) {
            head(Style.Tone.OK, "=", planned.id());
        } else {
            Impact action = planned.action().get();
            head(tone(action), action.symbol(), planned.id());
            planned.changes().forEach(this::change);
        }
        String diff = options.diffs().get(planned.id());
        if (diff != null) {
            diff(diff);
        }
    }

    private void change(Change change) {
        String text = PlanWords.of(change, style);
        if (!text.isEmpty()) {
            out.append(INDENT)
                    .append(text)
                    .append(change.isRefused() ? style.paint(Style.Tone.FAILED, " (refused)") : "")
                    .append('\n');
        }
        change.notes().forEach(note -> indented("note: " + note, Style.Tone.SKIPPED));
        commands(change.steps());
    }

    private void removal(PlannedRemoval planned) {
        head(tone(Impact.REMOVE), Impact.REMOVE.symbol(), planned.id());
        if (!planned.removal().shown().isEmpty()) {
            indented(planned.removal().shown(), Style.Tone.FAINT);
        }
        planned.removal().notes().forEach(note -> indented("note: " + note, Style.Tone.SKIPPED));
        commands(planned.removal().steps());
    }

    private void commands(List<Step> steps) {
        if (!options.commands()) {
            return;
        }
        for (Step step : steps) {
            for (String command : step.shown()) {
                String lead = "$ ";
                for (String line : Cells.lines(command)) {
                    out.append(INDENT)
                            .append(style.paint(Style.Tone.FAINT, lead + line))
                            .append('\n');
                    lead = "  ";
                }
            }
        }
    }

    private void diff(String diff) {
        for (String line : Cells.lines(diff)) {
            Style.Tone tone = line.startsWith("+")
                    ? Style.Tone.OK
                    : line.startsWith("-")
                            ? Style.Tone.FAILED
                            : line.startsWith("@@") ? Style.Tone.SKIPPED : Style.Tone.FAINT;
            out.append(INDENT).append(style.paint(tone, line)).append('\n');
        }
    }

    private void orphans() {
        Set<ResourceId> going = new HashSet<>();
        plan.removals().forEach(r -> going.add(r.id()));
        List<OwnedRecord> staying =
                plan.orphans().stream().filter(o -> !going.contains(o.id())).toList();
        if (!staying.isEmpty()) {
            out.append("Made by ")
                    .append(Cells.clean(staying.get(0).owner()))
                    .append(" and no longer declared; --prune removes ")
                    .append(staying.size() == 1 ? "it" : "them")
                    .append(":\n");
            staying.forEach(
                    o -> out.append("  ").append(Cells.clean(o.id().toString())).append('\n'));
            out.append('\n');
        }
    }

    private void problems() {
        if (plan.problems().isEmpty()) {
            return;
        }
        out.append(style.paint(Style.Tone.FAILED, "This plan cannot run, and nothing is touched:"))
                .append('\n');
        for (Plan.Problem problem : plan.problems()) {
            head(
                    Style.Tone.FAILED,
                    "!",
                    problem.id().host() + ":" + problem.id().local());
            indented(problem.message(), Style.Tone.FAILED);
            if (!problem.advice().isEmpty()) {
                out.append(INDENT)
                        .append("= ")
                        .append(Cells.clean(problem.advice()))
                        .append('\n');
            }
        }
        out.append('\n');
    }

    private void summary() {
        out.append(PlanWords.summary(plan)).append('\n');
    }

    private void head(Style.Tone tone, String symbol, ResourceId id) {
        head(tone, symbol, id.local());
    }

    private void head(Style.Tone tone, String symbol, String id) {
        out.append(" ".repeat(Math.max(0, 4 - symbol.length())))
                .append(style.paint(tone, symbol))
                .append(' ')
                .append(style.paint(Style.Tone.STRONG, Cells.clean(id)))
                .append('\n');
    }

    private void indented(String text, Style.Tone tone) {
        for (String line : Cells.lines(text)) {
            out.append(INDENT).append(style.paint(tone, line)).append('\n');
        }
    }

    private static Style.Tone tone(Impact impact) {
        return switch (impact) {
            case CREATE -> Style.Tone.OK;
            case UPDATE -> Style.Tone.CHANGED;
            case REPLACE, REMOVE -> Style.Tone.FAILED;
            case MIGRATE, UNKNOWN -> Style.Tone.SKIPPED;
        };
    }
}
