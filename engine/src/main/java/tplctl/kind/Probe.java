package tplctl.kind;

import java.util.Map;
import java.util.function.Function;

/**
 * How a resource is observed: a script that only looks, and the reading of its answer. {@code parse} takes "absent" only from
 * its exact signal and throws {@link ProbeException} for an answer that it does not know.
 *
 * @param elsewhere scripts for further hosts that the resource is about, by host; their answers are {@link
 *     ProbeOutput#elsewhere}
 */
public record Probe<O>(Sh script, Map<String, Sh> elsewhere, Function<ProbeOutput, O> parse) {
    public Probe {
        elsewhere = Map.copyOf(elsewhere);
    }

    public Probe(Sh script, Function<ProbeOutput, O> parse) {
        this(script, Map.of(), parse);
    }
}
