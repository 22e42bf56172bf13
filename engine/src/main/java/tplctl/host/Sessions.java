package tplctl.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The commands that run over one transport: when the other end takes no more, idle shells make room. */
final class Sessions {
    private static final Duration GONE = Duration.ofSeconds(2);

    private static final long PAUSE_NANOS = 5_000_000;

    private final Transport transport;
    private final List<BooleanSupplier> givers = new CopyOnWriteArrayList<>();

    Sessions(Transport transport) {
        this.transport = transport;
    }

    String host() {
        return transport.host();
    }

    boolean connected() {
        return transport.connected();
    }

    /** @param giver ends something that is idle; false when nothing is */
    void add(BooleanSupplier giver) {
        givers.add(giver);
    }

    /**
     * Like {@link Transport#start}.
     *
     * @param check called before each attempt; may throw
     * @throws Transport.BusyException when the other end takes no more, though all that was idle was ended
     */
    Transport.Running start(String command, Runnable check) {
        long deadline = System.nanoTime();
        while (true) {
            check.run();
            try {
                return transport.start(command);
            } catch (Transport.BusyException e) {
                // The other end needs a moment to notice that a session ended.
                if (givers.stream().anyMatch(BooleanSupplier::getAsBoolean)) {
                    deadline = System.nanoTime() + GONE.toNanos();
                } else if (System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    HostUnreachableException lost(String attempted) {
        String why = transport.connected() ? "" : " (" + transport.ending() + ")";
        return new HostUnreachableException(
                host(),
                "the connection was lost while running " + attempted + why
                        + "; what ran there may still run; the next run waits for it",
                new IOException(transport.connected() ? "end of stream" : transport.ending()));
    }
}
