package tplctl.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.report.Cells;
import tplctl.report.OutcomeWords;
import tplctl.report.Style;
import tplctl.report.Words;

/** Beneath the lines of what is done, one line for each resource that is worked on, painted anew as time goes by. */
final class LiveProgress extends Progress {
    private static final int MOST_LINES = 12;
    private static final long PERIOD = 200;
    private static final String TO_LINE_START = "\r";
    private static final String ERASE_BELOW = "\u001b[J";

    private final PrintStream err;
    private final Style style;
    private final int verbosity;
    private final Running running;
    private int painted;
    private boolean closed;

    LiveProgress(PrintStream err, Style style, int verbosity, LongSupplier nanos) {
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
        if (!closed) {
            paint("");
        }
    }

    // Nothing is painted yet: most resources are done before the first tick, and would only flicker.
    @Override
    public synchronized void started(ResourceId id) {
        running.started(id);
    }

    @Override
    public synchronized void step(ResourceId id, String doing) {
        running.step(id, doing);
    }

    @Override
    public synchronized void finished(Outcome outcome) {
        running.finished(outcome.id());
        if (!(outcome instanceof Outcome.Unchanged) || verbosity > 0) {
            paint(OutcomeWords.line(outcome, style) + "\n");
        }
    }

    @Override
    public synchronized void note(String line) {
        paint(line + "\n");
    }

    @Override
    public void close() {
        super.close();
        synchronized (this) {
            closed = true;
            err.print(erased());
            err.flush();
            painted = 0;
        }
    }

    // In one write, so that no half of it is ever seen.
    private void paint(String above) {
        StringBuilder frame = new StringBuilder(erased()).append(above);
        painted = 0;
        if (!closed) {
            List<Running.Task> tasks = running.all();
            for (Running.Task task : tasks.subList(0, Math.min(MOST_LINES, tasks.size()))) {
                line(task(task), frame);
            }
            if (tasks.size() > MOST_LINES) {
                line("  and " + (tasks.size() - MOST_LINES) + " more", frame);
            }
        }
        err.print(frame);
        err.flush();
    }

    private String task(Running.Task task) {
        String time = Words.took(Duration.ofNanos(running.elapsed(task)));
        int room = style.width() - time.length() - 5;
        return "  " + Cells.cut(PlainProgress.shown(task.id(), task.doing()), room, style) + "  " + time;
    }

    private void line(String text, StringBuilder frame) {
        frame.append(text).append('\n');
        painted++;
    }

    private String erased() {
        return painted == 0 ? "" : TO_LINE_START + "\u001b[" + painted + "A" + ERASE_BELOW;
    }
}
