package tplctl.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.report.Cells;
import tplctl.report.OutcomeWords;
import tplctl.report.Style;
import tplctl.report.Words;

/** One line for each resource when it is done, and every ten seconds one for each that is not. For logs and pipes. */
final class PlainProgress extends Progress {
    private static final int SHOW_HOLDING = 1;
    private static final int SHOW_STEPS = 2;
    private static final long STILL = Duration.ofSeconds(10).toNanos();
    private static final long PERIOD = 500;

    private final PrintStream err;
    private final Style style;
    private final int verbosity;
    private final Running running;

    PlainProgress(PrintStream err, Style style, int verbosity, LongSupplier nanos) {
        this.err = err;
        this.style = style;
        this.verbosity = verbosity;
        this.running = new Running(nanos);
    }

    @Override
    long period() {
        return PERIOD;
    }

    @Override
    synchronized void tick() {
        for (Running.Task task : running.due(STILL)) {
            line("still: " + shown(task.id(), task.doing()) + " "
                    + Words.elapsed(Duration.ofNanos(running.elapsed(task))));
        }
    }

    @Override
    public synchronized void started(ResourceId id) {
        running.started(id);
    }

    @Override
    public synchronized void step(ResourceId id, String doing) {
        running.step(id, doing);
        if (verbosity >= SHOW_STEPS) {
            line("step: " + shown(id, doing));
        }
    }

    @Override
    public synchronized void finished(Outcome outcome) {
        running.finished(outcome.id());
        if (!(outcome instanceof Outcome.Unchanged) || verbosity >= SHOW_HOLDING) {
            line(OutcomeWords.line(outcome, style));
        }
    }

    @Override
    public synchronized void note(String line) {
        line(line);
    }

    static String shown(ResourceId id, String doing) {
        return Cells.clean("[" + id.host() + "] " + id.local() + (doing.isEmpty() ? "" : ", " + doing));
    }

    private void line(String line) {
        err.println(line);
    }
}
