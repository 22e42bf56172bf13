package tplctl.kinds;

import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;

/** Reads what a kind remembered on a host. A record that lacks what its kind always writes is a broken invariant. */
record Traced(Map<String, String> values) {
    String text(String key) {
        return find(key)
                .orElseThrow(() -> new IllegalStateException("the record has no \"" + key + "\": " + values.keySet()));
    }

    Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    AbsPath path(String key) {
        return AbsPath.parse(text(key))
                .orElseThrow(() -> new IllegalStateException("the record's \"" + key + "\" is no absolute path"));
    }

    /** A whole number; 0 when it is not there. */
    int number(String key) {
        String text = values.getOrDefault(key, "0");
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalStateException("the record's \"" + key + "\" is no number");
        }
        return Integer.parseInt(text);
    }
}
