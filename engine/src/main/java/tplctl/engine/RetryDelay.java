package tplctl.engine;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a failed step is tried again: up to one second before the first time, twice as long before each further one,
 * and never longer than 30 seconds. The wait is a random part, at least half, of that, so that what many hosts failed at together,
 * such as one server that all of them ask, is not asked again by all of them at once.
 */
public final class RetryDelay {
    private static final long FIRST_MILLIS = 1000;
    private static final long MOST_MILLIS = 30_000;
    private static final int DOUBLINGS = 10;

    private final long first;
    private final DoubleSupplier random;

    private RetryDelay(long first, DoubleSupplier random) {
        this.first = first;
        this.random = random;
    }

    /**
     * The rule, with a source of chance.
     *
     * @param random gives numbers from 0 to below 1
     */
    public static RetryDelay standard(DoubleSupplier random) {
        return new RetryDelay(FIRST_MILLIS, random);
    }

    /** No wait at all. */
    public static RetryDelay none() {
        return new RetryDelay(0, () -> 0);
    }

    /** The wait before the {@code retry}th try after the first, from 1. */
    Duration before(int retry) {
        long full = Math.min(MOST_MILLIS, first << Math.min(DOUBLINGS, retry - 1));
        return Duration.ofMillis((long) (full * (0.5 + random.getAsDouble() / 2)));
    }
}
