package tplctl.expr;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A text cut into what stands literally and what stands between <code>{{</code> and <code>}}</code>.
 *
 * @param unclosed where an expression starts that never ends
 * @param unopened where an end stands that no expression has
 */
record Parts(List<Part> parts, OptionalInt unclosed, OptionalInt unopened) {
    private static final Map<String, Parts> KNOWN = Collections.synchronizedMap(new HashMap<>());
    private static final int MOST_KNOWN = 1000;
    private static final int SHORT = 1000;

    Parts {
        parts = List.copyOf(parts);
    }

    sealed interface Part {}

    record Literal(String text) implements Part {}

    /**
     * @param at index of the first character after the braces
     * @param reference what it is, when it is a plain reference
     */
    record Expression(String source, int at, Optional<Reference> reference) implements Part {}

    /** Whether there is nothing to evaluate. */
    boolean isLiteral() {
        for (Part part : parts) {
            if (!(part instanceof Literal)) {
                return false;
            }
        }
        return true;
    }

    /** The pieces of a text; those of a text that comes again and again, for each host, are cut once. */
    static Parts of(String text) {
        Parts known = KNOWN.get(text);
        if (known == null) {
            known = cut(text);
            if (text.length() <= SHORT && KNOWN.size() < MOST_KNOWN) {
                KNOWN.put(text, known);
            }
        }
        return known;
    }

    private static Parts cut(String text) {
        List<Part> parts = new ArrayList<>();
        Braces braces = new Braces();
        int from = 0;
        boolean strip = false;
        while (true) {
            int open = text.indexOf("{{", from);
            int literalEnd = open < 0 ? text.length() : open;
            braces.scan(text, from, literalEnd);
            String literal = text.substring(from, literalEnd);
            if (strip) {
                literal = literal.stripLeading();
            }
            boolean stripBefore = open >= 0 && text.startsWith("-", open + 2);
            if (stripBefore) {
                literal = literal.stripTrailing();
            }
            if (!literal.isEmpty()) {
                parts.add(new Literal(literal));
            }
            if (open < 0) {
                return new Parts(parts, OptionalInt.empty(), braces.unopened());
            }
            int start = open + (stripBefore ? 3 : 2);
            int close = end(text, start);
            if (close < 0) {
                return new Parts(parts, OptionalInt.of(open), braces.unopened());
            }
            strip = close > start && text.charAt(close - 1) == '-';
            String source = text.substring(start, strip ? close - 1 : close);
            parts.add(new Expression(source, start, Reference.parse(source, start)));
            from = close + 2;
        }
    }

    private static int end(String text, int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'' || c == '"') {
                i = endOfQuote(text, i);
                if (i < 0) {
                    break;
                }
            } else if (c == '}' && depth == 0) {
                if (text.startsWith("}}", i)) {
                    return i;
                }
            } else if (c == '(' || c == '[' || c == '{') {
                depth++;
            } else if ((c == ')' || c == ']' || c == '}') && depth > 0) {
                depth--;
            }
        }
        // Unbalanced quotes or brackets are for the expression's own parser to report.
        return text.indexOf("}}", start);
    }

    private static int endOfQuote(String text, int start) {
        char quote = text.charAt(start);
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == quote) {
                return i;
            }
        }
        return -1;
    }

    /** Tells the end of an expression that has no start from the two closing braces of nested JSON. */
    private static final class Braces {
        private int depth;
        private int unopened = -1;

        void scan(String text, int from, int to) {
            for (int i = from; i < to; i++) {
                if (text.charAt(i) == '{') {
                    depth++;
                } else if (text.charAt(i) == '}') {
                    if (depth < 2 && unopened < 0 && i + 1 < to && text.charAt(i + 1) == '}') {
                        unopened = i;
                    }
                    depth = Math.max(0, depth - 1);
                }
            }
        }

        OptionalInt unopened() {
            return unopened < 0 ? OptionalInt.empty() : OptionalInt.of(unopened);
        }
    }
}
