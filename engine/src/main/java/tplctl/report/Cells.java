package tplctl.report;

import java.util.ArrayList;
import java.util.List;

/** Text as a terminal shows it: how many cells it takes, and nothing in it that would act on the terminal. */
public final class Cells {
    private static final int TAB = 4;

    // First and last code points of the blocks that Unicode's EastAsianWidth.txt calls W or F; gaps within them do not
    // matter.
    private static final int[] WIDE = {
        0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0x4dbf, 0x4e00, 0xa4cf, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff,
        0xfe30, 0xfe6f, 0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000,
        0x3fffd
    };

    private Cells() {}

    /** The cells that a text takes; it must be {@link #clean}. */
    public static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            width += width(c);
            i += Character.charCount(c);
        }
        return width;
    }

    static int width(int c) {
        if (c < 0x300) {
            return 1;
        }
        switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> {
                return 0;
            }
            default -> {
                for (int i = 0; i < WIDE.length && WIDE[i] <= c; i += 2) {
                    if (c <= WIDE[i + 1]) {
                        return 2;
                    }
                }
                return 1;
            }
        }
    }

    /** One line: tabs become spaces; what would move the cursor, end the line or turn its direction is spelled out. */
    public static String clean(String text) {
        if (isClean(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> out.append(shown(c)));
        return out.toString();
    }

    /** The lines of a text, each clean; no empty ones at the end. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        text.stripTrailing().lines().forEach(line -> lines.add(clean(line)));
        return lines;
    }

    /** A text on one line: its first line, and how many more there are. */
    static String oneLine(String text, Style style) {
        List<String> lines = lines(text);
        if (lines.isEmpty()) {
            return "\"\"";
        }
        return lines.size() == 1
                ? lines.get(0)
                : lines.get(0) + " " + style.ellipsis() + " (" + lines.size() + " lines)";
    }

    /** The text cut to at most that many cells, the cut marked. */
    public static String cut(String text, int width, Style style) {
        if (width(text) <= width) {
            return text;
        }
        String mark = style.ellipsis();
        int end = 0;
        int used = mark.length();
        while (end < text.length()) {
            int c = text.codePointAt(end);
            used += width(c);
            if (used > width) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end) + mark;
    }

    static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - width(text)));
    }

    /** One character as a line shows it. */
    static String shown(int c) {
        if (c == '\t') {
            return " ".repeat(TAB);
        }
        if (!actsOnTerminal(c)) {
            return Character.toString(c);
        }
        return c == '\n' ? "\\n" : c == '\r' ? "\\r" : c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c);
    }

    private static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t' || actsOnTerminal(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean actsOnTerminal(int c) {
        return c < 0x20
                || (c >= 0x7f && c < 0xa0)
                || (c >= 0x200e && c <= 0x200f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
