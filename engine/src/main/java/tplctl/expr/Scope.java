package tplctl.expr;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * The variables that an expression sees. Immutable; a scope made from another one leaves that one as it is.
 *
 * <p>A variable's value may hold expressions itself, which are evaluated in the scope it is used from, when it is used.
 * Computed values are data and are not evaluated.
 */
public final class Scope {
    private static final Scope EMPTY = new Scope(Map.of(), false, Optional.empty());

    private final Map<String, Variable> variables;
    private final boolean partial;
    private final Optional<Reads> reads;

    sealed interface Variable {}

    record Written(Node value) implements Variable {}

    record Members(Root root) implements Variable {}

    private static final class Possible implements Variable {
        private final Supplier<Optional<Node>> source;
        private boolean asked;
        private Optional<Variable> value = Optional.empty();

        Possible(Supplier<Optional<Node>> source) {
            this.source = source;
        }

        synchronized Optional<Variable> value() {
            if (!asked) {
                asked = true;
                value = source.get().map(node -> new Computed(() -> node));
            }
            return value;
        }

        synchronized boolean isLacking() {
            return asked && value.isEmpty();
        }
    }

    static final class Computed implements Variable {
        private final Supplier<Node> source;
        private @Nullable Node value;

        Computed(Supplier<Node> source) {
            this.source = source;
        }

        synchronized Node value() {
            if (value == null) {
                value = source.get();
            }
            return value;
        }
    }

    private Scope(Map<String, Variable> variables, boolean partial, Optional<Reads> reads) {
        this.variables = variables;
        this.partial = partial;
        this.reads = reads;
    }

    public static Scope empty() {
        return EMPTY;
    }

    public static Scope of(Map<String, Node> variables) {
        return EMPTY.plus(variables);
    }

    /** This scope with those variables, which hide its own of the same name. */
    public Scope plus(Map<String, Node> more) {
        Map<String, Variable> all = new LinkedHashMap<>(variables);
        more.forEach((name, value) -> all.put(name, new Written(value)));
        return new Scope(all, partial, reads);
    }

    /** This scope with all variables of another one, which hide its own of the same name. */
    public Scope under(Scope other) {
        Map<String, Variable> all = new LinkedHashMap<>(variables);
        all.putAll(other.variables);
        return new Scope(all, partial || other.partial, reads);
    }

    /** This scope with a variable that is computed at its first use, at most once however many scopes share it. */
    public Scope with(String name, Supplier<Node> value) {
        return with(name, new Computed(value));
    }

    /**
     * As {@link #with(String, Supplier)}, of a variable that may turn out not to be had. From then on this scope, and each made from it,
     * is {@link #partial()}.
     */
    public Scope withPossible(String name, Supplier<Optional<Node>> value) {
        return with(name, new Possible(value));
    }

    /** Whether a variable that was possible was asked for, and is not to be had. */
    public boolean lacksPossible() {
        for (Variable variable : variables.values()) {
            if (variable instanceof Possible possible && possible.isLacking()) {
                return true;
            }
        }
        return false;
    }

    /** This scope with a variable whose members are computed one by one. */
    public Scope with(String name, Root root) {
        return with(name, new Members(root));
    }

    /** This scope where not all variables are known: what uses one that it lacks has no value, but that is no error. */
    public Scope partial() {
        return new Scope(variables, true, reads);
    }

    /** This scope, and each made from it, noting whatever expressions read of it. */
    public Scope noting(Reads noted) {
        return new Scope(variables, partial, Optional.of(noted));
    }

    public boolean isPartial() {
        return partial || lacksPossible();
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(variables.keySet());
    }

    Optional<Variable> variable(String name) {
        Variable variable = variables.get(name);
        if (reads.isPresent()) {
            reads.get().note(name, Optional.ofNullable(variable));
        }
        return variable instanceof Possible possible ? possible.value() : Optional.ofNullable(variable);
    }

    /** Whether both have the same variable of that name; says too seldom rather than too often that they do. */
    boolean hasSame(String name, Optional<Variable> variable) {
        Variable own = variables.get(name);
        if (own == null || variable.isEmpty()) {
            return own == null && variable.isEmpty();
        }
        return isSame(own, variable.get());
    }

    // Deep comparison would cost more than it spares; what hosts share is one node.
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Variable one, Variable other) {
        if (one == other) {
            return true;
        }
        return one instanceof Written w
                && other instanceof Written x
                && (w.value() == x.value() || (w.value() instanceof Scalar scalar && scalar.equals(x.value())));
    }

    private Scope with(String name, Variable variable) {
        Map<String, Variable> all = new LinkedHashMap<>(variables);
        all.put(name, variable);
        return new Scope(all, partial, reads);
    }
}
