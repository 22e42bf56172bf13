package tplctl.relay;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * All that a migration waits for, in the order in which it came: what its emulator's events, its other threads and the
 * controller say. Any thread adds; one takes, and it is that which uses the emulator.
 */
final class Watch {
    private static final Duration TICK = Duration.ofMillis(500);

    enum Kind {
        CANCELLED,
        LINK_LOST,
        PEER_FAILED,
        PEER_GONE,
        /** The stream, or a disk, could not be passed on here. */
        TRANSFER_FAILED,
        READY,
        DISKS_SENT,
        PREPARE,
        PREPARED,
        COMPLETED,
        RUNNING,
        /** QMP has ended. */
        EMULATOR_LOST,
        /** The event MIGRATION; the text is its status. */
        MIGRATION,
        /** The event STOP. */
        STOPPED,
        /** Half a second has gone by. */
        TICK,
        DEADLINE
    }

    /** @param nanos when it came, by System.nanoTime */
    record Signal(Kind kind, String text, Optional<RelayException> cause, long nanos) {}

    private final Emulator emulator;
    private final Deque<Signal> signals = new ArrayDeque<>();
    private boolean lost;

    Watch(Emulator emulator) {
        this.emulator = emulator;
    }

    void put(Kind kind) {
        put(signal(kind, ""));
    }

    void put(Kind kind, RelayException cause) {
        put(new Signal(kind, "", Optional.of(cause), System.nanoTime()));
    }

    private void put(Signal signal) {
        synchronized (signals) {
            signals.add(signal);
            signals.notifyAll();
        }
        emulator.qmp().wake();
    }

    static long in(Duration limit) {
        return System.nanoTime() + limit.toNanos();
    }

    /** The next one; a {@link Kind#TICK} when none comes for half a second, {@link Kind#DEADLINE} at the deadline. */
    Signal next(long deadline) {
        long end = Math.min(deadline, in(TICK));
        while (true) {
            synchronized (signals) {
                if (!signals.isEmpty()) {
                    return signals.remove();
                }
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                return signal(end == deadline ? Kind.DEADLINE : Kind.TICK, "");
            }
            Optional<Signal> said = lost ? pause(left) : fromEmulator(Duration.ofNanos(left));
            if (said.isPresent()) {
                return said.get();
            }
        }
    }

    private Optional<Signal> fromEmulator(Duration limit) {
        try {
            Optional<Json> event = emulator.qmp().nextEvent(limit.plusMillis(1));
            return event.flatMap(each -> switch (each.text("event").orElse("")) {
                case "MIGRATION" ->
                    Optional.of(
                            signal(Kind.MIGRATION, each.text("data", "status").orElse("")));
                case "STOP" -> Optional.of(signal(Kind.STOPPED, ""));
                default -> Optional.empty();
            });
        } catch (IOException e) {
            lost = true;
            RelayException cause = new RelayException(RelayException.Code.IO, "the emulator ended", e);
            return Optional.of(new Signal(Kind.EMULATOR_LOST, "", Optional.of(cause), System.nanoTime()));
        }
    }

    private Optional<Signal> pause(long nanos) {
        synchronized (signals) {
            try {
                if (signals.isEmpty()) {
                    signals.wait(nanos / 1_000_000 + 1);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Optional.empty();
    }

    private static Signal signal(Kind kind, String text) {
        return new Signal(kind, text, Optional.empty(), System.nanoTime());
    }
}
