package tplctl.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.engine.Outcome;
import tplctl.engine.Report;

/** Where a run's time went: its phases, the resources that took longest, and the sum of them for each host. */
final class ProfileText {
    private static final int RESOURCES = 20;
    private static final int HOSTS = 20;

    private ProfileText() {}

    static String render(Report report, RunContext context, Style style) {
        StringBuilder out = new StringBuilder();
        if (!context.phases().isEmpty()) {
            Table phases = new Table(2, true, false);
            context.phases().forEach((name, took) -> phases.row(Words.took(took), name));
            out.append("Phases:\n").append(phases.text()).append('\n');
        }
        Map<String, Duration> hosts = hosts(report.outcomes());
        List<Outcome> slowest = report.outcomes().stream()
                .sorted(Comparator.comparing(Outcome::took).reversed())
                .limit(RESOURCES)
                .toList();
        Duration sum = hosts.values().stream().reduce(Duration.ZERO, Duration::plus);
        out.append("Took longest (")
                .append(Words.took(report.took()))
                .append(" in all, ")
                .append(Words.took(sum))
                .append(" one after another):\n");
        Table table = new Table(2, true, false, false);
        slowest.forEach(o -> table.row(
                Words.took(o.took()),
                hosts.size() > 1 ? o.id().toString() : o.id().local(),
                OutcomeWords.of(o).key()));
        out.append(table.text()).append('\n');
        if (hosts.size() > 1) {
            out.append("Sums of hosts:\n").append(sums(hosts)).append('\n');
        }
        return out.toString();
    }

    private static String sums(Map<String, Duration> hosts) {
        Table table = new Table(2, true, false);
        List<Map.Entry<String, Duration>> slowest = new ArrayList<>(hosts.entrySet());
        slowest.sort(Map.Entry.<String, Duration>comparingByValue().reversed());
        slowest.stream().limit(HOSTS).forEach(e -> table.row(Words.took(e.getValue()), e.getKey()));
        int more = slowest.size() - HOSTS;
        return table.text() + (more > 0 ? "  and " + Words.count(more, "host") + " more\n" : "");
    }

    private static Map<String, Duration> hosts(List<Outcome> outcomes) {
        Map<String, Duration> hosts = new LinkedHashMap<>();
        outcomes.forEach(o -> hosts.merge(o.id().host(), o.took(), Duration::plus));
        return hosts;
    }
}
