package tplctl.model;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Reads;
import tplctl.expr.Scope;
import tplctl.text.Node;

/**
 * What single values of entries came to, for hosts where the variables that a value reads are the same: of an entry that holds something
 * of each host's own, the rest need not be evaluated, nor kept, for each.
 */
final class AlikeValues {
    private static final int MOST = 8;
    private static final int VAIN = 100;

    private final IdentityHashMap<Node, Kept> byNode = new IdentityHashMap<>();

    private record Value(Reads reads, Node node) {}

    private static final class Kept {
        private final List<Value> values = new ArrayList<>(1);
        private int inVain;
    }

    /** As {@link Expressions#resolve(Node, Scope, Diagnostics, Set)}; the same value may come as the same node. */
    Node resolve(Node written, Scope scope, Diagnostics errors, Set<Node> unresolved) {
        Kept kept = byNode.computeIfAbsent(written, w -> new Kept());
        if (kept.inVain >= VAIN || scope.isPartial()) {
            return Expressions.resolve(written, scope, errors, unresolved);
        }
        for (Value value : kept.values) {
            if (value.reads().areSameIn(scope)) {
                kept.inVain = 0;
                return value.node();
            }
        }
        kept.inVain++;
        if (kept.values.size() == MOST) {
            return Expressions.resolve(written, scope, errors, unresolved);
        }
        Reads reads = new Reads();
        int before = errors.errorCount();
        Set<Node> open = EntryDecoder.byIdentity();
        Node node = Expressions.resolve(written, scope.noting(reads), errors, open);
        unresolved.addAll(open);
        if (open.isEmpty() && errors.errorCount() == before && !scope.isPartial()) {
            kept.values.add(new Value(reads, node));
        }
        return node;
    }
}
