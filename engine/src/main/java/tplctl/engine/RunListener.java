package tplctl.engine;

import java.time.Duration;
import java.util.List;
import tplctl.kind.ResourceId;

/** Told what a run does as it does it; called from several threads, and must return at once. */
public interface RunListener {
    /** A listener that hears nothing. */
    RunListener SILENT = new RunListener() {};

    /** Both hear everything, the first one first. */
    static RunListener both(RunListener one, RunListener other) {
        return new BothListeners(one, other);
    }

    default void started(ResourceId id) {}

    /** A step begins; {@code doing} says what in a few words. */
    default void step(ResourceId id, String doing) {}

    /**
     * The step writes this line, see {@link tplctl.host.OutputListener}.
     *
     * @param whole whether it will not be told again, longer or with something else in its place
     */
    default void output(ResourceId id, String line, boolean whole) {}

    default void finished(Outcome outcome) {}

    /** These hosts are connected to from now on, in the background; each will be connected or unreachable. */
    default void connecting(List<String> hosts) {}

    /** Something became of a host; {@code message} says why, where there is something to say. */
    default void host(String name, HostEvent event, String message) {}

    /**
     * A script ended on a host.
     *
     * @param shown the script without its secrets
     * @param result {@code exit 0}, or why there is no exit code
     */
    default void script(String host, String shown, String result, Duration took) {}

    /** A line of the log of what connects to a host, without secrets. */
    default void debug(String host, String line) {}

    /** Something worth a line that belongs to no resource. */
    default void note(String line) {}
}
