package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One job that an {@link Agent} was given, as the command that does it sees it. Any thread may call it. */
public final class Job {
    private static final long PROGRESS_NANOS = 250_000_000;

    private final Consumer<List<String>> answers;
    private Optional<Thread> worker = Optional.empty();
    private final Deque<Closeable> closeOnCancel = new ArrayDeque<>();
    private boolean cancelled;
    private boolean committed;
    private long lastProgress = System.nanoTime() - PROGRESS_NANOS;

    Job(Consumer<List<String>> answers) {
        this.answers = answers;
    }

    /** The calling thread does the job from here on. */
    synchronized void begin() throws RelayException {
        checkCancelled();
        worker = Optional.of(Thread.currentThread());
    }

    /** Something that is closed when the job is cancelled, so that whoever blocks in it wakes; at once if it was already. */
    public void onCancel(Closeable resource) {
        synchronized (this) {
            if (!cancelled) {
                closeOnCancel.push(resource);
                return;
            }
        }
        close(resource);
    }

    /**
     * From here on the job comes to its own end: it can no longer be cancelled, and outlives the controlling connection.
     *
     * @throws RelayException when it was cancelled before
     */
    public synchronized void commit() throws RelayException {
        checkCancelled();
        committed = true;
    }

    /** Throws when the job was cancelled. */
    public synchronized void checkCancelled() throws RelayException {
        if (cancelled) {
            throw new RelayException(RelayException.Code.CANCELLED, "the job was cancelled");
        }
    }

    /** Tells how far it is, in bytes; at most four times a second, the rest is dropped. */
    public void progress(long done, long total) {
        synchronized (this) {
            long now = System.nanoTime();
            if (now - lastProgress < PROGRESS_NANOS) {
                return;
            }
            lastProgress = now;
        }
        tell(List.of("progress", Long.toString(done), Long.toString(total)));
    }

    /** Tells the controller something before the job's end; the first field says what it is. */
    public void tell(List<String> fields) {
        answers.accept(fields);
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** False when the job is past its point of no return, and goes on. */
    boolean cancel() {
        List<Closeable> resources;
        synchronized (this) {
            if (committed) {
                return false;
            }
            cancelled = true;
            resources = List.copyOf(closeOnCancel);
            closeOnCancel.clear();
        }
        resources.forEach(Job::close);
        worker().ifPresent(Thread::interrupt);
        return true;
    }

    private synchronized Optional<Thread> worker() {
        return worker;
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // It is given up; there is nobody whom that would help.
            return;
        }
    }
}
