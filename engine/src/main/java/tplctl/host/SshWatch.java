package tplctl.host;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Time limits of connections, and the question whether a silent server is still there, as ssh's ServerAliveInterval. */
final class SshWatch implements AutoCloseable {
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, daemons("ssh clock"));

    /** For what may block, which must not stop the clock. */
    private final ExecutorService hands = Executors.newCachedThreadPool(daemons("ssh watch"));

    /** Something that will be done unless it is closed before. */
    interface Timer {
        void close();
    }

    SshWatch() {
        clock.setRemoveOnCancelPolicy(true);
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        clock.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    Timer after(long delay, TimeUnit unit, Runnable task) {
        ScheduledFuture<?> future = clock.schedule(() -> hands.execute(task), delay, unit);
        return () -> future.cancel(false);
    }

    /** Asks a server for a sign of life after each interval of silence, and ends the connection after too many in a row. */
    void keepAlive(SshLink link) {
        long interval = link.target().aliveInterval().toNanos();
        if (interval > 0) {
            next(link, interval, 0, interval);
        }
    }

    private void next(SshLink link, long interval, int asked, long delay) {
        ScheduledFuture<?> unused = clock.schedule(() -> look(link, interval, asked), delay, TimeUnit.NANOSECONDS);
    }

    private void look(SshLink link, long interval, int asked) {
        if (!link.connected()) {
            return;
        }
        long silence = link.silence();
        if (silence < interval) {
            next(link, interval, 0, interval - silence);
            return;
        }
        if (asked >= link.target().aliveCount()) {
            String why = "nothing was heard from it for " + TimeUnit.NANOSECONDS.toSeconds(silence)
                    + " s: the host or the network to it is down";
            hands.execute(() -> link.end(why));
            return;
        }
        hands.execute(link::ping);
        next(link, interval, asked + 1, interval);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        hands.shutdown();
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
