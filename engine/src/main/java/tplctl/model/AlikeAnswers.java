package tplctl.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tplctl.kind.Answers;
import tplctl.kind.Change;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.kind.Subject;
import tplctl.kind.Word;

/**
 * A kind's answers about resources that differ in nothing but their host, each given once, as {@link Kind#sameOnEveryHost} allows. Where ten
 * thousand hosts say the same, one is thought about, and what was thought is kept once. Thread-safe.
 */
final class AlikeAnswers<S, O> implements Answers<S, O> {
    /** Hosts on the way from one state to another differ in a few ways; where each has its own, nothing is gained. */
    private static final int MOST = 8;

    private final Kind<S, O> kind;
    private volatile @Nullable Probe<O> probe;
    private volatile List<Said<O>> known = List.of();

    private record Trace(Optional<Map<String, String>> kept) {}

    /** What a host said, read; and what follows from it, once somebody has asked. */
    private static final class Said<O> {
        private final ProbeOutput output;
        private final O have;
        private volatile @Nullable List<Change> changes;
        private volatile @Nullable Trace trace;

        Said(ProbeOutput output, O have) {
            this.output = output;
            this.have = have;
        }

        boolean isBy(ProbeOutput other) {
            return output.exit() == other.exit()
                    && output.stdout().equals(other.stdout())
                    && output.stderr().equals(other.stderr());
        }
    }

    AlikeAnswers(Kind<S, O> kind) {
        this.kind = kind;
    }

    @Override
    public Probe<O> probe(Subject self, S want) {
        Probe<O> once = probe;
        if (once == null) {
            Probe<O> own = kind.probe(self, want);
            // Put together once, as a text.
            Sh script = new Sh(List.of(
                    new Word.Aside(own.script().script()),
                    new Word.Shown(own.script().shown())));
            once = new Probe<>(script, own.elsewhere(), out -> read(own, out));
            probe = once;
        }
        return once;
    }

    private O read(Probe<O> own, ProbeOutput output) {
        List<Said<O>> before = known;
        for (Said<O> said : before) {
            if (said.isBy(output)) {
                return said.have;
            }
        }
        O have = own.parse().apply(output);
        if (before.size() < MOST) {
            // What another thread adds meanwhile may get lost, and is then found out once more.
            known = Stream.concat(before.stream(), Stream.of(new Said<>(output, have)))
                    .toList();
        }
        return have;
    }

    @SuppressWarnings("ReferenceEquality") // that this very object was read from a known output
    private @Nullable Said<O> said(O have) {
        for (Said<O> said : known) {
            if (said.have == have) {
                return said;
            }
        }
        return null;
    }

    @Override
    public List<Change> changes(Subject self, S want, O have) {
        Said<O> said = said(have);
        if (said == null) {
            return kind.changes(self, want, have);
        }
        List<Change> once = said.changes;
        if (once == null) {
            once = kind.changes(self, want, have);
            said.changes = once;
        }
        return once;
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, S want, O have) {
        Said<O> said = said(have);
        if (said == null) {
            return kind.trace(self, want, have);
        }
        Trace once = said.trace;
        if (once == null) {
            once = new Trace(kind.trace(self, want, have));
            said.trace = once;
        }
        return once.kept();
    }
}
