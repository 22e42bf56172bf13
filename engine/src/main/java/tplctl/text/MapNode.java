package tplctl.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Position;

/** A YAML mapping with scalar keys, in the order it was written; keys are unique. */
public record MapNode(Map<Scalar, Node> entries, Position at) implements Node {
    public MapNode {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** The value under a key, if the key is there. */
    public Optional<Node> get(String key) {
        for (Map.Entry<Scalar, Node> entry : entries.entrySet()) {
            if (entry.getKey().text().equals(key)) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }

    @Override
    public String label() {
        return "a mapping";
    }
}
