package tplctl.cli;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import tplctl.engine.HostEvent;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph;
import tplctl.report.Cells;
import tplctl.report.OutcomeWords;
import tplctl.report.Style;

/** What progress for people has in common: which lines there are at which {@code -v}, and what is under way. */
abstract class SpokenProgress extends Progress {
    final Style style;
    final Running running;
    private final int verbosity;
    private final LongSupplier nanos;
    private final Set<String> connecting = new HashSet<>();
    private final Map<Count, Integer> counts = new EnumMap<>(Count.class);
    private Optional<Whys> whys = Optional.empty();
    private int hosts;
    private int total;
    private long began;

    private enum Count {
        OK,
        CHANGED,
        FAILED,
        UNREACHABLE,
        SKIPPED
    }

    SpokenProgress(Style style, int verbosity, LongSupplier nanos) {
        this.style = style;
        this.verbosity = verbosity;
        this.nanos = nanos;
        this.running = new Running(nanos);
    }

    /** Prints lines that stay, each ended by a line break. */
    abstract void say(String lines);

    @Override
    final synchronized void about(ResourceGraph graph, int resources) {
        total = resources;
        whys = verbosity >= SHOW_WHY ? Optional.of(new Whys(graph)) : Optional.empty();
    }

    // Nothing is said yet: most resources are done in no time.
    @Override
    public final synchronized void started(ResourceId id) {
        running.started(id);
    }

    @Override
    public final synchronized void step(ResourceId id, String doing) {
        running.step(id, doing);
        if (verbosity >= SHOW_WHY) {
            say("step: " + shown(id, doing) + "\n");
        }
    }

    @Override
    public final synchronized void output(ResourceId id, String line, boolean whole) {
        if (!line.isBlank()) {
            running.output(id, line.strip());
        }
        if (whole && verbosity >= SHOW_RESULTS) {
            say(Cells.clean("[" + id.host() + "] " + id.local() + ": " + line) + "\n");
        }
    }

    @Override
    public final synchronized void finished(Outcome outcome) {
        running.finished(outcome.id());
        counts.merge(count(outcome), 1, Integer::sum);
        whys.ifPresent(w -> w.heard(outcome));
        if (outcome instanceof Outcome.Unchanged && verbosity < SHOW_RESULTS) {
            return;
        }
        StringBuilder lines = new StringBuilder(OutcomeWords.line(outcome, style)).append('\n');
        if (verbosity >= SHOW_RESULTS) {
            OutcomeWords.details(outcome, style)
                    .forEach(line -> lines.append("    ").append(line).append('\n'));
        }
        if (outcome instanceof Outcome.Skipped skipped) {
            whys.map(w -> w.of(skipped))
                    .ifPresent(
                            why -> lines.append("    ").append(Cells.clean(why)).append('\n'));
        }
        say(lines.toString());
    }

    @Override
    public final synchronized void connecting(List<String> names) {
        connecting.clear();
        connecting.addAll(names);
        hosts = names.size();
        began = nanos.getAsLong();
    }

    @Override
    public final synchronized void host(String name, HostEvent event, String message) {
        if (event == HostEvent.CONNECTED || event == HostEvent.UNREACHABLE) {
            connecting.remove(name);
        }
        if (verbosity >= SHOW_WHY) {
            say(HostLines.of(name, event, message));
        }
    }

    @Override
    public final synchronized void script(String host, String shown, String result, Duration took) {
        if (verbosity >= SHOW_SCRIPTS) {
            say(HostLines.script(host, shown, result, took));
        }
    }

    @Override
    public final synchronized void debug(String host, String line) {
        if (verbosity >= SHOW_DEBUG) {
            say(HostLines.debug(host, line));
        }
    }

    @Override
    public final synchronized void note(String line) {
        say(line + "\n");
    }

    /** That hosts are still being connected to, if so: {@code connecting to 12 of 50 hosts}. */
    final Optional<String> waiting() {
        return connecting.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "connecting to " + connecting.size() + " of " + hosts + (hosts == 1 ? " host" : " hosts"));
    }

    /** How long hosts have been connected to, in nanoseconds. */
    final long waited() {
        return nanos.getAsLong() - began;
    }

    /** How many resources this run is about; 0 before that is known. */
    final int total() {
        return total;
    }

    /** How many are in which state: {@code 14 of 200: 12 ok, 1 changed, 1 failed; 8 running}. */
    final String tally() {
        int done = counts.values().stream().mapToInt(Integer::intValue).sum();
        StringBuilder text = new StringBuilder(done + " of " + total);
        String lead = ": ";
        for (Map.Entry<Count, Integer> entry : counts.entrySet()) {
            text.append(lead).append(entry.getValue()).append(' ').append(word(entry.getKey()));
            lead = ", ";
        }
        return text.append("; ").append(running.all().size()).append(" running").toString();
    }

    static String shown(ResourceId id, String doing) {
        return Cells.clean("[" + id.host() + "] " + id.local() + (doing.isEmpty() ? "" : ", " + doing));
    }

    private static Count count(Outcome outcome) {
        return Count.valueOf(OutcomeWords.of(outcome).key().toUpperCase(Locale.ROOT));
    }

    private static String word(Count count) {
        return count.name().toLowerCase(Locale.ROOT);
    }
}
