package tplctl.expr;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * Evaluates what stands in <code>{{ }}</code>. Plain references, alone or among literal text, are followed by hand;
 * everything else is Jinja's. Errors become diagnostics at the reference that is wrong; nothing here throws for them.
 */
public final class Expressions {
    private Expressions() {}

    /**
     * The tree with every scalar evaluated; keys stay as they are. A scalar that is one plain reference becomes the
     * value it refers to, of its own type, at the place of use. Any other gives text, which counts as plain, so that the
     * field's type reads it. A scalar that cannot be evaluated stays as written, and an error says why.
     */
    public static Node resolve(Node node, Scope scope, Diagnostics diagnostics) {
        return new Evaluator(scope, diagnostics).resolve(node);
    }

    /** As {@link #resolve(Node, Scope, Diagnostics)}; adds the scalars that stay as written to {@code unresolved}, a set by identity. */
    public static Node resolve(Node node, Scope scope, Diagnostics diagnostics, Set<Node> unresolved) {
        if (node instanceof Scalar scalar && !Evaluator.hasMarks(scalar.text())) {
            return node;
        }
        Evaluator evaluator = new Evaluator(scope, diagnostics);
        Node resolved = evaluator.resolve(node);
        unresolved.addAll(evaluator.failed());
        return resolved;
    }

    /**
     * A whole template file's text, rendered as Ansible's {@code template} module does: the line break after a block
     * tag goes, the one at the end of the file stays.
     *
     * @param at where the text starts: line 1, column 1 of the template file
     */
    public static Optional<String> template(String text, Position at, Scope scope, Diagnostics diagnostics) {
        return new Evaluator(scope, diagnostics).template(text, Place.in(text, at));
    }

    /**
     * Whether a {@code when} holds: {@code true}, {@code false} or an expression that gives one of them, with or
     * without braces around it. Anything else is an error, and false.
     */
    public static boolean condition(Scalar scalar, Scope scope, Diagnostics diagnostics) {
        return new Condition(scalar, new Evaluator(scope, diagnostics)).holds();
    }

    /** Whether some expression in the tree may refer to the variable; says so too often rather than too seldom. */
    public static boolean mentions(Node node, String variable) {
        if (node instanceof MapNode map) {
            return map.entries().values().stream().anyMatch(value -> mentions(value, variable));
        }
        if (node instanceof ListNode list) {
            return list.items().stream().anyMatch(item -> mentions(item, variable));
        }
        String text = ((Scalar) node).text();
        return (text.contains("{{") || text.contains("{%")) && containsName(text, variable);
    }

    /** As {@link #mentions}, of a scalar that {@link #condition} takes: a bare expression. */
    public static boolean conditionMentions(Scalar scalar, String variable) {
        return containsName(scalar.text(), variable);
    }

    private static boolean containsName(String text, String name) {
        for (int i = text.indexOf(name); i >= 0; i = text.indexOf(name, i + 1)) {
            int end = i + name.length();
            boolean starts = i == 0 || !(Reference.isNamePart(text.charAt(i - 1)) || text.charAt(i - 1) == '.');
            if (starts && (end == text.length() || !Reference.isNamePart(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    static Optional<Boolean> asBoolean(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
