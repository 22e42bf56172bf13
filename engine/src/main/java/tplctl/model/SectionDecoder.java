package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.kind.Kind;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
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
    private final Alike<S, O> alike;
    private final EntryDecoder<S, O> entries;

    /** A section of a play, which is read for each of the play's hosts. */
    static final class Section<S, O> {
        final PlaybookDecoder playbook;
        final Kind<S, O> kind;
        final Form<S> form;
        final Alike<S, O> alike = new Alike<>();
        final AlikeValues values = new AlikeValues();
        /** What becomes of an entry without a key that every resource takes, by whether it becomes another user. */
        final Map<Boolean, Common> plain = new HashMap<>();

        private final Node node;

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
    record Form<S>(Schema<S> schema, List<String> alsoKnown) {
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
        this.alike = section.alike;
        this.entries = new EntryDecoder<>(section, where);
    }

    private void decode(Node section) {
        Set<Node> unresolved = EntryDecoder.byIdentity();
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
        Set<Node> unresolved = node instanceof Scalar ? EntryDecoder.byIdentity() : Set.of();
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
            entries.read(name, id, body, where.scope());
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
            entries.read(name, id, body, where.scope().plus(Map.of("index", index)));
        }
    }

    private OptionalInt count(Node written) {
        Set<Node> unresolved = EntryDecoder.byIdentity();
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
}
