package tplctl.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import tplctl.report.Cells;
import tplctl.report.Style;
import tplctl.report.Words;

/**
 * Beneath the lines of what is done, one line for each resource that is worked on, those that take longest first, painted anew as time
 * goes by. Of many there are no more lines than the terminal has, and one that counts them all.
 */
final class LiveProgress extends SpokenProgress {
    private static final int MOST_LINES = 12;
    // The line that the cursor is in, and those that count.
    private static final int OTHER_LINES = 4;
    private static final long PERIOD = 200;
    private static final String TO_LINE_START = "\r";
    private static final String ERASE_BELOW = "\u001b[J";

    private final PrintStream err;
    private final int most;
    private int painted;
    private boolean shows;

    /** @param height how many lines the terminal has */
    LiveProgress(PrintStream err, Style style, int height, int verbosity, LongSupplier nanos) {
        super(style, verbosity, nanos);
        this.err = err;
        this.most = Math.max(1, Math.min(MOST_LINES, height - OTHER_LINES));
    }

    @Override
    long period() {
        return PERIOD;
    }

    @Override
    synchronized void tick() {
        shows = true;
        paint("");
    }

    @Override
    void say(String lines) {
        paint(lines);
    }

    @Override
    synchronized void erase() {
        shows = false;
        err.print(erased());
        err.flush();
        painted = 0;
    }

    // In one write, so that no half of it is ever seen.
    private void paint(String above) {
        StringBuilder frame = new StringBuilder(erased()).append(above);
        painted = 0;
        if (shows) {
            waiting().ifPresent(what -> timed(what, waited(), frame));
            List<Running.Task> tasks = running.all();
            tasks.sort(Comparator.comparingLong(Running.Task::began));
            for (Running.Task task : tasks.subList(0, Math.min(most, tasks.size()))) {
                timed(shown(task.id(), task.shown()), running.elapsed(task), frame);
            }
            more(tasks.size()).ifPresent(text -> line(text, frame));
        }
        err.print(frame);
        err.flush();
    }

    private Optional<String> more(int running) {
        String rest = running > most ? "and " + (running - most) + " more" : "";
        String all = total() > most && running > 0 ? tally() : "";
        String both = rest.isEmpty() || all.isEmpty() ? rest + all : rest + "; " + all;
        return both.isEmpty() ? Optional.empty() : Optional.of("  " + Cells.cut(both, style.width() - 3, style));
    }

    private void timed(String what, long nanos, StringBuilder frame) {
        String time = Words.took(Duration.ofNanos(nanos));
        int room = style.width() - time.length() - 5;
        line("  " + Cells.cut(what, room, style) + "  " + time, frame);
    }

    private void line(String text, StringBuilder frame) {
        frame.append(text).append('\n');
        painted++;
    }

    private String erased() {
        return painted == 0 ? "" : TO_LINE_START + "\u001b[" + painted + "A" + ERASE_BELOW;
    }
}
