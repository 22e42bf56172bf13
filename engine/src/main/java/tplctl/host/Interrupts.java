package tplctl.host;

import java.util.concurrent.atomic.AtomicLong;

/** Lets work inside this process notice that its host was interrupted after the work began. */
final class Interrupts {
    private final String host;
    private final AtomicLong count = new AtomicLong();

    Interrupts(String host) {
        this.host = host;
    }

    void interrupt() {
        count.incrementAndGet();
    }

    /** A check to call now and then; throws {@link HostInterruptedException} once the host or the thread was interrupted. */
    Runnable since(String attempted) {
        long start = count.get();
        return () -> {
            if (count.get() != start || Thread.currentThread().isInterrupted()) {
                throw new HostInterruptedException(host, attempted, "interrupted");
            }
        };
    }
}
