package tplctl.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tplctl.engine.RunListener;
import tplctl.model.ResourceGraph;

/** Shows a run to the user while it goes on. */
abstract class Progress implements RunListener {
    /** From this {@code -v} on every result is shown, with the values it changed. */
    static final int SHOW_RESULTS = 1;
    /** From here on also each step, and why something was skipped. */
    static final int SHOW_WHY = 2;
    /** From here on also every script. */
    static final int SHOW_SCRIPTS = 3;
    /** From here on also the log of what connects. */
    static final int SHOW_DEBUG = 4;

    private CountDownLatch closing = new CountDownLatch(1);
    private Thread ticker = new Thread(() -> {});

    /** The progress that fits where stderr goes and what stdout carries. */
    static Progress of(Invocation invocation, Output output) {
        Terminal terminal = invocation.terminal();
        int verbosity = invocation.args().count(Flag.VERBOSE);
        if (output == Output.NDJSON) {
            return new EventProgress(terminal.out(), terminal.err(), verbosity, System::nanoTime);
        }
        if (invocation.args().has(Flag.QUIET)) {
            return new QuietProgress(terminal.err());
        }
        return terminal.repaints()
                ? new LiveProgress(
                        terminal.err(), invocation.talkStyle(), terminal.height(), verbosity, System::nanoTime)
                : new PlainProgress(terminal.err(), invocation.talkStyle(), verbosity, System::nanoTime);
    }

    /** How often {@link #tick} is due in milliseconds; 0 for never. */
    abstract long period();

    /** Shows that time went by. */
    abstract void tick();

    /** What the run is about, as soon as that is known. */
    void about(ResourceGraph graph, int resources) {}

    /** Takes away what was only for the meantime. */
    void erase() {}

    /** Shows that time goes by while the work is done. Nothing else may be written to the terminal meanwhile. */
    final <T> T during(Supplier<T> work) {
        closing = new CountDownLatch(1);
        if (period() > 0) {
            ticker = new Thread(this::run, "tplctl-progress");
            ticker.setDaemon(true);
            ticker.start();
        }
        try {
            return work.get();
        } finally {
            end();
        }
    }

    private void run() {
        try {
            while (!closing.await(period(), TimeUnit.MILLISECONDS)) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        closing.countDown();
        try {
            ticker.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        erase();
    }
}
