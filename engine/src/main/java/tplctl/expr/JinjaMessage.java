package tplctl.expr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in the user's terms what Jinjava says in those of its parsers. */
record JinjaMessage(String text) {
    private static final int MAX_LENGTH = 200;
    private static final Pattern FUNCTION = Pattern.compile("Could not resolve function '([^']*)'");
    private static final Pattern TAG = Pattern.compile("Unknown tag: (\\S+)");
    private static final Pattern END_TAG = Pattern.compile("Missing end tag: (\\S+)");
    private static final Pattern COERCE =
            Pattern.compile("Cannot coerce '?(.*?)'? of (?:class )?\\S+ to (?:class )?\\S*?(\\w+) \\(");
    private static final Pattern UNEXPECTED = Pattern.compile("encountered '(.*?)', expected");

    JinjaMessage(@Nullable String text) {
        this.text = text == null ? "no reason given" : text;
    }

    void report(JinjaSession session, int line) {
        Optional<String> function = found(FUNCTION);
        if (function.isPresent()) {
            session.failAtName(function.get(), "there is no function \"" + function.get() + "\"");
            return;
        }
        Optional<String> tag = found(TAG);
        if (tag.isPresent()) {
            session.failAtName(tag.get(), "there is no tag {% " + tag.get() + " %}");
            return;
        }
        session.failAtLine(line, reason(), "");
    }

    private String reason() {
        Optional<String> endTag = found(END_TAG);
        if (endTag.isPresent()) {
            return "{% " + endTag.get() + " %} is missing";
        }
        if (text.contains("unterminated string")) {
            return "not a Jinja expression: a quote is never closed";
        }
        Optional<String> unexpected = found(UNEXPECTED);
        if (unexpected.isPresent()) {
            return "not a Jinja expression: "
                    + (unexpected.get().equals("}")
                            ? "something is missing at its end"
                            : "unexpected " + unexpected.get());
        }
        Matcher coerce = COERCE.matcher(text);
        if (coerce.find()) {
            String type = coerce.group(2).equals("Boolean") ? "true or false" : "a number";
            return "the expression cannot be evaluated: \"" + coerce.group(1) + "\" is not " + type;
        }
        return "the expression cannot be evaluated: " + shortened();
    }

    private String shortened() {
        String first = text.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^(?:[A-Za-z.]+(?:Exception|Error): ?)+", "")
                .replaceFirst("^Syntax error in '.*?': (?=\\S)", "")
                .replaceFirst("^Error parsing '.*': ", "")
                .replaceFirst("^Error resolving expression \\[.*]: ", "")
                .replaceFirst("^Error in filter '(\\w+)': ", "$1: ")
                .replaceFirst("^(?:[A-Za-z.]+(?:Exception|Error): ?)+", "")
                .replaceAll("class (?:java|com|tplctl)\\.[\\w.]*\\.(\\w+)", "$1");
        return first.length() > MAX_LENGTH ? first.substring(0, MAX_LENGTH) + "…" : first;
    }

    private Optional<String> found(Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
