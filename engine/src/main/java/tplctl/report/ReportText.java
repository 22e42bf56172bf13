package tplctl.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tplctl.engine.Outcome;
import tplctl.engine.Report;
import tplctl.kind.ResourceId;

/**
 * How a run ended: what failed and why, what was therefore not tried, and Ansible's recap line for each host. As in Ansible's,
 * {@code ok} counts what changed too.
 */
public final class ReportText {
    private static final int PROFILED = 20;

    private final Report report;
    private final Style style;
    private final boolean oneHost;
    private final StringBuilder out = new StringBuilder();

    private ReportText(Report report, Style style) {
        this.report = report;
        this.style = style;
        this.oneHost =
                report.outcomes().stream().map(o -> o.id().host()).distinct().count() <= 1;
    }

    /** The whole; {@code profile} adds the resources that took longest. */
    public static String render(Report report, boolean profile, Style style) {
        ReportText text = new ReportText(report, style);
        text.failures();
        if (report.interrupted()) {
            text.interrupted();
        } else {
            text.skipped();
        }
        if (profile) {
            text.profile();
        }
        text.recap();
        return text.out.toString();
    }

    /** The recap alone. */
    public static String recap(Report report, Style style) {
        ReportText text = new ReportText(report, style);
        text.recap();
        return text.out.toString();
    }

    private void failures() {
        for (Outcome outcome : report.outcomes()) {
            boolean failed = outcome instanceof Outcome.Failed;
            if (!failed && !(outcome instanceof Outcome.Unreachable)) {
                continue;
            }
            OutcomeWords words = OutcomeWords.of(outcome);
            String doing = outcome instanceof Outcome.Failed f ? f.doing() : "";
            out.append(style.paint(words.tone(), words.key() + ":"))
                    .append(" [")
                    .append(Cells.clean(outcome.id().host()))
                    .append("] ")
                    .append(style.paint(
                            Style.Tone.STRONG, Cells.clean(outcome.id().local())))
                    .append(doing.isEmpty() ? "" : ", " + Cells.clean(doing))
                    .append(" (")
                    .append(Words.took(outcome.took()))
                    .append(")\n");
            Cells.lines(words.message())
                    .forEach(line -> out.append("    ").append(line).append('\n'));
            out.append('\n');
        }
    }

    private void skipped() {
        Map<ResourceId, List<Outcome>> byReason = new LinkedHashMap<>();
        for (Outcome outcome : report.outcomes()) {
            if (outcome instanceof Outcome.Skipped skipped) {
                byReason.computeIfAbsent(skipped.because(), id -> new ArrayList<>())
                        .add(outcome);
            }
        }
        byReason.forEach((because, outcomes) -> out.append(style.paint(Style.Tone.SKIPPED, "skipped"))
                .append(", because of ")
                .append(shown(because))
                .append(": ")
                .append(ids(outcomes))
                .append("\n"));
        if (!byReason.isEmpty()) {
            out.append('\n');
        }
    }

    private void interrupted() {
        out.append(style.paint(Style.Tone.FAILED, "Interrupted.")).append('\n');
        group("done", o -> o instanceof Outcome.Changed || o instanceof Outcome.Removed);
        group("held already", Outcome.Unchanged.class::isInstance);
        group("failed", o -> o instanceof Outcome.Failed || o instanceof Outcome.Unreachable);
        group("not done", Outcome.Skipped.class::isInstance);
        out.append("  The same command takes it up where it stopped.\n\n");
    }

    private void group(String label, Predicate<Outcome> of) {
        List<Outcome> members = report.outcomes().stream().filter(of).toList();
        if (!members.isEmpty()) {
            out.append("  ").append(label).append(": ").append(ids(members)).append('\n');
        }
    }

    private void profile() {
        List<Outcome> slowest = report.outcomes().stream()
                .sorted(Comparator.comparing(Outcome::took).reversed())
                .limit(PROFILED)
                .toList();
        Duration sum = report.outcomes().stream().map(Outcome::took).reduce(Duration.ZERO, Duration::plus);
        out.append("Took longest (")
                .append(Words.took(report.took()))
                .append(" in all, ")
                .append(Words.took(sum))
                .append(" one after another):\n");
        Table table = new Table(2, true, false, false);
        slowest.forEach(o -> table.row(
                Words.took(o.took()), shown(o.id()), OutcomeWords.of(o).key()));
        out.append(table.text()).append('\n');
    }

    private void recap() {
        Map<String, List<Outcome>> byHost = new LinkedHashMap<>();
        report.outcomes()
                .forEach(o -> byHost.computeIfAbsent(o.id().host(), h -> new ArrayList<>())
                        .add(o));
        int widest = byHost.keySet().stream()
                .mapToInt(h -> Cells.width(Cells.clean(h)))
                .max()
                .orElse(0);
        byHost.forEach((host, outcomes) -> {
            Tally tally = Tally.of(outcomes);
            boolean bad = tally.failed() + tally.unreachable() > 0;
            Style.Tone tone = bad ? Style.Tone.FAILED : tally.changed() > 0 ? Style.Tone.CHANGED : Style.Tone.OK;
            out.append(style.paint(tone, Cells.padded(Cells.clean(host), widest)))
                    .append(" : ")
                    .append(counter("ok", tally.ok() + tally.changed(), Style.Tone.OK))
                    .append(' ')
                    .append(counter("changed", tally.changed(), Style.Tone.CHANGED))
                    .append(' ')
                    .append(counter("unreachable", tally.unreachable(), Style.Tone.FAILED))
                    .append(' ')
                    .append(counter("failed", tally.failed(), Style.Tone.FAILED))
                    .append(' ')
                    .append(counter("skipped", tally.skipped(), Style.Tone.SKIPPED))
                    .append('\n');
        });
    }

    private String counter(String word, long count, Style.Tone tone) {
        String text = word + "=" + count;
        return count > 0 ? style.paint(tone, text) : text;
    }

    private String ids(List<Outcome> outcomes) {
        return String.join(", ", outcomes.stream().map(o -> shown(o.id())).toList());
    }

    private String shown(ResourceId id) {
        return Cells.clean(oneHost ? id.local() : id.toString());
    }
}
