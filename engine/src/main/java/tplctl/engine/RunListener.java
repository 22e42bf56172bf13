package tplctl.engine;

import tplctl.kind.ResourceId;

/** Told what a run does as it does it; called from several threads, and must return at once. */
public interface RunListener {
    /** A listener that hears nothing. */
    RunListener SILENT = new RunListener() {};

    default void started(ResourceId id) {}

    /** A step begins; {@code doing} says what in a few words. */
    default void step(ResourceId id, String doing) {}

    default void finished(Outcome outcome) {}

    /** Something became of a host; {@code message} says why, where there is something to say. */
    default void host(String name, HostEvent event, String message) {}

    /** Something worth a line that belongs to no resource. */
    default void note(String line) {}
}
