package tplctl.expr;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** One evaluation of a tree or text: its budgets, the values it has, and the variables it is inside of. */
final class Evaluator {
    /** Where no value is yet, which is so in most; never written to. */
    private static final IdentityHashMap<Scalar, Value> NOTHING = new IdentityHashMap<>(0);

    static final int MAX_DEPTH = 200;
    static final int MAX_NODES = 100_000;
    static final int MAX_TEXT = 4 << 20;

    // Most evaluations are of one short text, and there are very many of them.
    private static final int FEW = 2;

    private final Scope scope;
    private final Diagnostics diagnostics;
    private IdentityHashMap<Scalar, Value> values = NOTHING;
    private Set<Scalar> failed = Set.of();
    private final Shared shared;

    /** An evaluated node, and of how many nodes it consists. */
    record Value(Node node, long size) {}

    /** A scalar that is being evaluated, under the name that led to it. */
    private record Active(String name, Scalar scalar, Evaluator by) {
        // Two variables with equal text and place are one node that an alias shares; hosts of one group share nodes,
        // too.
        @SuppressWarnings("ReferenceEquality")
        boolean is(Scalar other, Evaluator evaluator) {
            return scalar == other && by == evaluator;
        }
    }

    /** What one evaluation has for all scopes that it leads into. */
    private static final class Shared {
        private final List<Active> active = new ArrayList<>();
        private final IdentityHashMap<Scope, Evaluator> byScope = new IdentityHashMap<>(FEW);
        private int depth;
        private long broughtIn;
        private int failures;
    }

    Evaluator(Scope scope, Diagnostics diagnostics) {
        this(scope, diagnostics, new Shared());
    }

    private Evaluator(Scope scope, Diagnostics diagnostics, Shared shared) {
        this.scope = scope;
        this.diagnostics = diagnostics;
        this.shared = shared;
        shared.byScope.put(scope, this);
    }

    /** The same evaluation where another scope holds. */
    Evaluator in(Scope other) {
        Evaluator known = shared.byScope.get(other);
        return known == null ? new Evaluator(other, diagnostics, shared) : known;
    }

    Scope scope() {
        return scope;
    }

    /** How many errors this evaluation met so far, those that were reported before included. */
    int failures() {
        return shared.failures;
    }

    /** The scalars that could not be evaluated, by identity. */
    Set<Scalar> failed() {
        return failed;
    }

    /** Counts a failure that is not the user's. */
    void giveUp() {
        shared.failures++;
    }

    void fail(Position at, String summary, String detail) {
        shared.failures++;
        diagnostics.error(at, summary, detail);
    }

    Node resolve(Node node) {
        return value(node, "").map(Value::node).orElse(node);
    }

    Optional<String> template(String text, Place place) {
        if (!text.contains("{%") && !text.contains("{#")) {
            Parts parts = Parts.of(text);
            if (isPlain(parts)) {
                return join(parts, place);
            }
        }
        return Jinja.render(text, place, this);
    }

    /** A node as a variable or field holds it, evaluated; empty when it is a scalar that cannot be. */
    Optional<Value> value(Node node, String name) {
        if (shared.depth == MAX_DEPTH) {
            fail(node.at(), "expressions and values are nested deeper than " + MAX_DEPTH + " levels", "");
            return Optional.empty();
        }
        shared.depth++;
        try {
            if (node instanceof Scalar scalar) {
                return scalar(scalar, name);
            }
            return Optional.of(node instanceof MapNode map ? map(map, name) : list((ListNode) node, name));
        } finally {
            shared.depth--;
        }
    }

    private Value map(MapNode map, String name) {
        Map<Scalar, Node> entries = new LinkedHashMap<>();
        long size = 1;
        boolean same = true;
        for (Map.Entry<Scalar, Node> entry : map.entries().entrySet()) {
            Node raw = entry.getValue();
            Value value = value(raw, name + "." + entry.getKey().text()).orElse(new Value(raw, 1));
            size += value.size();
            same &= value.node() == raw;
            entries.put(entry.getKey(), value.node());
        }
        return new Value(same ? map : new MapNode(entries, map.at()), size);
    }

    private Value list(ListNode list, String name) {
        List<Node> items = new ArrayList<>();
        long size = 1;
        boolean same = true;
        for (Node raw : list.items()) {
            Value value = value(raw, name + "[" + items.size() + "]").orElse(new Value(raw, 1));
            size += value.size();
            same &= value.node() == raw;
            items.add(value.node());
        }
        return new Value(same ? list : new ListNode(items, list.at()), size);
    }

    private Optional<Value> scalar(Scalar scalar, String name) {
        String text = scalar.text();
        if (!hasMarks(text)) {
            return Optional.of(new Value(scalar, 1));
        }
        // Both by identity.
        Value known = values.isEmpty() ? null : values.get(scalar);
        if (known != null) {
            return Optional.of(known);
        }
        if (!failed.isEmpty() && failed.contains(scalar)) {
            shared.failures++;
            return Optional.empty();
        }
        if (reportCycle(scalar)) {
            return Optional.empty();
        }
        shared.active.add(new Active(name, scalar, this));
        Optional<Value> value = evaluate(scalar);
        shared.active.remove(shared.active.size() - 1);
        if (value.isPresent()) {
            keep(scalar, value.get());
        } else {
            keepFailed(scalar);
        }
        return value;
    }

    private void keep(Scalar scalar, Value value) {
        if (values.isEmpty()) {
            values = new IdentityHashMap<>(FEW);
        }
        values.put(scalar, value);
    }

    private void keepFailed(Scalar scalar) {
        if (failed.isEmpty()) {
            failed = Collections.newSetFromMap(new IdentityHashMap<>(FEW));
        }
        failed.add(scalar);
    }

    /** Whether a text has anything to evaluate. */
    static boolean hasMarks(String text) {
        return text.contains("{{") || text.contains("{%") || text.contains("}}");
    }

    private Optional<Value> evaluate(Scalar scalar) {
        String text = scalar.text();
        Place place = Place.in(scalar);
        if (text.contains("{%")) {
            return Jinja.render(text, place, this).flatMap(result -> text(result, scalar));
        }
        Parts parts = Parts.of(text);
        if (!isWhole(parts, place)) {
            return Optional.empty();
        }
        if (parts.parts().size() == 1 && parts.parts().get(0) instanceof Parts.Expression only) {
            if (only.reference().isPresent()) {
                return lookup(only.reference().get(), place).map(v -> new Value(at(v.node(), scalar.at()), v.size()));
            }
        }
        if (parts.isLiteral()) {
            return Optional.of(new Value(scalar, 1));
        }
        Optional<String> result = join(parts, place);
        return result.isPresent() ? text(result.get(), scalar) : Optional.empty();
    }

    private boolean isWhole(Parts parts, Place place) {
        if (parts.unclosed().isEmpty() && parts.unopened().isEmpty()) {
            return true;
        }
        parts.unclosed()
                .ifPresent(i ->
                        fail(place.of(i), "\"{{\" is never closed", "end the expression with }}, or write {{ '{{' }}"));
        parts.unopened()
                .ifPresent(i -> fail(
                        place.of(i),
                        "\"}}\" ends an expression that never started",
                        "for the text itself, write {{ '}}' }}"));
        return false;
    }

    private Optional<Value> text(String result, Scalar from) {
        if (result.length() > MAX_TEXT) {
            fail(from.at(), "the text grows beyond " + MAX_TEXT + " characters", "");
            return Optional.empty();
        }
        Scalar plain = new Scalar(result, true, from.at());
        return Optional.of(new Value(plain.isNull() ? new Scalar(result, false, from.at()) : plain, 1));
    }

    private Optional<String> join(Parts parts, Place place) {
        StringBuilder out = new StringBuilder();
        boolean whole = true;
        for (Parts.Part part : parts.parts()) {
            Optional<String> piece = part instanceof Parts.Literal literal
                    ? Optional.of(literal.text())
                    : piece((Parts.Expression) part, place);
            whole &= piece.isPresent();
            if (out.length() <= MAX_TEXT) {
                out.append(piece.orElse(""));
            }
        }
        return whole ? Optional.of(out.toString()) : Optional.empty();
    }

    private Optional<String> piece(Parts.Expression expression, Place place) {
        Optional<Reference> reference = expression.reference();
        if (reference.isEmpty()) {
            return jinja(expression.source(), expression.at(), place);
        }
        Optional<Value> value = lookup(reference.get(), place);
        return value.isPresent() ? inText(value.get().node(), reference.get(), place) : Optional.empty();
    }

    Optional<String> jinja(String source, int at, Place place) {
        return Jinja.evaluate(source, at, place, this);
    }

    private static boolean isPlain(Parts parts) {
        return parts.unclosed().isEmpty()
                && parts.parts().stream()
                        .allMatch(part -> part instanceof Parts.Literal
                                || (part instanceof Parts.Expression e
                                        && e.reference().isPresent()));
    }

    private Optional<String> inText(Node value, Reference reference, Place place) {
        if (value instanceof Scalar scalar) {
            return Optional.of(scalar.isNull() ? "" : scalar.text());
        }
        fail(
                place.of(reference.at()),
                "\"" + reference.source() + "\" is " + value.label() + " and cannot stand inside text",
                value instanceof ListNode ? "join its items: {{ " + reference.source() + " | join(',') }}" : "");
        return Optional.empty();
    }

    /** What a reference refers to, evaluated; empty, and reported, when it refers to nothing. */
    Optional<Value> lookup(Reference reference, Place place) {
        Optional<Value> value = new Lookup(this, place).follow(reference);
        return value.isPresent() ? bringIn(value.get(), reference, place) : value;
    }

    private Optional<Value> bringIn(Value value, Reference reference, Place place) {
        shared.broughtIn += value.size();
        if (shared.broughtIn > MAX_NODES) {
            fail(place.of(reference.at()), "references bring in more than " + MAX_NODES + " values", "");
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private static Node at(Node node, Position at) {
        if (node instanceof Scalar scalar) {
            return new Scalar(scalar.text(), scalar.plain(), at);
        }
        return node instanceof MapNode map
                ? new MapNode(map.entries(), at)
                : new ListNode(((ListNode) node).items(), at);
    }

    private boolean reportCycle(Scalar scalar) {
        int start = 0;
        while (start < shared.active.size() && !shared.active.get(start).is(scalar, this)) {
            start++;
        }
        if (start == shared.active.size()) {
            return false;
        }
        List<Active> cycle = new ArrayList<>(shared.active.subList(start, shared.active.size()));
        int first = 0;
        for (int i = 1; i < cycle.size(); i++) {
            if (cycle.get(i).scalar().at().compareTo(cycle.get(first).scalar().at()) < 0) {
                first = i;
            }
        }
        Collections.rotate(cycle, -first);
        List<String> names = new ArrayList<>(cycle.stream().map(Active::name).toList());
        List<String> places =
                cycle.stream().map(a -> a.name() + " at " + a.scalar().at()).toList();
        names.add(names.get(0));
        fail(
                cycle.get(0).scalar().at(),
                "a variable refers to itself: " + String.join(" → ", names),
                String.join(", ", places));
        return true;
    }
}
