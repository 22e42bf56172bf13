package tplctl.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Position;
import tplctl.kind.Answers;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.kind.Subject;

/**
 * One thing that shall be so on one host; binds a kind to its spec once, so that no later stage casts.
 *
 * @param group the entry's name in the playbook, which a counted resource shares with its siblings
 * @param ties what makes its edges
 * @param answers the kind's about it
 */
public record Resource<S, O>(
        Subject subject,
        Kind<S, O> kind,
        S spec,
        String group,
        Common common,
        Ties ties,
        Position at,
        Answers<S, O> answers) {
    /** What a resource refers to, stands on and provides. */
    public record Ties(
            List<Ref> refs,
            List<Decoding.PathUse> provided,
            List<Decoding.PathUse> used,
            List<String> marks,
            List<String> follows,
            List<Ref> stoodFor,
            List<Decoding.Occupied> occupied) {
        /** The same with other references before its own. */
        Ties behind(List<Ref> first) {
            if (first.isEmpty()) {
                return this;
            }
            List<Ref> all = new ArrayList<>(first);
            all.addAll(refs);
            return new Ties(List.copyOf(all), provided, used, marks, follows, stoodFor, occupied);
        }

        static Ties of(Decoding decoded) {
            return new Ties(
                    decoded.refs(),
                    decoded.provided(),
                    decoded.used(),
                    decoded.marked(),
                    decoded.followed(),
                    decoded.stoodFor(),
                    decoded.occupied());
        }
    }

    public ResourceId id() {
        return subject.id();
    }

    /** Whether it is observed and changed as the user that is become. */
    public boolean becomes() {
        return common.become().orElse(false);
    }

    public Probe<O> probe() {
        return answers.probe(subject, spec);
    }

    /** The further hosts that it is about. */
    public Set<String> elsewhere() {
        return kind.elsewhere(subject, spec);
    }

    public Observed<S, O> observed(ProbeOutput output) {
        return new Observed<>(this, probe().parse().apply(output));
    }

    public Object exports() {
        return kind.exports(subject, spec);
    }

    List<Change> changes(O have) {
        return answers.changes(subject, spec, have);
    }

    Optional<Map<String, String>> trace(O have) {
        return answers.trace(subject, spec, have);
    }

    List<Claim> claims(O have, List<Change> changes) {
        return kind.claims(subject, spec, have, changes);
    }

    @SuppressWarnings("ReferenceEquality") // most kinds give the spec back as it is
    Resource<S, O> linked(Links links, Decoding errors) {
        S complete = kind.link(subject, spec, links, errors);
        return complete == spec ? this : new Resource<>(subject, kind, complete, group, common, ties, at, kind);
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
