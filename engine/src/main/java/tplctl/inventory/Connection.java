package tplctl.inventory;

import tplctl.login.Become;
import tplctl.login.Login;

/**
 * How work gets to a host.
 *
 * @param login how an SSH connection is made; of no use when {@code kind} is {@link Kind#LOCAL}
 * @param become how sudo would be used
 * @param becomes whether steps that say nothing of it run through sudo
 */
public record Connection(Kind kind, Login login, Become become, boolean becomes) {
    /** What carries it. */
    public enum Kind {
        SSH,
        LOCAL
    }
}
