package tplctl.engine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.model.Observed;
import tplctl.model.Resource;

/** What one host is asked of one resource; the probe that it is from is made once. */
record Question<S, O>(Resource<S, O> resource, Probe<O> probe, String host, Sh script) {
    /** All that has to be asked to observe a resource; its own host first. */
    static <S, O> List<Question<S, O>> of(Resource<S, O> resource) {
        Probe<O> probe = resource.probe();
        Question<S, O> own = new Question<>(resource, probe, resource.id().host(), probe.script());
        if (probe.elsewhere().isEmpty()) {
            return List.of(own);
        }
        List<Question<S, O>> questions = new ArrayList<>(List.of(own));
        probe.elsewhere().forEach((host, script) -> questions.add(new Question<>(resource, probe, host, script)));
        return questions;
    }

    boolean isOwn() {
        return host.equals(resource.id().host());
    }

    /** Whether its answer alone tells how the resource is. */
    boolean isAll() {
        return probe.elsewhere().isEmpty();
    }

    /** Reads the answer of the resource's own host, which may have those of others with it. */
    Observed<S, O> read(ProbeOutput output) {
        return new Observed<>(resource, probe.parse().apply(output));
    }
}
