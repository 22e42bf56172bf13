package tplctl.expr;

import java.util.Optional;
import java.util.Set;
import tplctl.text.Node;

/**
 * A variable whose members come into being when they are asked for, such as {@code hostvars}. What it gives is data and never
 * evaluated, so that a value from a host cannot smuggle in an expression, unless it gives the scope to evaluate it in.
 */
public interface Root {
    /** The member of that name; asked again for each use. */
    Optional<Node> member(String name);

    /** The variables that a member's expressions see, the same object each time; empty when the member is data. */
    default Optional<Scope> scope(String name) {
        return Optional.empty();
    }

    /** All members' names, for messages and for loops over the whole. */
    Set<String> names();
}
