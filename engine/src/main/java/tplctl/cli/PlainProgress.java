package tplctl.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import tplctl.report.Style;
import tplctl.report.Words;

/** One line for each resource when it is done, and every ten seconds one for each that is not. For logs and pipes. */
final class PlainProgress extends SpokenProgress {
    private static final long STILL = Duration.ofSeconds(10).toNanos();
    private static final long PERIOD = 500;

    private final PrintStream err;
    private long told;

    PlainProgress(PrintStream err, Style style, int verbosity, LongSupplier nanos) {
        super(style, verbosity, nanos);
        this.err = err;
    }

    @Override
    long period() {
        return PERIOD;
    }

    @Override
    synchronized void tick() {
        long periods = waited() / STILL;
        if (periods != told) {
            told = periods;
            if (periods > 0) {
                waiting().ifPresent(what -> still(what, waited()));
            }
        }
        for (Running.Task task : running.due(STILL)) {
            still(shown(task.id(), task.shown()), running.elapsed(task));
        }
    }

    @Override
    void say(String lines) {
        err.print(lines);
    }

    private void still(String what, long nanos) {
        say("still: " + what + " " + Words.elapsed(Duration.ofNanos(nanos)) + "\n");
    }
}
