package tplctl.inventory;

import java.util.ArrayList;
import java.util.List;

/** A line in words as a POSIX shell has them: quotes, backslashes, and a comment that begins with a word's {@code #}. */
final class Words {
    private Words() {}

    /**
     * One word.
     *
     * @param text without quotes
     * @param raw as it is written
     * @param start its index in the line
     */
    record Word(String text, String raw, int start) {}

    /** Is told what is wrong, and at which index. */
    interface Errors {
        void error(int index, String summary, String detail);
    }

    /** The words; none, with an error, when a quote is not closed. */
    static List<Word> of(String line, Errors errors) {
        List<Word> words = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '#') {
                break;
            } else {
                int end = word(line, i, words, errors);
                if (end < 0) {
                    return List.of();
                }
                i = end;
            }
        }
        return words;
    }

    private static int word(String line, int start, List<Word> words, Errors errors) {
        StringBuilder text = new StringBuilder();
        int i = start;
        while (i < line.length() && !Character.isWhitespace(line.charAt(i))) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                text.append(line.charAt(i + 1));
                i += 2;
            } else if (c == '"' || c == '\'') {
                int close = closing(line, i, text);
                if (close < 0) {
                    errors.error(
                            i, "this quote is never closed", "close it, or write \\" + c + " for the character itself");
                    return -1;
                }
                i = close + 1;
            } else {
                text.append(c);
                i++;
            }
        }
        words.add(new Word(text.toString(), line.substring(start, i), start));
        return i;
    }

    private static int closing(String line, int open, StringBuilder text) {
        char quote = line.charAt(open);
        for (int i = open + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == quote) {
                return i;
            }
            if (quote == '"' && c == '\\' && i + 1 < line.length() && "\"\\".indexOf(line.charAt(i + 1)) >= 0) {
                i++;
                text.append(line.charAt(i));
            } else {
                text.append(c);
            }
        }
        return -1;
    }
}
