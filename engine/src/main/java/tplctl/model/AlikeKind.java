package tplctl.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Subject;
import tplctl.kind.Word;

/**
 * A kind that gives its answers about one spec once for all hosts, as {@link Kind#sameOnEveryHost} allows. Where ten thousand hosts have
 * the same wanted of them and say the same, one is thought about, and what was thought is kept once. Thread-safe.
 */
final class AlikeKind<S, O> implements Kind<S, O> {
    /** Hosts on the way from one state to another differ in a few ways; where each has its own, nothing is gained. */
    private static final int MOST = 8;

    private final Kind<S, O> kind;
    private final Subject first;
    private final S spec;
    private volatile @Nullable Probe<O> probe;
    private volatile List<Answer<O>> answers = List.of();

    private record Trace(Optional<Map<String, String>> kept) {}

    /** What a host said, read; and what follows from it, once somebody has asked. */
    private static final class Answer<O> {
        private final ProbeOutput output;
        private final O have;
        private volatile @Nullable List<Change> changes;
        private volatile @Nullable Trace trace;

        Answer(ProbeOutput output, O have) {
            this.output = output;
            this.have = have;
        }

        boolean isOf(ProbeOutput other) {
            return output.exit() == other.exit()
                    && output.stdout().equals(other.stdout())
                    && output.stderr().equals(other.stderr());
        }
    }

    /** @param first for the name, owner and limit that all have for whom answers are kept */
    AlikeKind(Kind<S, O> kind, Subject first, S spec) {
        this.kind = kind;
        this.first = first;
        this.spec = spec;
    }

    @SuppressWarnings("ReferenceEquality") // a spec that was completed since is another one
    private boolean isAlike(Subject self, S want) {
        return want == spec
                && self.name().equals(first.name())
                && self.owner().equals(first.owner())
                && self.timeout().equals(first.timeout());
    }

    @Override
    public Probe<O> probe(Subject self, S want) {
        if (!isAlike(self, want)) {
            return kind.probe(self, want);
        }
        Probe<O> known = probe;
        if (known == null) {
            Probe<O> own = kind.probe(self, want);
            // Put together once, as a text.
            Sh script = new Sh(List.of(
                    new Word.Aside(own.script().script()),
                    new Word.Shown(own.script().shown())));
            known = new Probe<>(script, own.elsewhere(), out -> read(own, out));
            probe = known;
        }
        return known;
    }

    private O read(Probe<O> own, ProbeOutput output) {
        List<Answer<O>> known = answers;
        for (Answer<O> answer : known) {
            if (answer.isOf(output)) {
                return answer.have;
            }
        }
        O have = own.parse().apply(output);
        if (known.size() < MOST && output.elsewhere().isEmpty()) {
            // Another thread's answer may get lost, and is then found out once more.
            answers = Stream.concat(known.stream(), Stream.of(new Answer<>(output, have)))
                    .toList();
        }
        return have;
    }

    @SuppressWarnings("ReferenceEquality") // that this very object was read from a known output
    private @Nullable Answer<O> answer(Subject self, S want, O have) {
        if (isAlike(self, want)) {
            for (Answer<O> answer : answers) {
                if (answer.have == have) {
                    return answer;
                }
            }
        }
        return null;
    }

    @Override
    public List<Change> changes(Subject self, S want, O have) {
        Answer<O> answer = answer(self, want, have);
        if (answer == null) {
            return kind.changes(self, want, have);
        }
        List<Change> known = answer.changes;
        if (known == null) {
            known = kind.changes(self, want, have);
            answer.changes = known;
        }
        return known;
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, S want, O have) {
        Answer<O> answer = answer(self, want, have);
        if (answer == null) {
            return kind.trace(self, want, have);
        }
        Trace known = answer.trace;
        if (known == null) {
            known = new Trace(kind.trace(self, want, have));
            answer.trace = known;
        }
        return known.kept();
    }

    @Override
    public List<Change> displaced(Subject self, S want, O have) {
        return kind.displaced(self, want, have);
    }

    @Override
    public List<Claim> claims(Subject self, S want, O have, List<Change> changes) {
        return kind.claims(self, want, have, changes);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        return kind.removal(self, trace);
    }

    @Override
    public Object exports(Subject self, S want) {
        return kind.exports(self, want);
    }

    @Override
    public S link(Subject self, S want, Links links, Decoding errors) {
        return kind.link(self, want, links, errors);
    }

    @Override
    public Set<String> elsewhere(Subject self, S want) {
        return kind.elsewhere(self, want);
    }

    @Override
    public String name() {
        return kind.name();
    }

    @Override
    public String doc() {
        return kind.doc();
    }

    @Override
    public String example() {
        return kind.example();
    }

    @Override
    public Schema<S> schema() {
        return kind.schema();
    }

    @Override
    public Optional<String> listField() {
        return kind.listField();
    }

    @Override
    public boolean counted() {
        return kind.counted();
    }

    @Override
    public Optional<String> placedBy() {
        return kind.placedBy();
    }

    @Override
    public boolean namedHostWide() {
        return kind.namedHostWide();
    }

    @Override
    public boolean sameOnEveryHost() {
        return kind.sameOnEveryHost();
    }

    @Override
    public Set<String> after() {
        return kind.after();
    }
}
