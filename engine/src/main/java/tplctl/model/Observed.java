package tplctl.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.Change;
import tplctl.kind.Claim;

/** A resource and what its host said of it. */
public record Observed<S, O>(Resource<S, O> resource, O have) {
    /** What must change; empty when it is so. */
    public List<Change> changes() {
        return resource.changes(have);
    }

    /** What must change because something beneath it is being replaced. */
    List<Change> displaced() {
        return resource.kind().displaced(resource.subject(), resource.spec(), have);
    }

    public List<Claim> claims(List<Change> changes) {
        return resource.claims(have, changes);
    }

    /** What is to be remembered on the host to take the resource away again. */
    public Optional<Map<String, String>> trace() {
        return resource.trace(have);
    }
}
