package tplctl.relay;

import java.io.Closeable;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Tells the controller how far a job is, and never waits for it: one that has stopped listening must not hold up a machine
 * that is stopped. What does not fit is dropped.
 */
final class Teller implements Closeable {
    private static final int WAITING = 64;
    private static final long PROGRESS_NANOS = 250_000_000;
    private static final long LAST_MILLIS = 500;
    private static final List<String> END = List.of();

    private final BlockingQueue<List<String>> lines = new ArrayBlockingQueue<>(WAITING);
    private final Job job;
    private final Thread thread;
    private long lastProgress = System.nanoTime() - PROGRESS_NANOS;

    Teller(Job job) {
        this.job = job;
        this.thread = new Thread(this::work, "teller");
        thread.setDaemon(true);
        thread.start();
    }

    /** What a migration is at: {@code memory}, {@code disks}, {@code switch-over}, {@code loaded}, {@code completed}. */
    void phase(String phase) {
        tell(List.of("phase", phase));
    }

    void tell(List<String> line) {
        if (!lines.offer(line)) {
            lines.poll();
        }
    }

    /** As {@link Job#progress}. */
    synchronized void progress(long done, long total) {
        if (System.nanoTime() - lastProgress >= PROGRESS_NANOS) {
            lastProgress = System.nanoTime();
            tell(List.of("progress", Long.toString(done), Long.toString(total)));
        }
    }

    private void work() {
        try {
            for (List<String> line = lines.take(); !line.isEmpty(); line = lines.take()) {
                job.tell(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits a moment for what is to be told still. */
    @Override
    public void close() {
        try {
            if (lines.offer(END, LAST_MILLIS, TimeUnit.MILLISECONDS)) {
                thread.join(LAST_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
