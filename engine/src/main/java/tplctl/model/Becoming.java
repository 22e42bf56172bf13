package tplctl.model;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.inventory.Inventory;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Whether steps run as another user: a resource says, else its play, else {@code ansible_become} of its host, else {@code -b}. */
public final class Becoming {
    private static final String VARIABLE = "ansible_become";
    private static final Set<String> YES = Set.of("true", "yes", "on", "1", "y", "t");
    private static final Set<String> NO = Set.of("false", "no", "off", "0", "n", "f", "");

    private Becoming() {}

    /** What holds on a host where no play and no resource says anything, by its variables alone. */
    public static boolean of(Inventory.Host host, boolean otherwise) {
        return of(Scope.of(host.vars()).partial(), host.vars(), otherwise, new Diagnostics());
    }

    // Words that Ansible's own bool filter takes, too.
    static boolean of(Scope scope, Map<String, Node> vars, boolean otherwise, Diagnostics errors) {
        Node written = vars.get(VARIABLE);
        if (written == null) {
            return otherwise;
        }
        int before = errors.errorCount();
        Node value = Expressions.resolve(written, scope, errors);
        String word = value instanceof Scalar s ? s.text().strip().toLowerCase(Locale.ROOT) : "?";
        if (YES.contains(word)) {
            return true;
        }
        if (!NO.contains(word) && errors.errorCount() == before) {
            errors.error(written.at(), VARIABLE + " takes true or false, not " + value.label(), "");
        }
        return false;
    }

    /** A play's {@code become}; empty when it says nothing, or nothing that can be understood. */
    static Optional<Boolean> ofPlay(MapNode play, Diagnostics errors) {
        return play.get("become").flatMap(node -> {
            if (node instanceof Scalar s && (s.text().equals("true") || s.text().equals("false"))) {
                return Optional.of(s.text().equals("true"));
            }
            errors.error(node.at(), "\"become\" takes true or false, not " + node.label(), "");
            return Optional.empty();
        });
    }
}
