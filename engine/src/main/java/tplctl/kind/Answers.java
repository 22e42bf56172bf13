package tplctl.kind;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked about a resource each time it is looked at.
 *
 * @param <S> what is wanted, decoded from the playbook
 * @param <O> what was observed on the host
 */
public interface Answers<S, O> {
    Probe<O> probe(Subject self, S want);

    /** What must change, in execution order; the empty list means that it is so. */
    List<Change> changes(Subject self, S want, O have);

    /**
     * What must be remembered on the host to take it away again; no secrets. Written before the first step runs, and kept when the
     * thing was there before. Empty: nothing is remembered, and nothing is ever removed.
     */
    Optional<Map<String, String>> trace(Subject self, S want, O have);
}
