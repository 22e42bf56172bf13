package tplctl.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.model.Observed;

/** What hosts replied to questions, brought together by resource. Not thread-safe. */
final class Replies {
    private record Gathered(Question<?, ?> question, Map<String, ProbeOutput.Elsewhere> answers) {}

    private final Map<ResourceId, Gathered> gathered = new LinkedHashMap<>();
    private final Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
    private final Map<ResourceId, String> failed = new HashMap<>();

    void answered(Question<?, ?> question, ProbeOutput output) {
        if (question.isAll()) {
            read(question, output);
        } else {
            of(question).put(question.host(), ProbeOutput.Elsewhere.of(output));
        }
    }

    private void read(Question<?, ?> question, ProbeOutput output) {
        ResourceId id = question.resource().id();
        try {
            seen.put(id, question.read(output));
        } catch (ProbeException e) {
            failed.put(id, Observer.message(e));
        }
    }

    void unreachable(Question<?, ?> question, String why) {
        of(question).put(question.host(), ProbeOutput.Elsewhere.unreachable(why));
    }

    void failed(Question<?, ?> question, String why) {
        String where = question.isOwn() ? "" : question.host() + ": ";
        failed.putIfAbsent(question.resource().id(), where + why);
    }

    private Map<String, ProbeOutput.Elsewhere> of(Question<?, ?> question) {
        return gathered.computeIfAbsent(question.resource().id(), id -> new Gathered(question, new HashMap<>()))
                .answers();
    }

    /** Reads every resource whose own host answered; those that cannot be read are among the failed. */
    Map<ResourceId, Observed<?, ?>> read() {
        gathered.values().forEach(one -> {
            ResourceId id = one.question().resource().id();
            Map<String, ProbeOutput.Elsewhere> others = new HashMap<>(one.answers());
            Optional<ProbeOutput> own =
                    Optional.ofNullable(others.remove(id.host())).flatMap(ProbeOutput.Elsewhere::output);
            if (own.isPresent() && !failed.containsKey(id)) {
                read(one.question(), others.isEmpty() ? own.get() : own.get().with(others));
            }
        });
        return seen;
    }

    /** Why a resource could not be observed. */
    Map<ResourceId, String> failed() {
        return failed;
    }
}
