package tplctl.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is told of a run besides how its resources ended.
 *
 * @param unreachable why hosts could not be reached, by host, whether or not they have resources
 * @param phases how long each part of the run took, by its name, in the order in which they began
 */
public record RunContext(Map<String, String> unreachable, Map<String, Duration> phases) {
    /** Of a run of which nothing else is known. */
    public static final RunContext NONE = new RunContext(Map.of(), Map.of());

    public RunContext {
        unreachable = Map.copyOf(unreachable);
        phases = Collections.unmodifiableMap(new LinkedHashMap<>(phases));
    }
}
