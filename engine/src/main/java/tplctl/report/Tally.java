package tplctl.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.engine.Outcome;

/** How many outcomes there are of each sort; every outcome is counted once. */
record Tally(long ok, long changed, long failed, long skipped, long unreachable) {
    static Tally of(List<Outcome> outcomes) {
        Map<String, Long> counts = new LinkedHashMap<>();
        outcomes.forEach(o -> counts.merge(OutcomeWords.of(o).key(), 1L, Long::sum));
        return new Tally(
                counts.getOrDefault("ok", 0L),
                counts.getOrDefault("changed", 0L),
                counts.getOrDefault("failed", 0L),
                counts.getOrDefault("skipped", 0L),
                counts.getOrDefault("unreachable", 0L));
    }
}
