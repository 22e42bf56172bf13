package tplctl.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Sources;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/**
 * The variables of {@code -e}: {@code k=v}, several of them with blanks between, {@code @FILE}, or a mapping as JSON or YAML in
 * braces. Later ones win. Their positions are in a file named {@code -e} that has one line for each option.
 */
final class ExtraVars {
    static final String NAME = "-e";

    private final Diagnostics errors;
    private final Sources sources;
    private final Map<String, Node> vars = new LinkedHashMap<>();

    private ExtraVars(Diagnostics errors, Sources sources) {
        this.errors = errors;
        this.sources = sources;
    }

    static Map<String, Node> of(List<String> options, Sources sources, Diagnostics errors) {
        sources.add(NAME, String.join("\n", options));
        ExtraVars all = new ExtraVars(errors, sources);
        int line = 1;
        for (String option : options) {
            all.add(option, line);
            line += 1 + (int) option.chars().filter(c -> c == '\n').count();
        }
        return all.vars;
    }

    private void add(String option, int line) {
        Position at = new Position(NAME, line, 1);
        if (option.startsWith("@")) {
            TextFile.yaml(option.substring(1), sources, errors).ifPresent(this::addAll);
        } else if (option.startsWith("{") || option.startsWith("[")) {
            // Line breaks before it, so that the reader's positions are those of the line.
            YamlReader.read(NAME, "\n".repeat(line - 1) + option, errors).ifPresent(this::addAll);
        } else {
            for (String assignment : assignments(option)) {
                int equals = assignment.indexOf('=');
                if (equals < 1) {
                    errors.error(
                            at,
                            "not a variable: \"" + assignment + "\"",
                            "write NAME=VALUE, @FILE or {\"NAME\": VALUE}");
                } else {
                    int column = option.codePointCount(0, option.indexOf(assignment)) + 1;
                    vars.put(
                            assignment.substring(0, equals),
                            value(assignment.substring(equals + 1), new Position(NAME, line, column)));
                }
            }
        }
    }

    private void addAll(Node node) {
        if (node instanceof MapNode map) {
            map.entries().forEach((key, value) -> vars.put(key.text(), value));
        } else {
            errors.error(node.at(), "variables are a mapping, not " + node.label());
        }
    }

    private static Scalar value(String text, Position at) {
        boolean quoted = text.length() > 1
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
        return quoted
                ? new Scalar(text.substring(1, text.length() - 1), false, at)
                : new Scalar(text, !text.isEmpty(), at);
    }

    // "a=1 b=2" are two, "greeting=hello world" is one: a blank divides only where every part is an assignment.
    private static List<String> assignments(String option) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < option.length(); i++) {
            char c = option.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (!part.isEmpty()) {
                    parts.add(part.toString());
                    part.setLength(0);
                }
                continue;
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
            part.append(c);
        }
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts.stream().allMatch(ExtraVars::isAssignment) && !parts.isEmpty() ? parts : List.of(option.strip());
    }

    private static boolean isAssignment(String part) {
        int equals = part.indexOf('=');
        return equals > 0 && part.substring(0, equals).chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
    }
}
