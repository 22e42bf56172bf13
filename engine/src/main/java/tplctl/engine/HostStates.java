package tplctl.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import tplctl.host.HostException;
import tplctl.host.HostInterruptedException;
import tplctl.host.HostUnreachableException;
import tplctl.kind.ResourceId;

/** What a run found out about its hosts while it went on: whose connection broke, and whether they are still this run's alone. */
final class HostStates {
    private final Map<String, String> unreachable = new ConcurrentHashMap<>();
    private final Predicate<String> ours;
    private final RunListener listener;
    private volatile boolean ended;

    HostStates(Predicate<String> ours, RunListener listener) {
        this.ours = ours;
        this.listener = listener;
    }

    /** Nothing more of that host is tried. */
    void unreachable(String host, String why) {
        unreachable.putIfAbsent(host, why);
    }

    /** The outcome of a resource that need not be tried, because its host was lost. */
    Optional<Outcome> foregone(ResourceId id) {
        return Optional.ofNullable(unreachable.get(id.host()))
                .map(why -> new Outcome.Unreachable(id, Duration.ZERO, why));
    }

    /** From now on no change begins, on any host. */
    void end() {
        ended = true;
    }

    /**
     * Before each change.
     *
     * @throws HostInterruptedException after {@link #end}
     * @throws HostException when the host's lock was lost, so that somebody else may be at work there
     */
    void mustBeOurs(String host, String doing) {
        if (ended) {
            throw new HostInterruptedException(host, doing, "interrupted");
        }
        if (!ours.test(host)) {
            throw new HostException(
                    host,
                    doing,
                    "not done: this run's lock on the host was lost, so that another run may be at work there; see that"
                            + " none is, and run it again");
        }
    }

    /**
     * The outcome of work that lost a host. Of its own host, all the rest is unreachable; for want of another one, it failed.
     *
     * @param doing what was being done; empty before the first step
     */
    Outcome lost(ResourceId id, Duration took, String doing, HostUnreachableException e) {
        String why = Optional.ofNullable(e.getMessage()).orElse(e.host() + ": the connection is lost");
        if (unreachable.putIfAbsent(e.host(), why) == null) {
            listener.host(e.host(), HostEvent.UNREACHABLE, why);
        }
        if (!e.host().equals(id.host())) {
            return new Outcome.Failed(id, took, doing, why);
        }
        String open = doing.isEmpty()
                ? ""
                : "\nThe connection broke during \"" + doing + "\", which may or may not have been done; the next run"
                        + " looks and goes on from there.";
        return new Outcome.Unreachable(id, took, why + open);
    }
}
