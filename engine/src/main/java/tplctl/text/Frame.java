package tplctl.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** A collection that is being built: checks its keys, and merges what stands under {@code <<} when it ends. */
final class Frame {
    final boolean flow;
    final Mark start;
    final Optional<Anchor> anchor;
    private final boolean mapping;
    private final Position at;
    private final Diagnostics diagnostics;
    private final List<Node> items = new ArrayList<>();
    private final Map<Scalar, Node> entries = new LinkedHashMap<>();
    private final Map<String, Position> keys = new HashMap<>();
    private final List<MapNode> merged = new ArrayList<>();
    private @Nullable Scalar key;
    private boolean valueNext;
    private int size = 1;
    private int height;

    Frame(boolean mapping, boolean flow, Mark start, Position at, Optional<Anchor> anchor, Diagnostics diagnostics) {
        this.mapping = mapping;
        this.flow = flow;
        this.start = start;
        this.at = at;
        this.anchor = anchor;
        this.diagnostics = diagnostics;
    }

    /** Whether a flow mapping that starts there makes this one start with two braces. */
    boolean startsWithBrace(Mark inner) {
        return mapping && flow && inner.getIndex() == start.getIndex() + 1;
    }

    void add(TreeBuilder.Built built) {
        size += built.size();
        height = Math.max(height, built.height() + 1);
        Node node = built.node();
        if (!mapping) {
            items.add(node);
        } else if (valueNext) {
            valueNext = false;
            value(node);
        } else {
            valueNext = true;
            key = checkedKey(node);
        }
    }

    TreeBuilder.Built build() {
        if (!mapping) {
            return new TreeBuilder.Built(new ListNode(items, at), size, height);
        }
        for (MapNode from : merged) {
            from.entries().forEach((k, v) -> {
                if (keys.putIfAbsent(k.text(), k.at()) == null) {
                    entries.put(k, v);
                }
            });
        }
        return new TreeBuilder.Built(new MapNode(entries, at), size, height);
    }

    private @Nullable Scalar checkedKey(Node node) {
        if (!(node instanceof Scalar scalar)) {
            diagnostics.error(node.at(), "a key must be a word or text, not " + node.label());
            return null;
        }
        if (scalar.plain() && scalar.text().isEmpty()) {
            diagnostics.error(scalar.at(), "a key is missing before the colon");
            return null;
        }
        Position first = keys.putIfAbsent(scalar.text(), scalar.at());
        if (first != null) {
            diagnostics.error(
                    scalar.at(),
                    "duplicate key \"" + scalar.text() + "\"; it is already at " + first,
                    "remove one of the two");
            return null;
        }
        return scalar;
    }

    private void value(Node node) {
        if (key == null) {
            return;
        }
        if (key.plain() && key.text().equals("<<")) {
            merge(node);
        } else {
            entries.put(key, node);
        }
    }

    private void merge(Node node) {
        if (node instanceof MapNode map) {
            merged.add(map);
        } else if (node instanceof ListNode list && list.items().stream().allMatch(MapNode.class::isInstance)) {
            list.items().forEach(item -> merged.add((MapNode) item));
        } else {
            diagnostics.error(node.at(), "\"<<\" takes a mapping or a list of mappings, not " + node.label());
        }
    }
}
