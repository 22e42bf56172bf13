package tplctl.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import tplctl.host.Host;
import tplctl.host.HostUnreachableException;

/**
 * The connections of a run, each made once: in the background from {@link #begin}, or when it is first asked for. A host that could
 * not be reached is not tried again.
 */
public final class Connections implements Hosts, AutoCloseable {
    /** One connection, whichever user's rights are used over it. */
    public interface Link extends AutoCloseable {
        /** The host with the login user's rights, or with those of the user that it becomes; the same object each time. */
        Host view(boolean become);

        /** Ends what runs on the host, of both views. */
        void interrupt();

        @Override
        void close();

        /** A host where nobody becomes anybody, as both views. */
        static Link of(Host host) {
            return new Link() {
                @Override
                public Host view(boolean become) {
                    return host;
                }

                @Override
                public void interrupt() {
                    host.interrupt();
                }

                @Override
                public void close() {
                    host.close();
                }
            };
        }
    }

    /** Connects to a host by its name in the inventory. */
    @FunctionalInterface
    public interface Connector {
        /**
         * Connects and logs in.
         *
         * @throws HostUnreachableException when that is not possible
         */
        Link connect(String name);
    }

    private final Connector connector;
    private final ExecutorService background;
    private final Map<String, FutureTask<Link>> links = new ConcurrentHashMap<>();
    private volatile Set<String> becoming = Set.of();
    private volatile boolean closed;

    /**
     * No connection yet.
     *
     * @param forks how many are made at once in the background
     */
    public Connections(Connector connector, int forks) {
        this.connector = connector;
        this.background = Threads.bounded("tplctl-connect", Math.max(1, forks));
    }

    /** Begins to connect to hosts, in this order, and returns at once. What becomes of it is told by {@link #get}. */
    public void begin(Collection<String> names) {
        names.forEach(name -> background.execute(task(name)));
    }

    /** The hosts whose {@link #own} view is the one of the user they become. */
    public void becoming(Set<String> hosts) {
        becoming = Set.copyOf(hosts);
    }

    @Override
    public Host get(String name, boolean become) {
        FutureTask<Link> task = task(name);
        // Whoever needs it first makes it: a task that waits in the background for its turn keeps nobody up.
        task.run();
        try {
            return task.get().view(become);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HostUnreachableException cause) {
                throw again(cause);
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (CancellationException e) {
            throw new HostUnreachableException(name, "the run is over", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while connecting to " + name, e);
        }
    }

    @Override
    public Host own(String name) {
        return get(name, becoming.contains(name));
    }

    /**
     * Ends what runs on all hosts, side by side. A host that does not answer is given up after {@code limit}.
     *
     * @return on how many hosts that were connected something may still run
     */
    public int interrupt(Duration limit) {
        List<Runnable> tasks = new ArrayList<>();
        open().forEach(link -> tasks.add(link::interrupt));
        return Threads.within(tasks, limit.toMillis());
    }

    /** As {@link #close}, but gives a host that does not answer up after {@code limit}. */
    public void close(Duration limit) {
        closed = true;
        background.shutdownNow();
        links.values().forEach(task -> task.cancel(false));
        List<Runnable> tasks = new ArrayList<>();
        open().forEach(link -> tasks.add(link::close));
        Threads.within(tasks, limit.toMillis());
    }

    /** Disconnects from all hosts, side by side. */
    @Override
    public void close() {
        close(Duration.ofSeconds(10));
    }

    private FutureTask<Link> task(String name) {
        return links.computeIfAbsent(name, n -> new FutureTask<>(() -> connected(n)));
    }

    // Nobody would close a connection that is made after all the others were closed.
    private Link connected(String name) {
        Link link = connector.connect(name);
        if (closed) {
            link.close();
            throw new HostUnreachableException(name, "the run is over", new IllegalStateException("closed"));
        }
        return link;
    }

    private List<Link> open() {
        List<Link> open = new ArrayList<>();
        for (FutureTask<Link> task : links.values()) {
            if (task.isDone() && !task.isCancelled()) {
                try {
                    open.add(task.get());
                } catch (ExecutionException e) {
                    // It was never connected.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        return open;
    }

    // An exception is thrown by one thread; this one tells where it was needed, and not only where it arose.
    private static HostUnreachableException again(HostUnreachableException cause) {
        String message = String.valueOf(cause.getMessage());
        String prefix = cause.host() + ": ";
        return new HostUnreachableException(
                cause.host(), message.startsWith(prefix) ? message.substring(prefix.length()) : message, cause);
    }
}
