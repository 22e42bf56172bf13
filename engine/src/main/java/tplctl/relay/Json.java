package tplctl.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259) as QMP needs it. Numbers are kept as they were written; of a name that an object has twice the last
 * counts.
 */
public final class Json {
    /** A text that is no JSON. */
    public static final class InvalidException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private final String what;
        private final int at;

        InvalidException(String what, int at) {
            super("not JSON: " + what + " at character " + at);
            this.what = what;
            this.at = at;
        }

        /** What is wrong, in a few words. */
        public String what() {
            return what;
        }

        /** Where, in characters from 1. */
        public int at() {
            return at;
        }
    }

    /** The words true, false and null, and numbers. */
    private record Bare(String text) {}

    private final Object value;

    private Json(Object value) {
        this.value = value;
    }

    /**
     * The value of a text.
     *
     * @throws InvalidException when the text is not exactly one value
     */
    public static Json parse(String text) {
        JsonParser parser = new JsonParser(text);
        Json whole = parser.value(0);
        parser.end();
        return whole;
    }

    static Json object(Map<String, Json> members) {
        return new Json(new LinkedHashMap<>(members));
    }

    static Json array(List<Json> items) {
        return new Json(new ArrayList<>(items));
    }

    static Json string(String text) {
        return new Json(text);
    }

    static Json number(long number) {
        return new Json(new Bare(Long.toString(number)));
    }

    static Json bool(boolean yes) {
        return new Json(new Bare(Boolean.toString(yes)));
    }

    static Json bare(String text) {
        return new Json(new Bare(text));
    }

    /** What is found by these names, each in the object that the one before it leads to. */
    Optional<Json> at(String... names) {
        Optional<Json> found = Optional.of(this);
        for (String name : names) {
            found = found.flatMap(each -> each.member(name));
        }
        return found;
    }

    /** The text of a string there. */
    Optional<String> text(String... names) {
        return at(names).flatMap(each -> each.value instanceof String text ? Optional.of(text) : Optional.empty());
    }

    /** The integer there, if it is one that a long can hold. */
    Optional<Long> integer(String... names) {
        return at(names).flatMap(each -> {
            try {
                return each.value instanceof Bare bare ? Optional.of(Long.parseLong(bare.text())) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    /** Whether the word true is there. */
    boolean isTrue(String... names) {
        return at(names)
                .filter(each -> each.value instanceof Bare bare && bare.text().equals("true"))
                .isPresent();
    }

    /** The items of an array; none for anything else. */
    List<Json> items() {
        return value instanceof List<?> list
                ? list.stream().map(Json.class::cast).toList()
                : List.of();
    }

    /** In one line. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(out);
        return out.toString();
    }

    private Optional<Json> member(String name) {
        return value instanceof Map<?, ?> map ? Optional.ofNullable((Json) map.get(name)) : Optional.empty();
    }

    private void write(StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            String before = "{";
            for (Map.Entry<?, ?> each : map.entrySet()) {
                quote(String.valueOf(each.getKey()), out.append(before));
                ((Json) each.getValue()).write(out.append(": "));
                before = ", ";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String before = "[";
            for (Object each : list) {
                ((Json) each).write(out.append(before));
                before = ", ";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof Bare bare) {
            out.append(bare.text());
        } else {
            quote((String) value, out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
