package tplctl.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import tplctl.host.HostException;
import tplctl.host.HostLock;
import tplctl.host.HostUnreachableException;
import tplctl.host.LockHeldException;

/** The hosts that this process has taken for itself. */
public final class Locks implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long CLOSING_MILLIS = 5_000;

    private final Map<String, HostLock> held = new ConcurrentHashMap<>();

    /**
     * Why hosts could not be taken, in the order in which they were asked for.
     *
     * @param held those that another run has
     * @param failed those where the lock itself failed
     */
    public record Refused(Map<String, LockHeldException> held, Map<String, HostException> failed) {
        /** Whether every host was taken, or could not be reached. */
        public boolean isEmpty() {
            return held.isEmpty() && failed.isEmpty();
        }
    }

    /**
     * Takes hosts, {@code forks} at once. Those that cannot be reached are passed over: observing tells of them. One that is refused
     * keeps none of the others from being asked: whoever has to wait for several runs learns of all of them at once.
     *
     * @param holder the line for whoever finds them held
     * @param partly whether to keep those that could be had when others could not; otherwise all are given back
     */
    public Refused take(
            Hosts hosts,
            List<String> names,
            String holder,
            Consumer<String> waiting,
            int forks,
            boolean partly,
            RunListener listener) {
        Map<String, LockHeldException> elsewhere = new ConcurrentHashMap<>();
        Map<String, HostException> failed = new ConcurrentHashMap<>();
        Threads.each(names, forks, name -> {
            // What a killed run left somewhere is not waited for where nothing would come of it.
            boolean refused = !partly && !(elsewhere.isEmpty() && failed.isEmpty());
            try {
                held.put(name, hosts.own(name).lock(holder, refused ? Duration.ZERO : PATIENCE, waiting));
                listener.host(name, HostEvent.LOCKED, "");
            } catch (LockHeldException e) {
                elsewhere.put(name, e);
            } catch (HostException e) {
                failed.put(name, e);
            } catch (HostUnreachableException e) {
                // observed as such
            }
            return name;
        });
        Refused refused = new Refused(ordered(names, elsewhere), ordered(names, failed));
        if (!partly && !refused.isEmpty()) {
            close();
        }
        return refused;
    }

    /** Whether a host is still ours; also for one that was never asked for. */
    public boolean holds(String name) {
        HostLock lock = held.get(name);
        return lock == null || lock.held();
    }

    /** Gives all hosts back, side by side. */
    @Override
    public void close() {
        List<Runnable> tasks = new ArrayList<>();
        held.values().forEach(lock -> tasks.add(lock::close));
        held.clear();
        Threads.within(tasks, CLOSING_MILLIS);
    }

    private static <T> Map<String, T> ordered(List<String> names, Map<String, T> found) {
        Map<String, T> ordered = new LinkedHashMap<>();
        for (String name : names) {
            T one = found.get(name);
            if (one != null) {
                ordered.put(name, one);
            }
        }
        return ordered;
    }
}
