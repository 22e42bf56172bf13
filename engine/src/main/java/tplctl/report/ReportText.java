package tplctl.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tplctl.engine.Outcome;
import tplctl.engine.Report;
import tplctl.kind.ResourceId;

/**
 * How a run ended: what failed and why, what was therefore not tried, and Ansible's recap line for each host. As in Ansible's,
 * {@code ok} counts what changed too.
 */
public final class ReportText {
    private final Report report;
    private final RunContext context;
    private final Style style;
    private final boolean oneHost;
    private final StringBuilder out = new StringBuilder();

    private ReportText(Report report, RunContext context, Style style) {
        this.report = report;
        this.context = context;
        this.style = style;
        this.oneHost =
                report.outcomes().stream().map(o -> o.id().host()).distinct().count() <= 1;
    }

    /** The whole; {@code profile} adds what took longest. */
    public static String render(Report report, RunContext context, boolean profile, Style style) {
        ReportText text = new ReportText(report, context, style);
        text.failures();
        text.silent();
        if (report.interrupted()) {
            text.interrupted();
        } else {
            text.skipped();
        }
        if (profile) {
            text.out.append(ProfileText.render(report, context, style));
        }
        text.recap();
        return text.out.toString();
    }

    /** The recap alone. */
    public static String recap(Report report, RunContext context, Style style) {
        ReportText text = new ReportText(report, context, style);
        text.recap();
        return text.out.toString();
    }

    /** Why a host could not be reached, which is the same for all its resources. */
    private record Away(String host, String message) {}

    private void failures() {
        Map<Away, List<Outcome>> unreachable = new LinkedHashMap<>();
        for (Outcome outcome : report.outcomes()) {
            if (outcome instanceof Outcome.Unreachable away) {
                unreachable
                        .computeIfAbsent(new Away(away.id().host(), away.message()), a -> new ArrayList<>())
                        .add(away);
            }
            if (!(outcome instanceof Outcome.Failed)) {
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
        unreachable.forEach((away, outcomes) -> {
            List<String> names =
                    outcomes.stream().map(o -> Cells.clean(o.id().local())).toList();
            away(away.host(), " " + String.join(", ", names), away.message());
        });
    }

    private void away(String host, String resources, String message) {
        out.append(style.paint(Style.Tone.FAILED, "unreachable:"))
                .append(" [")
                .append(Cells.clean(host))
                .append("]")
                .append(resources)
                .append('\n');
        Cells.lines(message).forEach(line -> out.append("    ").append(line).append('\n'));
        out.append('\n');
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

    // Where nothing is declared, no outcome tells that the host is away.
    private List<String> silentHosts() {
        Set<String> known = report.outcomes().stream().map(o -> o.id().host()).collect(Collectors.toSet());
        return context.unreachable().keySet().stream()
                .filter(host -> !known.contains(host))
                .sorted()
                .toList();
    }

    private void silent() {
        silentHosts().forEach(host -> away(host, "", context.unreachable().getOrDefault(host, "")));
    }

    private void recap() {
        Map<String, List<Outcome>> byHost = new LinkedHashMap<>();
        report.outcomes()
                .forEach(o -> byHost.computeIfAbsent(o.id().host(), h -> new ArrayList<>())
                        .add(o));
        Map<String, Tally> tallies = new LinkedHashMap<>();
        byHost.forEach((host, outcomes) -> tallies.put(host, Tally.of(outcomes)));
        silentHosts().forEach(host -> tallies.put(host, new Tally(0, 0, 0, 0, 1)));
        out.append(RecapText.render(tallies, style));
    }

    private String ids(List<Outcome> outcomes) {
        return String.join(", ", outcomes.stream().map(o -> shown(o.id())).toList());
    }

    private String shown(ResourceId id) {
        return Cells.clean(oneHost ? id.local() : id.toString());
    }
}
