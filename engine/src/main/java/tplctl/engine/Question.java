package tplctl.engine;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.Probe;
import tplctl.kind.Sh;
import tplctl.model.Resource;

/** What one host is asked of one resource. */
record Question(Resource<?, ?> resource, String host, Sh script) {
    /** All that has to be asked to observe a resource; its own host first. */
    static List<Question> of(Resource<?, ?> resource) {
        Probe<?> probe = resource.probe();
        List<Question> questions = new ArrayList<>();
        questions.add(new Question(resource, resource.id().host(), probe.script()));
        probe.elsewhere().forEach((host, script) -> questions.add(new Question(resource, host, script)));
        return questions;
    }

    boolean isOwn() {
        return host.equals(resource.id().host());
    }
}
