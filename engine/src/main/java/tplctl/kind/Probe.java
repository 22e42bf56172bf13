package tplctl.kind;

import java.util.function.Function;

/**
 * How a resource is observed: a script that only looks, and the reading of its answer. {@code parse} takes "absent" only from
 * its exact signal and throws {@link ProbeException} for an answer that it does not know.
 */
public record Probe<O>(Sh script, Function<ProbeOutput, O> parse) {}
