package tplctl.inventory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Variables from several places, the most important last. */
final class Layers {
    private Layers() {}

    static Optional<Node> find(List<Map<String, Node>> layers, String variable) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            Node found = layers.get(i).get(variable);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** Whether two values are the same wherever they stand. */
    static boolean same(Node a, Node b) {
        if (a instanceof Scalar x && b instanceof Scalar y) {
            return x.text().equals(y.text()) && x.plain() == y.plain();
        }
        if (a instanceof ListNode x && b instanceof ListNode y) {
            boolean same = x.items().size() == y.items().size();
            for (int i = 0; same && i < x.items().size(); i++) {
                same = same(x.items().get(i), y.items().get(i));
            }
            return same;
        }
        if (a instanceof MapNode x && b instanceof MapNode y) {
            return x.entries().size() == y.entries().size()
                    && x.entries().entrySet().stream()
                            .allMatch(entry -> y.get(entry.getKey().text())
                                    .filter(other -> same(entry.getValue(), other))
                                    .isPresent());
        }
        return false;
    }
}
