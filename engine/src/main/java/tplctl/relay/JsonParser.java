package tplctl.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of one text. Not thread-safe. */
final class JsonParser {
    private static final int DEEPEST = 200;
    private static final Pattern BARE =
            Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?");
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String MEANINGS = "\"\\/\b\f\n\r\t";

    private final String text;
    private int at;

    JsonParser(String text) {
        this.text = text;
    }

    Json value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("values within each other, more than " + DEEPEST);
        }
        char first = next();
        if (first == '{') {
            return object(depth);
        }
        if (first == '[') {
            return array(depth);
        }
        if (first == '"') {
            return Json.string(string());
        }
        Matcher bare = BARE.matcher(text).region(at, text.length());
        if (!bare.lookingAt()) {
            throw wrong("no value");
        }
        at = bare.end();
        return Json.bare(bare.group());
    }

    void end() {
        if (next() != '\0' || at < text.length()) {
            throw wrong("more after the value");
        }
    }

    private Json object(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        at++;
        if (next() == '}') {
            at++;
            return Json.object(members);
        }
        do {
            if (next() != '"') {
                throw wrong("no name");
            }
            String name = string();
            if (next() != ':') {
                throw wrong("no colon after a name");
            }
            at++;
            members.put(name, value(depth + 1));
        } while (another('}'));
        return Json.object(members);
    }

    private Json array(int depth) {
        List<Json> items = new ArrayList<>();
        at++;
        if (next() == ']') {
            at++;
            return Json.array(items);
        }
        do {
            items.add(value(depth + 1));
        } while (another(']'));
        return Json.array(items);
    }

    /** Whether a comma follows, rather than this end; passes either. */
    private boolean another(char end) {
        char found = next();
        if (found != ',' && found != end) {
            throw wrong("neither a comma nor " + end);
        }
        at++;
        return found == ',';
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return out.toString();
            }
            if (c < ' ') {
                throw wrong("a control character in a string");
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw wrong("a string without its end");
    }

    /** What follows a backslash; stays at its last character. */
    private char escaped() {
        at++;
        char kind = at < text.length() ? text.charAt(at) : '\0';
        if (kind == 'u' && at + 4 < text.length()) {
            String digits = text.substring(at + 1, at + 5);
            at += 4;
            if (digits.matches("[0-9a-fA-F]{4}")) {
                return (char) Integer.parseInt(digits, 16);
            }
        }
        int known = ESCAPES.indexOf(kind);
        if (kind == 'u' || known < 0) {
            throw wrong("an unknown escape");
        }
        return MEANINGS.charAt(known);
    }

    /** The next character that is no white space, NUL at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private Json.InvalidException wrong(String what) {
        return new Json.InvalidException(what, at + 1);
    }
}
