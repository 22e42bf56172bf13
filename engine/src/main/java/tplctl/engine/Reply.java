package tplctl.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;

/**
 * What came of one host's script. What the host alone is asked about is read at once, so that of ten thousand hosts' answers only what
 * they mean is kept.
 */
final class Reply {
    /**
     * A part of what has to be known of a resource that several hosts are asked about.
     *
     * @param answer empty when there is none, for the reason that stands in {@code failure}
     */
    record Part(Question<?, ?> question, Optional<ProbeOutput.Elsewhere> answer, String failure) {}

    final String host;
    final List<Observed<?, ?>> seen = new ArrayList<>();
    final Map<ResourceId, String> failed = new HashMap<>(0);
    final List<Part> parts = new ArrayList<>(0);
    final List<OwnedRecord> owned = new ArrayList<>(0);
    private Optional<String> unreachable = Optional.empty();

    Reply(String host) {
        this.host = host;
    }

    /** Why the host could not be reached, if it could not. */
    Optional<String> unreachable() {
        return unreachable;
    }

    /** @param output empty when the shell ended before it came to this question */
    void to(Question<?, ?> question, Optional<ProbeOutput> output) {
        if (output.isEmpty()) {
            failed(List.of(question), "the host's shell ended before it answered");
        } else if (question.isAll()) {
            try {
                seen.add(question.read(output.get()));
            } catch (ProbeException e) {
                failed.put(question.resource().id(), Observer.message(e));
            }
        } else {
            parts.add(new Part(question, output.map(ProbeOutput.Elsewhere::of), ""));
        }
    }

    void unreachable(List<Question<?, ?>> questions, String why) {
        unreachable = Optional.of(why);
        questions.stream()
                .filter(q -> !q.isAll())
                .forEach(q -> parts.add(new Part(q, Optional.of(ProbeOutput.Elsewhere.unreachable(why)), "")));
    }

    void failed(List<Question<?, ?>> questions, String why) {
        for (Question<?, ?> question : questions) {
            if (question.isAll()) {
                failed.put(question.resource().id(), why);
            } else {
                parts.add(new Part(question, Optional.empty(), why));
            }
        }
    }
}
