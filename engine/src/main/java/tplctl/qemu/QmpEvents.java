package tplctl.qemu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The last events, numbered from 0; when there is no room the oldest makes way. */
final class QmpEvents {
    private final int capacity;
    private final Deque<QmpEvent> kept = new ArrayDeque<>();
    private long added;
    private long dropped;
    private boolean ended;

    QmpEvents(int capacity) {
        this.capacity = capacity;
    }

    synchronized void add(QmpEvent event) {
        if (kept.size() == capacity) {
            kept.removeFirst();
            dropped++;
        }
        kept.addLast(event);
        added++;
        notifyAll();
    }

    /** No more will come. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The number of the next event. */
    synchronized long next() {
        return added;
    }

    synchronized long dropped() {
        return dropped;
    }

    /**
     * The first event from number {@code from} on that is wanted. Empty when it had not come by {@code deadline}, of
     * {@link System#nanoTime}, or cannot come any more.
     */
    Optional<QmpEvent> await(long from, Predicate<QmpEvent> wanted, long deadline) throws InterruptedException {
        long cursor = from;
        while (true) {
            QmpEvent event;
            synchronized (this) {
                cursor = Math.max(cursor, dropped);
                event = awaitNumber(cursor, deadline);
            }
            if (event == null) {
                return Optional.empty();
            }
            // Outside the lock: the predicate is the caller's, and the reader must not wait for it.
            if (wanted.test(event)) {
                return Optional.of(event);
            }
            cursor++;
        }
    }

    private synchronized @Nullable QmpEvent awaitNumber(long number, long deadline) throws InterruptedException {
        while (number >= added) {
            long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (ended || millis <= 0) {
                return null;
            }
            wait(millis);
        }
        long skip = Math.max(0, number - dropped);
        return kept.stream().skip(skip).findFirst().orElse(null);
    }
}
