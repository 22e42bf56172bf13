package tplctl.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.expr.Expressions;
import tplctl.expr.Reads;
import tplctl.expr.Scope;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
import tplctl.kind.Subject;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Reads one section of a play, all entries of one kind, for one host. */
final class SectionDecoder<S, O> {
    /** Where and under which of the play's settings a section is read. */
    record Where(String host, Scope scope, Set<String> tags, boolean become) {}

    private static final String WHOLE_LIST = "default";
    private static final int MOST = 10_000;

    private final PlaybookDecoder playbook;
    private final Kind<S, O> kind;
    private final Where where;
    private final Diagnostics errors;
    private final Form<S> form;
    private final Alike<S> alike;
    private final Map<Boolean, Common> plain;

    /** A section of a play, which is read for each of the play's hosts. */
    static final class Section<S, O> {
        private final PlaybookDecoder playbook;
        private final Kind<S, O> kind;
        private final Node node;
        private final Form<S> form;
        private final Alike<S> alike = new Alike<>();
        private final Map<Boolean, Common> plain = new HashMap<>();

        Section(PlaybookDecoder playbook, Kind<S, O> kind, Node node) {
            this.playbook = playbook;
            this.kind = kind;
            this.node = node;
            this.form = Form.of(kind);
        }

        void decode(Where where) {
            new SectionDecoder<>(this, where).decode(node);
        }

        /** Reads one entry alone, of a section whose entries say themselves where they are. */
        void entry(Where where, Scalar name, Node body) {
            new SectionDecoder<>(this, where).entry(name, body);
        }
    }

    /** What a section's entries may hold; made once a section, for it is asked for with each entry. */
    private record Form<S>(Schema<S> schema, List<String> alsoKnown) {
        static <S> Form<S> of(Kind<S, ?> kind) {
            List<String> keys = new ArrayList<>(Common.SCHEMA.fieldNames());
            keys.add(Common.WHEN);
            if (kind.counted()) {
                keys.add(Common.COUNT);
            }
            return new Form<>(kind.schema(), keys);
        }
    }

    private SectionDecoder(Section<S, O> section, Where where) {
        this.playbook = section.playbook;
        this.kind = section.kind;
        this.where = where;
        this.errors = playbook.errors();
        this.form = section.form;
        this.alike = section.alike;
        this.plain = section.plain;
    }

    private void decode(Node section) {
        Set<Node> unresolved = byIdentity();
        Node resolved =
                section instanceof Scalar ? Expressions.resolve(section, where.scope(), errors, unresolved) : section;
        if (unresolved.contains(resolved)) {
            if (where.scope().lacksPossible()) {
                ResourceId all = new ResourceId(where.host(), kind.name(), "*");
                playbook.leaveOut(all, all);
            }
            return;
        }
        if (resolved instanceof ListNode list && kind.listField().isPresent()) {
            entry(
                    new Scalar(WHOLE_LIST, true, list.at()),
                    alike.whole(list, kind.listField().get()));
        } else if (resolved instanceof MapNode map) {
            map.entries().forEach(this::entry);
        } else if (!(resolved instanceof Scalar s && s.isNull())) {
            String forms = kind.listField().isPresent()
                    ? "a mapping of names to fields, or a list"
                    : "a mapping of names to fields";
            errors.error(resolved.at(), "\"" + kind.name() + "\" takes " + forms + ", not " + resolved.label(), "");
        }
    }

    private void entry(Scalar name, Node node) {
        Set<Node> unresolved = byIdentity();
        Node resolved = node instanceof Scalar ? Expressions.resolve(node, where.scope(), errors, unresolved) : node;
        if (resolved instanceof Scalar s && s.isNull()) {
            resolved = new MapNode(Map.of(), name.at());
        }
        ResourceId id = new ResourceId(where.host(), kind.name(), name.text());
        if (!(resolved instanceof MapNode body)) {
            playbook.declare(id, name);
            if (where.scope().lacksPossible()) {
                playbook.leaveOut(id, id);
            }
            if (!unresolved.contains(resolved)) {
                errors.error(
                        resolved.at(),
                        kind.name() + "." + name.text() + " takes a mapping, not " + resolved.label(),
                        "its fields: " + String.join(", ", kind.schema().fieldNames()));
            }
            return;
        }
        if (kind.counted() && body.get(Common.COUNT).isPresent()) {
            counted(name, body);
        } else {
            instance(name, id, body, where.scope());
        }
    }

    private void counted(Scalar name, MapNode body) {
        OptionalInt counted = count(body.get(Common.COUNT).orElseThrow());
        ResourceId group = new ResourceId(where.host(), kind.name(), name.text());
        playbook.declareGroup(group);
        if (counted.isEmpty() && where.scope().lacksPossible()) {
            playbook.leaveOut(group, group);
            return;
        }
        int count = counted.orElse(1);
        // Of many names that are wrong for one reason, the longest stands for all.
        int first = playbook.refuseName(name, "-" + count) ? Math.max(0, count - 1) : 0;
        for (int i = first; i < count; i++) {
            Scalar index = new Scalar(Integer.toString(i), true, name.at());
            ResourceId id = new ResourceId(where.host(), kind.name(), name.text() + "-" + (i + 1));
            instance(name, id, body, where.scope().plus(Map.of("index", index)));
        }
    }

    private OptionalInt count(Node written) {
        Set<Node> unresolved = byIdentity();
        Node node = Expressions.resolve(written, where.scope(), errors, unresolved);
        if (unresolved.contains(node)) {
            return OptionalInt.empty();
        }
        if (node instanceof Scalar s && s.text().matches("[0-9]{1,9}") && Integer.parseInt(s.text()) <= MOST) {
            return OptionalInt.of(Integer.parseInt(s.text()));
        }
        errors.error(node.at(), "\"count\" takes a whole number from 0 to " + MOST + ", not " + node.label(), "");
        return OptionalInt.empty();
    }

    private void instance(Scalar name, ResourceId id, MapNode body, Scope scope) {
        Optional<Alike.Outcome<S>> known = alike.find(id.name(), body, scope);
        if (known.isPresent()) {
            again(name, id, known.get());
        } else if (alike.hasRoom(id.name())) {
            Reads reads = new Reads();
            int before = errors.errorCount();
            Optional<Alike.Outcome<S>> outcome = first(name, id, body, scope.noting(reads));
            if (errors.errorCount() == before && !scope.isPartial()) {
                outcome.ifPresent(o -> alike.add(id.name(), body, reads, o));
            }
        } else {
            first(name, id, body, scope);
        }
    }

    /** An entry that came out the same on another host. */
    private void again(Scalar name, ResourceId id, Alike.Outcome<S> outcome) {
        if (outcome instanceof Alike.Made<S> made) {
            boolean declared = playbook.declare(id, name);
            if (made.settled().isPresent() && made.become() == where.become()) {
                finish(name, id, declared, made.spec(), made.settled().get(), made.ties());
            } else {
                Decoding decoding = decoding(where.scope(), Set.of());
                Common common = Common.SCHEMA
                        .decode(id.name(), made.commonKeys(), List.of(), decoding)
                        .orElseThrow(() -> new IllegalStateException(id + " was decoded before"));
                finish(
                        name,
                        id,
                        declared,
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

    private void finish(Scalar name, ResourceId id, boolean declared, S spec, Common common, Resource.Ties ties) {
        if (declared) {
            Subject subject = new Subject(id, playbook.context().owner(), common.timeout());
            playbook.add(new Resource<>(subject, kind, spec, name.text(), common, ties, name.at()));
        } else {
            playbook.addBroken(id, ties.refs());
        }
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
    private Optional<Alike.Outcome<S>> first(Scalar name, ResourceId id, MapNode body, Scope scope) {
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
        Fields fields = resolve(body, scope, unresolved);
        MapNode commonKeys = new MapNode(fields.common(), body.at());
        Decoding ofCommon = decoding(scope, unresolved);
        Decoding ofSpec = decoding(scope, unresolved);
        boolean bare = fields.common().isEmpty();
        Optional<Common> common = bare
                ? Optional.of(plain())
                : Common.SCHEMA
                        .decode(id.name(), commonKeys, List.of(), ofCommon)
                        .map(this::settle);
        Optional<S> spec =
                form.schema().decode(id.name(), new MapNode(fields.own(), name.at()), form.alsoKnown(), ofSpec);
        Resource.Ties ties = Resource.Ties.of(ofSpec);
        if (common.isEmpty() || spec.isEmpty()) {
            playbook.addBroken(id, ties.behind(ofCommon.refs()).refs());
            if (declared && scope.lacksPossible()) {
                playbook.leaveOut(id, group);
            }
            return Optional.empty();
        }
        Common settled = common.get();
        finish(name, id, declared, spec.get(), settled, ties.behind(ofCommon.refs()));
        return ofSpec.dependsOnHost()
                ? Optional.empty()
                : Optional.of(new Alike.Made<>(
                        spec.get(),
                        ofCommon.refs().isEmpty() ? Optional.of(settled) : Optional.empty(),
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

    /** An entry's values: those of the kind's own keys, and of the keys that every resource takes. */
    private record Fields(Map<Scalar, Node> own, Map<Scalar, Node> common) {}

    private Fields resolve(MapNode body, Scope scope, Set<Node> unresolved) {
        Fields fields = new Fields(new LinkedHashMap<>(), new LinkedHashMap<>(2));
        body.entries().forEach((key, value) -> {
            String text = key.text();
            if (!text.equals(Common.WHEN) && !(kind.counted() && text.equals(Common.COUNT))) {
                (Common.SCHEMA.has(text) ? fields.common() : fields.own())
                        .put(key, Expressions.resolve(value, scope, errors, unresolved));
            }
        });
        return fields;
    }

    // An unknown value among others of the same text must not stand for them.
    private static Set<Node> byIdentity() {
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
