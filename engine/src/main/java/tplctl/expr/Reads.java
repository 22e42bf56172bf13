package tplctl.expr;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What expressions read of a scope, directly or by way of its other variables. Where another scope has the same variables under these
 * names, the same expressions give the same. Not thread-safe.
 */
public final class Reads {
    private final Map<String, Optional<Scope.Variable>> byName = new HashMap<>(4);

    void note(String name, Optional<Scope.Variable> variable) {
        byName.putIfAbsent(name, variable);
    }

    /** Whether all that was read is the same in that scope; when in doubt, it is not. */
    public boolean areSameIn(Scope scope) {
        for (Map.Entry<String, Optional<Scope.Variable>> read : byName.entrySet()) {
            if (!scope.hasSame(read.getKey(), read.getValue())) {
                return false;
            }
        }
        return true;
    }
}
