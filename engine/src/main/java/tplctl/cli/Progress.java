package tplctl.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tplctl.engine.RunListener;

/** Shows a run to the user while it goes on. */
abstract class Progress implements RunListener, AutoCloseable {
    private final CountDownLatch closing = new CountDownLatch(1);
    private Thread ticker = new Thread(() -> {});

    /** The progress that fits where stderr goes and what stdout carries. */
    static Progress of(Invocation invocation, Output output) {
        Terminal terminal = invocation.terminal();
        if (output == Output.NDJSON) {
            return new EventProgress(terminal.out(), terminal.err(), System::nanoTime);
        }
        if (invocation.args().has(Flag.QUIET)) {
            return new QuietProgress(terminal.err());
        }
        int verbosity = invocation.args().count(Flag.VERBOSE);
        return terminal.repaints()
                ? new LiveProgress(terminal.err(), invocation.talkStyle(), verbosity, System::nanoTime)
                : new PlainProgress(terminal.err(), invocation.talkStyle(), verbosity, System::nanoTime);
    }

    /** How often {@link #tick} is due in milliseconds; 0 for never. */
    abstract long period();

    /** Shows that time went by. */
    abstract void tick();

    final Progress begin() {
        if (period() > 0) {
            ticker = new Thread(
                    () -> {
                        try {
                            while (!closing.await(period(), TimeUnit.MILLISECONDS)) {
                                tick();
                            }
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "tplctl-progress");
            ticker.setDaemon(true);
            ticker.start();
        }
        return this;
    }

    /** Takes away what was only for the meantime. */
    @Override
    public void close() {
        closing.countDown();
        try {
            ticker.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
