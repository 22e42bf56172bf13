package tplctl.text;

import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tplctl.diag.Diagnostics;

/**
 * A value that starts with <code>{{</code> and has no quotes, which YAML takes for a mapping inside a mapping. It is
 * reported as what it is, and its text overwritten by a quoted filler of the same shape, so that the rest of the file
 * is read with all positions unchanged.
 *
 * @param index code points before it in the file
 * @param value the value as it stands
 * @param start chars before it in the file
 * @param quoted the file's text with the filler in the value's place
 */
record Unquoted(int index, int start, String value, String quoted) {
    private static final Pattern VALUE_START =
            Pattern.compile("^[ ]*(?:- +)*(?:[^\\s'\"#{\\[][^'\"#{\\[]*?: +)?(\\{\\{)");

    static Unquoted at(String text, int index, int flowDepth) {
        int start = text.offsetByCodePoints(0, index);
        int end = end(text, start, flowDepth > 0 ? c -> c == ',' || c == ']' || c == '}' : c -> false);
        String value = text.substring(start, end);
        StringBuilder filler = new StringBuilder("\"");
        value.substring(1, value.length() - 1)
                .codePoints()
                .forEach(c -> filler.appendCodePoint(Character.isWhitespace(c) ? c : 'x'));
        filler.append('"');
        return new Unquoted(index, start, value, text.substring(0, start) + filler + text.substring(end));
    }

    /** The place of such a value on the lines that a syntax error is about, unless it was mended before. */
    static OptionalInt nearError(String text, MarkedYamlEngineException e, Set<Integer> mended) {
        return Stream.of(e.getProblemMark(), e.getContextMark())
                .flatMap(mark -> mark.stream())
                .mapToInt(mark -> onLineOf(text, mark))
                .filter(index -> index >= 0 && !mended.contains(index))
                .findFirst();
    }

    void report(String fileName, Diagnostics diagnostics) {
        String advice = value.contains("\n") || (value.contains("\"") && value.contains("'"))
                ? "quote the whole value"
                : value.contains("\"") ? "quote it: '" + value + "'" : "quote it: \"" + value + "\"";
        diagnostics.error(
                YamlReader.positionAt(fileName, quoted, start), "a value that starts with {{ must be quoted", advice);
    }

    private static int onLineOf(String text, Mark mark) {
        int at = text.offsetByCodePoints(0, mark.getIndex());
        int from = text.lastIndexOf('\n', at - 1) + 1;
        int to = text.indexOf('\n', from);
        Matcher matcher = VALUE_START.matcher(text.substring(from, to < 0 ? text.length() : to));
        return matcher.find() ? text.codePointCount(0, from + matcher.start(1)) : -1;
    }

    private static int end(String text, int start, IntPredicate endsFlowValue) {
        int close = text.indexOf("}}", start);
        int lineEnd = text.indexOf('\n', Math.max(start, close));
        lineEnd = lineEnd < 0 ? text.length() : lineEnd;
        if (close < 0) {
            return start + text.substring(start, lineEnd).stripTrailing().length();
        }
        int end = close + 2;
        for (int i = end; i < lineEnd; i++) {
            char c = text.charAt(i);
            if (text.startsWith("{{", i)) {
                int next = text.indexOf("}}", i);
                if (next >= 0 && next < lineEnd) {
                    i = next + 1;
                    end = i + 1;
                    continue;
                }
            }
            if (endsFlowValue.test(c) || (c == '#' && Character.isWhitespace(text.charAt(i - 1)))) {
                break;
            }
            if (!Character.isWhitespace(c)) {
                end = i + 1;
            }
        }
        return end;
    }
}
