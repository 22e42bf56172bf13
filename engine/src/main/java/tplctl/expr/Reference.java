package tplctl.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A plain reference: a name, then members and items of it ({@code facts.os.id}, {@code a['b']}, {@code list[0]},
 * {@code macs[index]}).
 *
 * @param at index of its first character in the text that it was found in
 */
record Reference(String name, List<Step> steps, int at, String source) {
    private static final Set<String> WORDS = Set.of(
            "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else", "null");

    /** One step further; {@code at} is the index of its own first character in the text. */
    sealed interface Step {
        int at();
    }

    record Member(String name, int at) implements Step {}

    record Item(int index, int at) implements Step {}

    record Chosen(Reference by, int at) implements Step {}

    /** The reference that this expression is, if it is nothing more than that; {@code at} is where it stands. */
    static Optional<Reference> parse(String expression, int at) {
        Parser parser = new Parser(expression, at);
        return parser.whole();
    }

    private static final class Parser {
        private final String text;
        private final int offset;
        private int next;

        Parser(String text, int offset) {
            this.text = text;
            this.offset = offset;
        }

        Optional<Reference> whole() {
            skipBlanks();
            Optional<Reference> reference = reference();
            skipBlanks();
            return next == text.length() ? reference : Optional.empty();
        }

        private Optional<Reference> reference() {
            int start = next;
            String name = identifier();
            if (name.isEmpty() || WORDS.contains(name)) {
                return Optional.empty();
            }
            List<Step> steps = new ArrayList<>();
            while (next < text.length() && (text.charAt(next) == '.' || text.charAt(next) == '[')) {
                Optional<Step> step = text.charAt(next++) == '.' ? afterDot() : inBrackets();
                if (step.isEmpty()) {
                    return Optional.empty();
                }
                steps.add(step.get());
            }
            return Optional.of(new Reference(name, List.copyOf(steps), offset + start, text.substring(start, next)));
        }

        private Optional<Step> afterDot() {
            int start = next;
            String name = identifier();
            if (!name.isEmpty()) {
                return Optional.of(new Member(name, offset + start));
            }
            return number();
        }

        private Optional<Step> inBrackets() {
            skipBlanks();
            Optional<Step> step = selector();
            skipBlanks();
            boolean closed = next < text.length() && text.charAt(next) == ']';
            next++;
            return closed ? step : Optional.empty();
        }

        private Optional<Step> selector() {
            int start = next;
            char c = next < text.length() ? text.charAt(next) : ' ';
            if (c == '\'' || c == '"') {
                int end = text.indexOf(c, next + 1);
                if (end < 0 || text.substring(next, end).indexOf('\\') >= 0) {
                    return Optional.empty();
                }
                next = end + 1;
                return Optional.of(new Member(text.substring(start + 1, end), offset + start));
            }
            if (c == '-' || isDigit(c)) {
                return number();
            }
            return reference().map(by -> new Chosen(by, offset + start));
        }

        private Optional<Step> number() {
            int start = next;
            if (next < text.length() && text.charAt(next) == '-') {
                next++;
            }
            while (next < text.length() && isDigit(text.charAt(next))) {
                next++;
            }
            try {
                return Optional.of(new Item(Integer.parseInt(text.substring(start, next)), offset + start));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        private String identifier() {
            int start = next;
            while (next < text.length()
                    && (isLetter(text.charAt(next)) || (next > start && isDigit(text.charAt(next))))) {
                next++;
            }
            return text.substring(start, next);
        }

        private void skipBlanks() {
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
        }
    }

    static boolean isNamePart(char c) {
        return isLetter(c) || isDigit(c);
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
