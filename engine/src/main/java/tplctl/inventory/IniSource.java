package tplctl.inventory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** An inventory's INI: hosts by line, in sections {@code [group]}, {@code [group:vars]} and {@code [group:children]}. */
final class IniSource {
    private static final Pattern SECTION = Pattern.compile("\\[([^\\]:]*)(?::([^\\]]*))?]\\s*(?:[#;].*)?");
    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*](?::[0-9]+)?(?:\\s.*)?");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final String file;
    private final Draft draft;
    private final HostLine hosts;
    private final Diagnostics errors;
    private Section section;

    private enum Content {
        HOSTS,
        VARS,
        CHILDREN,
        /** Of a section whose head is wrong: nothing more is said of it. */
        SKIPPED
    }

    private record Section(Draft.GroupDraft group, Content content) {}

    IniSource(String file, Draft draft, Diagnostics errors) {
        this.file = file;
        this.draft = draft;
        this.hosts = new HostLine(draft, errors);
        this.errors = errors;
        this.section = new Section(draft.define(Group.UNGROUPED), Content.HOSTS);
    }

    void read(String text) {
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            int start = 0;
            while (start < line.length() && Character.isWhitespace(line.charAt(start))) {
                start++;
            }
            String content = line.substring(start).stripTrailing();
            if (!content.isEmpty() && content.charAt(0) != '#' && content.charAt(0) != ';') {
                line(new Line(content, line, start, number));
            }
        }
    }

    /** A line without the blanks around it. */
    private final class Line {
        final String text;
        private final String whole;
        private final int start;
        private final int number;

        Line(String text, String whole, int start, int number) {
            this.text = text;
            this.whole = whole;
            this.start = start;
            this.number = number;
        }

        Position at(int index) {
            return new Position(file, number, whole.codePointCount(0, start + index) + 1);
        }
    }

    private void line(Line line) {
        if (line.text.startsWith("[") && !ADDRESS.matcher(line.text).matches() && !isRangeOfHosts(line.text)) {
            head(line);
            return;
        }
        switch (section.content()) {
            case HOSTS -> host(line);
            case VARS -> variable(line);
            case CHILDREN -> child(line);
            case SKIPPED -> {}
        }
    }

    // "[a:c].example.org": something other than a comment follows the bracket.
    private static boolean isRangeOfHosts(String text) {
        int close = text.indexOf(']');
        return close > 0
                && close + 1 < text.length()
                && !Character.isWhitespace(text.charAt(close + 1))
                && text.charAt(close + 1) != '#'
                && text.charAt(close + 1) != ';';
    }

    private void head(Line line) {
        Matcher head = SECTION.matcher(line.text);
        section = new Section(section.group(), Content.SKIPPED);
        if (!head.matches()) {
            boolean open = line.text.indexOf(']') < 0;
            errors.error(
                    line.at(open ? line.text.length() : line.text.indexOf(']') + 1),
                    open ? "the section's \"]\" is missing" : "a section's line ends with \"]\"",
                    "a section is [group], [group:vars] or [group:children]");
            return;
        }
        String name = head.group(1);
        if (!Names.isName(name)) {
            errors.error(line.at(1), "\"" + name + "\" cannot be a group's name", Names.GROUP_RULE);
            return;
        }
        String kind = head.group(2);
        if (kind == null) {
            section = new Section(draft.define(name), Content.HOSTS);
        } else if (kind.equals("vars")) {
            section = new Section(draft.mention(name, line.at(1), "here are variables of the group"), Content.VARS);
        } else if (kind.equals("children")) {
            section = new Section(draft.define(name), Content.CHILDREN);
        } else {
            errors.error(
                    line.at(head.start(2)),
                    "unknown kind of section \"" + kind + "\"",
                    Suggest.didYouMean(
                            kind,
                            List.of("vars", "children"),
                            "a section is [group], [group:vars] or [group:children]"));
        }
    }

    private void host(Line line) {
        List<Words.Word> words =
                Words.of(line.text, (index, summary, detail) -> errors.error(line.at(index), summary, detail));
        if (words.isEmpty()) {
            return;
        }
        Words.Word name = words.get(0);
        int assigned = name.text().indexOf('=');
        if (assigned >= 0 && words.size() == 1) {
            errors.error(
                    line.at(0),
                    "a variable without a host",
                    "variables of a group stand in [" + section.group().name
                            + ":vars]; a host's stand behind its name");
            return;
        }
        Map<String, Node> vars = new LinkedHashMap<>();
        for (Words.Word word : words.subList(1, words.size())) {
            int equals = word.text().indexOf('=');
            if (equals < 1) {
                errors.error(
                        line.at(word.start()),
                        "this word is no variable",
                        "behind a host stand NAME=VALUE pairs, without blanks around the \"=\"; a value with blanks is quoted");
                return;
            }
            String variable = word.text().substring(0, equals);
            if (isVariable(variable, line.at(word.start()))) {
                int value = word.start() + equals + 1;
                String raw =
                        word.raw().substring(Math.min(equals + 1, word.raw().length()));
                vars.put(variable, scalar(word.text().substring(equals + 1), raw, line.at(value)));
            }
        }
        hosts.add(name.text(), line.at(name.start()), section.group(), vars);
    }

    private boolean isVariable(String name, Position at) {
        if (VARIABLE.matcher(name).matches()) {
            return true;
        }
        errors.error(at, "\"" + name + "\" cannot be a variable's name", "it has letters, digits and \"_\"");
        return false;
    }

    // Ansible reads '"5"' as the text 5: the quotes inside the quotes say that it is one.
    private static Scalar scalar(String value, String raw, Position at) {
        boolean quoted = raw.indexOf('"') >= 0 || raw.indexOf('\'') >= 0;
        if (quoted && isQuoted(value)) {
            return new Scalar(value.substring(1, value.length() - 1), false, at);
        }
        int inset = raw.equals(value) ? 0 : isQuoted(raw) && raw.length() == value.length() + 2 ? 1 : -1;
        return new Scalar(value, !quoted, at, inset);
    }

    private static boolean isQuoted(String text) {
        return text.length() > 1
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
    }

    private void variable(Line line) {
        int equals = line.text.indexOf('=');
        String name = line.text.substring(0, Math.max(equals, 0)).strip();
        if (equals < 1) {
            errors.error(line.at(0), "this line is no variable", "write NAME=VALUE");
            return;
        }
        if (!isVariable(name, line.at(0))) {
            return;
        }
        int start = equals + 1;
        while (start < line.text.length() && Character.isWhitespace(line.text.charAt(start))) {
            start++;
        }
        String rest = line.text.substring(start);
        Scalar value = value(rest, line.at(start));
        section.group().add(Draft.Tier.SOURCE, Map.of(name, value));
    }

    private static Scalar value(String rest, Position at) {
        if (!rest.isEmpty() && (rest.charAt(0) == '"' || rest.charAt(0) == '\'')) {
            int close = rest.indexOf(rest.charAt(0), 1);
            String behind = close < 0 ? "x" : rest.substring(close + 1).strip();
            if (behind.isEmpty() || behind.startsWith("#")) {
                return new Scalar(rest.substring(1, close), false, at, 1);
            }
        }
        int comment = 0;
        while (comment < rest.length()
                && !(rest.charAt(comment) == '#' && comment > 0 && Character.isWhitespace(rest.charAt(comment - 1)))) {
            comment++;
        }
        return new Scalar(rest.substring(0, comment).strip(), true, at, 0);
    }

    private void child(Line line) {
        List<Words.Word> words =
                Words.of(line.text, (index, summary, detail) -> errors.error(line.at(index), summary, detail));
        if (words.isEmpty()) {
            return;
        }
        Words.Word name = words.get(0);
        if (words.size() > 1) {
            errors.error(
                    line.at(words.get(1).start()),
                    "a group in [" + section.group().name + ":children] has no variables here",
                    "they stand in [" + name.text() + ":vars]");
        } else if (!Names.isName(name.text())) {
            errors.error(line.at(0), "\"" + name.text() + "\" cannot be a group's name", Names.GROUP_RULE);
        } else {
            Position at = line.at(name.start());
            draft.child(section.group(), name.text(), at);
            draft.mention(name.text(), at, "\"" + section.group().name + "\" has the group");
        }
    }
}
