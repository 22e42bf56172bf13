package tplctl.model;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.expr.Expressions;
import tplctl.expr.Reads;
import tplctl.expr.Scope;
import tplctl.kind.Answers;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.kind.Subject;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Makes resources of a section's entries, one at a time, for one host. */
final class EntryDecoder<S, O> {
    private final PlaybookDecoder playbook;
    private final Kind<S, O> kind;
    private final SectionDecoder.Where where;
    private final Diagnostics errors;
    private final SectionDecoder.Form<S> form;
    private final Alike<S, O> alike;
    private final Map<Boolean, Common> plain;
    private final AlikeValues values;

    EntryDecoder(SectionDecoder.Section<S, O> section, SectionDecoder.Where where) {
        this.playbook = section.playbook;
        this.kind = section.kind;
        this.where = where;
        this.errors = playbook.errors();
        this.form = section.form;
        this.alike = section.alike;
        this.plain = section.plain;
        this.values = section.values;
    }

    /** Reads it, or takes over what it came to on a host with the same variables. */
    void read(Scalar name, ResourceId id, MapNode body, Scope scope) {
        Optional<Alike.Outcome<S, O>> known = alike.find(id.name(), body, scope);
        if (known.isPresent()) {
            again(name, id, known.get());
        } else if (alike.hasRoom(id.name())) {
            Reads reads = new Reads();
            int before = errors.errorCount();
            Scope noting = scope.noting(reads);
            Optional<Alike.Outcome<S, O>> outcome = first(name, id, body, noting, Expressions::resolve);
            if (errors.errorCount() == before && !scope.isPartial()) {
                outcome.ifPresent(o -> alike.add(id.name(), body, reads, o));
            }
        } else {
            first(name, id, body, scope, values::resolve);
        }
    }

    /** An entry that came out the same on another host. */
    private void again(Scalar name, ResourceId id, Alike.Outcome<S, O> outcome) {
        if (outcome instanceof Alike.Made<S, O> made) {
            boolean declared = playbook.declare(id, name);
            if (made.settled().isPresent() && made.become() == where.become()) {
                Common common = made.settled().get().on(id.host());
                Resource.Ties ties = made.ties().behind(common.needs());
                finish(name, id, declared, made.answers(), made.spec(), common, ties);
            } else {
                Decoding decoding = decoding(where.scope(), Set.of());
                Common common = Common.SCHEMA
                        .decode(id.name(), made.commonKeys(), List.of(), decoding)
                        .orElseThrow(() -> new IllegalStateException(id + " was decoded before"));
                finish(
                        name,
                        id,
                        declared,
                        made.answers(),
                        made.spec(),
                        settle(common),
                        made.ties().behind(decoding.refs()));
            }
        } else {
            unmanaged(name, id);
        }
    }

    private void unmanaged(Scalar name, ResourceId id) {
        playbook.leaveUnmanaged(id);
        playbook.leaveUnmanaged(new ResourceId(id.host(), id.kind(), name.text()));
    }

    private void finish(
            Scalar name,
            ResourceId id,
            boolean declared,
            Answers<S, O> answers,
            S spec,
            Common common,
            Resource.Ties ties) {
        if (declared) {
            playbook.add(
                    new Resource<>(subject(id, common), kind, spec, name.text(), common, ties, name.at(), answers));
        } else {
            playbook.addBroken(id, ties.refs());
        }
    }

    private Subject subject(ResourceId id, Common common) {
        return new Subject(id, playbook.context().owner(), common.timeout());
    }

    private Common settle(Common common) {
        return common.in(where.tags(), where.become());
    }

    /** What becomes of an entry without a key that every resource takes; of most, for many hosts, there is none. */
    private Common plain() {
        return plain.computeIfAbsent(where.become(), b -> settle(Common.NONE));
    }

    private Decoding decoding(Scope scope, Set<Node> unresolved) {
        return new Decoding(where.host(), errors, new Assets(playbook.context().files(), scope), unresolved)
                .among(playbook.peers());
    }

    /** Decodes an entry; the outcome is empty when it would not be the same for all hosts that have the same variables. */
    private Optional<Alike.Outcome<S, O>> first(
            Scalar name, ResourceId id, MapNode body, Scope scope, Resolver resolver) {
        boolean managed = holds(body, scope);
        ResourceId group = new ResourceId(id.host(), id.kind(), name.text());
        if (managed && isUnknown(body, scope)) {
            playbook.declare(id, name);
            playbook.leaveOut(id, group);
            return Optional.empty();
        }
        if (!managed) {
            unmanaged(name, id);
            return Optional.of(new Alike.Unmanaged<>());
        }
        boolean declared = playbook.declare(id, name);
        Set<Node> unresolved = byIdentity();
        Fields fields = resolve(body, scope, unresolved, resolver);
        MapNode commonKeys = new MapNode(fields.common(), body.at());
        Optional<Common> common = Optional.empty();
        List<Ref> needs = List.of();
        if (fields.common().isEmpty()) {
            common = Optional.of(plain());
        } else {
            Decoding ofCommon = decoding(scope, unresolved);
            common = Common.SCHEMA
                    .decode(id.name(), commonKeys, List.of(), ofCommon)
                    .map(this::settle);
            needs = ofCommon.refs();
        }
        Decoding ofSpec = decoding(scope, unresolved);
        Optional<S> spec =
                form.schema().decode(id.name(), new MapNode(fields.own(), name.at()), form.alsoKnown(), ofSpec);
        Resource.Ties ties = Resource.Ties.of(ofSpec);
        if (common.isEmpty() || spec.isEmpty()) {
            playbook.addBroken(id, ties.behind(needs).refs());
            if (declared && scope.lacksPossible()) {
                playbook.leaveOut(id, group);
            }
            return Optional.empty();
        }
        Common settled = common.get();
        finish(name, id, declared, kind, spec.get(), settled, ties.behind(needs));
        return ofSpec.dependsOnHost()
                ? Optional.empty()
                : Optional.of(new Alike.Made<>(
                        kind.sameOnEveryHost() ? new AlikeAnswers<>(kind) : kind,
                        spec.get(),
                        NeedType.areOfOneHost(commonKeys.get(Common.NEEDS_KEY))
                                ? Optional.of(settled)
                                : Optional.empty(),
                        where.become(),
                        commonKeys,
                        ties));
    }

    private boolean holds(MapNode body, Scope scope) {
        Optional<Node> when = body.get(Common.WHEN);
        if (when.isEmpty()) {
            return true;
        }
        if (when.get() instanceof Scalar condition) {
            int before = errors.errorCount();
            // A condition that cannot be read hides no other errors.
            return Expressions.condition(condition, scope, errors) || errors.errorCount() > before || scope.isPartial();
        }
        errors.error(
                when.get().at(), "\"when\" takes a condition, not " + when.get().label(), "");
        return true;
    }

    // Whether its "when" asks for facts that are not to be had.
    private boolean isUnknown(MapNode body, Scope scope) {
        return scope.lacksPossible()
                && body.get(Common.WHEN)
                        .filter(Scalar.class::isInstance)
                        .filter(when -> Expressions.conditionMentions((Scalar) when, "facts"))
                        .isPresent();
    }

    /** Evaluates a value, as {@link Expressions#resolve(Node, Scope, Diagnostics, Set)} does. */
    private interface Resolver {
        Node resolve(Node written, Scope scope, Diagnostics errors, Set<Node> unresolved);
    }

    /** An entry's values: those of the kind's own keys, and of the keys that every resource takes. */
    private record Fields(Map<Scalar, Node> own, Map<Scalar, Node> common) {}

    private Fields resolve(MapNode body, Scope scope, Set<Node> unresolved, Resolver resolver) {
        Fields fields = new Fields(new LinkedHashMap<>(), new LinkedHashMap<>(2));
        for (Map.Entry<Scalar, Node> entry : body.entries().entrySet()) {
            Scalar key = entry.getKey();
            String text = key.text();
            if (!text.equals(Common.WHEN) && !(kind.counted() && text.equals(Common.COUNT))) {
                (Common.SCHEMA.has(text) ? fields.common() : fields.own())
                        .put(key, resolver.resolve(entry.getValue(), scope, errors, unresolved));
            }
        }
        return fields;
    }

    // An unknown value among others of the same text must not stand for them.
    static Set<Node> byIdentity() {
        return Collections.newSetFromMap(new IdentityHashMap<>(2));
    }

    private record Assets(LocalFiles files, Scope scope) implements Decoding.Assets {
        @Override
        public Optional<Decoding.Asset> find(String path) {
            return files.find(path);
        }

        @Override
        public Optional<String> render(String path, Position at, Diagnostics errors) {
            return files.find(path)
                    .flatMap(asset -> Expressions.template(
                            new String(asset.content().bytes(), java.nio.charset.StandardCharsets.UTF_8),
                            at,
                            scope,
                            errors));
        }
    }
}
