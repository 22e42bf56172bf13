package tplctl.text;

import java.util.List;
import tplctl.diag.Position;

/** A YAML sequence. */
public record ListNode(List<Node> items, Position at) implements Node {
    public ListNode {
        items = List.copyOf(items);
    }

    @Override
    public String label() {
        return "a list";
    }
}
