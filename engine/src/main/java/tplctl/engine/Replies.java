package tplctl.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.model.Observed;
import tplctl.model.Resource;

/** What hosts replied to questions, brought together by resource. Not thread-safe. */
final class Replies {
    private record Gathered(Resource<?, ?> resource, Map<String, ProbeOutput.Elsewhere> answers) {}

    private final Map<ResourceId, Gathered> gathered = new LinkedHashMap<>();
    private final Map<ResourceId, String> failed = new HashMap<>();

    void answered(Question question, ProbeOutput output) {
        of(question).put(question.host(), ProbeOutput.Elsewhere.of(output));
    }

    void unreachable(Question question, String why) {
        of(question).put(question.host(), ProbeOutput.Elsewhere.unreachable(why));
    }

    void failed(Question question, String why) {
        String where = question.isOwn() ? "" : question.host() + ": ";
        failed.putIfAbsent(question.resource().id(), where + why);
    }

    private Map<String, ProbeOutput.Elsewhere> of(Question question) {
        return gathered.computeIfAbsent(
                        question.resource().id(), id -> new Gathered(question.resource(), new HashMap<>()))
                .answers();
    }

    /** Reads every resource whose own host answered; those that cannot be read are among the failed. */
    Map<ResourceId, Observed<?, ?>> read() {
        Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
        gathered.values().forEach(one -> {
            Resource<?, ?> resource = one.resource();
            Map<String, ProbeOutput.Elsewhere> others = new HashMap<>(one.answers());
            Optional<ProbeOutput> own =
                    Optional.ofNullable(others.remove(resource.id().host())).flatMap(ProbeOutput.Elsewhere::output);
            if (own.isPresent() && !failed.containsKey(resource.id())) {
                try {
                    seen.put(
                            resource.id(),
                            resource.observed(
                                    others.isEmpty() ? own.get() : own.get().with(others)));
                } catch (ProbeException e) {
                    failed.put(resource.id(), Observer.message(e));
                }
            }
        });
        return seen;
    }

    /** Why a resource could not be observed. */
    Map<ResourceId, String> failed() {
        return failed;
    }
}
