package tplctl.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;

/** What hosts replied, brought together by resource. Not thread-safe. */
final class Replies {
    private record Gathered(Question<?, ?> question, Map<String, ProbeOutput.Elsewhere> answers) {}

    private final Map<ResourceId, Gathered> gathered = new LinkedHashMap<>();
    private final Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
    private final Map<ResourceId, String> failed = new HashMap<>();
    private final Map<String, String> unreachable = new HashMap<>();
    private final List<OwnedRecord> owned = new ArrayList<>();

    void add(Reply reply) {
        reply.unreachable().ifPresent(why -> unreachable.put(reply.host, why));
        reply.seen.forEach(observed -> seen.put(observed.resource().id(), observed));
        failed.putAll(reply.failed);
        reply.parts.forEach(this::add);
        owned.addAll(reply.owned);
    }

    private void add(Reply.Part part) {
        Question<?, ?> question = part.question();
        ResourceId id = question.resource().id();
        if (part.answer().isPresent()) {
            gathered.computeIfAbsent(id, i -> new Gathered(question, new HashMap<>()))
                    .answers()
                    .put(question.host(), part.answer().get());
        } else {
            failed.putIfAbsent(id, (question.isOwn() ? "" : question.host() + ": ") + part.failure());
        }
    }

    /** Everything that is known; what several hosts were asked about is read now, if its own host answered. */
    Observations observations() {
        gathered.values().forEach(one -> {
            ResourceId id = one.question().resource().id();
            Map<String, ProbeOutput.Elsewhere> others = new HashMap<>(one.answers());
            Optional<ProbeOutput> own =
                    Optional.ofNullable(others.remove(id.host())).flatMap(ProbeOutput.Elsewhere::output);
            if (own.isPresent() && !failed.containsKey(id)) {
                try {
                    seen.put(id, one.question().read(own.get().with(others)));
                } catch (ProbeException e) {
                    failed.put(id, Observer.message(e));
                }
            }
        });
        return new Observations(seen, failed, unreachable, owned);
    }
}
