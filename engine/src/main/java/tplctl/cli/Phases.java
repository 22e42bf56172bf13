package tplctl.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import tplctl.engine.HostEvent;
import tplctl.engine.RunListener;

/**
 * How long the parts of a run took: {@code load}, {@code connect}, {@code lock}, {@code observe}, {@code plan} and {@code run}. They
 * follow each other, but {@code connect}, which goes on beside {@code load} and whatever comes next: it lasts from the first attempt
 * until the last host is connected or given up. Time in which the user is asked belongs to none.
 */
final class Phases implements RunListener {
    private static final String CONNECT = "connect";

    private final LongSupplier nanos;
    private final Map<String, Duration> took = new LinkedHashMap<>();
    private String current = "load";
    private long began;
    private long connecting;

    /** The first phase, {@code load}, begins. */
    Phases(LongSupplier nanos) {
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    /** Ends the phase before, if one goes on, and begins another. */
    synchronized void begin(String name) {
        end();
        current = name;
        began = nanos.getAsLong();
    }

    synchronized void end() {
        if (!current.isEmpty()) {
            took.merge(current, Duration.ofNanos(nanos.getAsLong() - began), Duration::plus);
            current = "";
        }
    }

    /** What was measured so far. */
    synchronized Map<String, Duration> took() {
        return new LinkedHashMap<>(took);
    }

    @Override
    public synchronized void connecting(List<String> hosts) {
        connecting = nanos.getAsLong();
        took.put(CONNECT, Duration.ZERO);
    }

    @Override
    public synchronized void host(String name, HostEvent event, String message) {
        if (event == HostEvent.CONNECTED || event == HostEvent.UNREACHABLE) {
            took.computeIfPresent(CONNECT, (key, before) -> Duration.ofNanos(nanos.getAsLong() - connecting));
        }
    }
}
