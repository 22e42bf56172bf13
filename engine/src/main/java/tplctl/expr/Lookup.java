package tplctl.expr;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Follows references, and says what is wrong with one that leads nowhere. */
final class Lookup {
    private static final int NAMES_SHOWN = 8;

    private final Evaluator evaluator;
    private final Place place;

    Lookup(Evaluator evaluator, Place place) {
        this.evaluator = evaluator;
        this.place = place;
    }

    /**
     * What was reached so far: a node, or a root that gives its members one by one.
     *
     * @param data true when it is not to be evaluated (again)
     * @param by evaluates it
     */
    record Reached(
            String path, @Nullable Node node, @Nullable Root root, boolean data, Evaluator by) {
        static Reached of(String name, Scope.Variable variable, Evaluator by) {
            if (variable instanceof Scope.Members members) {
                return new Reached(name, null, members.root(), true, by);
            }
            return variable instanceof Scope.Computed computed
                    ? new Reached(name, computed.value(), null, true, by)
                    : new Reached(name, ((Scope.Written) variable).value(), null, false, by);
        }

        /** A root's member of that name. */
        static Optional<Reached> member(Root root, String name, String path, Evaluator by) {
            Optional<Scope> scope = root.scope(name);
            return root.member(name)
                    .map(node -> new Reached(
                            path, node, null, scope.isEmpty(), scope.map(by::in).orElse(by)));
        }

        /** The node; of a root, a mapping of all its members. */
        Node whole() {
            if (root == null) {
                return Objects.requireNonNull(node);
            }
            Position at = new Position(path, 1, 1);
            Map<Scalar, Node> members = new LinkedHashMap<>();
            for (String name : root.names()) {
                member(root, name, path + "." + name, by)
                        .flatMap(m -> m.data()
                                ? Optional.of(m.whole())
                                : m.by().value(m.whole(), m.path()).map(Evaluator.Value::node))
                        .ifPresent(value -> members.put(new Scalar(name, true, at), value));
            }
            return new MapNode(members, at);
        }
    }

    Optional<Evaluator.Value> follow(Reference reference) {
        Optional<Scope.Variable> variable = evaluator.scope().variable(reference.name());
        if (variable.isEmpty()) {
            undefined(evaluator, reference.name(), place.of(reference.at()));
            return Optional.empty();
        }
        Optional<Reached> reached = Optional.of(Reached.of(reference.name(), variable.get(), evaluator));
        for (Reference.Step step : reference.steps()) {
            reached = reached.flatMap(from -> step(from, step));
        }
        return reached.flatMap(this::finish);
    }

    static void undefined(Evaluator evaluator, String name, Position at) {
        if (evaluator.scope().isPartial()) {
            evaluator.giveUp();
            return;
        }
        evaluator.fail(
                at,
                "undefined variable \"" + name + "\"",
                Suggest.didYouMean(
                        name, evaluator.scope().names(), "it can be set in vars, in the inventory or with -e"));
    }

    static void missing(Evaluator evaluator, String path, String name, Collection<String> names, Position at) {
        evaluator.fail(at, path + " has no \"" + name + "\"", Suggest.didYouMean(name, names, listed(names)));
    }

    private Optional<Evaluator.Value> finish(Reached reached) {
        Node node = reached.whole();
        if (reached.data()) {
            return Optional.of(new Evaluator.Value(node, size(node)));
        }
        int before = evaluator.failures();
        Optional<Evaluator.Value> value = reached.by().value(node, reached.path());
        return evaluator.failures() == before ? value : Optional.empty();
    }

    private Optional<Reached> step(Reached from, Reference.Step step) {
        if (step instanceof Reference.Chosen chosen) {
            return follow(chosen.by()).flatMap(key -> chosen(from, chosen, key.node()));
        }
        if (from.root() != null) {
            Root root = from.root();
            String name = step instanceof Reference.Member member
                    ? member.name()
                    : String.valueOf(((Reference.Item) step).index());
            Optional<Reached> found = Reached.member(root, name, path(from, name), evaluator);
            if (found.isEmpty()) {
                missing(evaluator, from.path(), name, root.names(), place.of(step.at()));
            }
            return found;
        }
        return opened(from).flatMap(opened -> inside(opened, step));
    }

    private Optional<Reached> chosen(Reached from, Reference.Chosen step, Node key) {
        if (!(key instanceof Scalar scalar)) {
            evaluator.fail(
                    place.of(step.at()), "\"" + step.by().source() + "\" is " + key.label() + ", which is no key", "");
            return Optional.empty();
        }
        boolean number = scalar.plain() && scalar.text().matches("-?[0-9]{1,9}");
        return opened(from)
                .flatMap(opened -> step(
                        opened,
                        number && opened.node() instanceof ListNode
                                ? new Reference.Item(Integer.parseInt(scalar.text()), step.at())
                                : new Reference.Member(scalar.text(), step.at())));
    }

    // A variable that is an expression has no members before it is evaluated.
    private Optional<Reached> opened(Reached from) {
        if (from.data() || !(from.node() instanceof Scalar scalar)) {
            return Optional.of(from);
        }
        return from.by()
                .value(scalar, from.path())
                .map(value -> new Reached(from.path(), value.node(), null, true, from.by()));
    }

    private Optional<Reached> inside(Reached from, Reference.Step step) {
        Node node = from.whole();
        Position at = place.of(step.at());
        if (node instanceof MapNode map) {
            String name = step instanceof Reference.Member member
                    ? member.name()
                    : String.valueOf(((Reference.Item) step).index());
            Optional<Node> value = map.get(name);
            if (value.isEmpty()) {
                missing(evaluator, from.path(), name, keys(map), at);
            }
            return value.map(v -> new Reached(path(from, name), v, null, from.data(), from.by()));
        }
        if (node instanceof ListNode list && step instanceof Reference.Item item) {
            int index = item.index() < 0 ? item.index() + list.items().size() : item.index();
            if (index >= 0 && index < list.items().size()) {
                return Optional.of(new Reached(
                        from.path() + "[" + index + "]", list.items().get(index), null, from.data(), from.by()));
            }
            evaluator.fail(
                    at,
                    from.path() + " has " + list.items().size() + " items; there is no item " + item.index(),
                    "the first item is 0");
            return Optional.empty();
        }
        String wanted = step instanceof Reference.Member member
                ? "\"" + member.name() + "\""
                : "item " + ((Reference.Item) step).index();
        evaluator.fail(at, from.path() + " is " + node.label() + "; it has no " + wanted, "");
        return Optional.empty();
    }

    static List<String> keys(MapNode map) {
        return map.entries().keySet().stream().map(Scalar::text).toList();
    }

    private static String path(Reached from, String name) {
        return from.path() + "." + name;
    }

    private static String listed(Collection<String> names) {
        if (names.isEmpty()) {
            return "it is empty";
        }
        String shown = names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
        return "it has: " + shown + (names.size() > NAMES_SHOWN ? ", …" : "");
    }

    private static long size(Node node) {
        if (node instanceof MapNode map) {
            return 1 + map.entries().values().stream().mapToLong(Lookup::size).sum();
        }
        return node instanceof ListNode list
                ? 1 + list.items().stream().mapToLong(Lookup::size).sum()
                : 1;
    }
}
