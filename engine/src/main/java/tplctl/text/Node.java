package tplctl.text;

import tplctl.diag.Position;

/** A piece of YAML with the place it came from. Immutable. */
public sealed interface Node permits MapNode, ListNode, Scalar {
    Position at();

    /** What it is, in the user's words: "a mapping", "a list", "a scalar". */
    String label();
}
