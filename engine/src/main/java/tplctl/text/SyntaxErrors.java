package tplctl.text;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** Says in the user's terms what snakeyaml's scanner and parser say in those of YAML's grammar. */
final class SyntaxErrors {
    private static final Pattern NO_SPACE_AFTER_COLON = Pattern.compile("^[ ]*(?:- +)*[\\w.-]+(:)[^\\s:/].*$");
    private static final Pattern BAD_START = Pattern.compile("found character '(.+)' that cannot start any token.*");
    private static final Pattern BAD_ESCAPE = Pattern.compile("found unknown escape character (.+)\\(\\d+\\)");
    private static final Pattern COLON_IN_VALUE = Pattern.compile("^[ ]*(?:- +)*[^\\s].*?:\\s+\\S.*");

    private final String fileName;
    private final List<String> lines;

    SyntaxErrors(String fileName, String text) {
        this.fileName = fileName;
        this.lines = text.lines().toList();
    }

    /** One error, at the place where the user has to do something. */
    private record Finding(Position at, String summary, String detail) {}

    void report(MarkedYamlEngineException e, Diagnostics diagnostics) {
        Finding finding = find(e);
        diagnostics.error(finding.at(), finding.summary(), finding.detail());
    }

    static void reportUnplaced(String fileName, YamlEngineException e, Diagnostics diagnostics) {
        String what = e instanceof YamlVersionException
                ? "this is not YAML 1.2: " + e.getMessage()
                : "cannot be read as YAML: " + e.getMessage();
        diagnostics.error(new Position(fileName, 1, 1), what);
    }

    private Finding find(MarkedYamlEngineException e) {
        Mark problemMark = e.getProblemMark().or(e::getContextMark).orElseThrow(() -> new IllegalStateException(e));
        Position problem = position(problemMark);
        Position context = e.getContextMark().map(this::position).orElse(problem);
        String said = Optional.ofNullable(e.getProblem()).orElse("");
        String during = Optional.ofNullable(e.getContext()).orElse("");
        Optional<Position> tab = indentingTab(problem, said);
        if (tab.isPresent()) {
            return new Finding(tab.get(), "tab used for indentation; YAML takes spaces", "");
        }
        Matcher badStart = BAD_START.matcher(said);
        if (badStart.matches()) {
            return badStart(problem, badStart.group(1));
        }
        Matcher badEscape = BAD_ESCAPE.matcher(said);
        if (badEscape.matches()) {
            return new Finding(
                    problem,
                    "\\" + badEscape.group(1) + " is no escape that double quotes know",
                    "write \\\\ for a backslash, or use single quotes");
        }
        if (during.endsWith("quoted scalar") && said.contains("unexpected")) {
            return new Finding(context, "this quote is never closed", "");
        }
        if (said.startsWith("could not find expected ':'")) {
            return withoutColon(context);
        }
        if (said.startsWith("mapping values are not allowed")) {
            return unexpectedColon(problem);
        }
        if (said.startsWith("expected <block end>")) {
            return brokenBlock(problem, context, during, said);
        }
        if (during.startsWith("while parsing a flow")) {
            return brokenFlow(problem, context, during);
        }
        if (said.startsWith("sequence entries are not allowed")) {
            return new Finding(
                    problem, "a list item cannot stand here", "put \"- …\" on a line of its own, or write [a, b]");
        }
        if (during.endsWith("alias") || during.endsWith("anchor")) {
            return badStart(context, during.endsWith("alias") ? "*" : "&");
        }
        if (during.endsWith("block scalar")) {
            return new Finding(problem, "the text of a block starts on the line after | or >", "");
        }
        if (said.startsWith("expected '<document start>'")) {
            return new Finding(problem, "something follows the end of the document", "");
        }
        return new Finding(problem, "cannot be read as YAML: " + said, "");
    }

    private Optional<Position> indentingTab(Position problem, String said) {
        String line = line(problem.line());
        int content = 0;
        while (content < line.length() && " \t-".indexOf(line.charAt(content)) >= 0) {
            content++;
        }
        int tab = line.substring(0, content).indexOf('\t');
        if (tab >= 0) {
            return Optional.of(new Position(fileName, problem.line(), tab + 1));
        }
        return said.contains("(TAB)") ? Optional.of(problem) : Optional.empty();
    }

    private Finding badStart(Position at, String start) {
        String line = line(at.line());
        int before = line.offsetByCodePoints(0, Math.min(at.column() - 1, line.codePointCount(0, line.length())));
        if (start.equals("%") && before > 0 && line.charAt(before - 1) == '{') {
            return new Finding(
                    new Position(fileName, at.line(), at.column() - 1),
                    "a value that starts with {% must be quoted",
                    "quote the whole value");
        }
        return new Finding(at, "text cannot start with " + start + " unless it is quoted", "quote the whole value");
    }

    private Finding withoutColon(Position at) {
        return missingSpace(at.line())
                .orElseGet(() -> new Finding(at, "expected \"key: value\"; there is no colon", ""));
    }

    private Optional<Finding> missingSpace(int line) {
        Matcher matcher = NO_SPACE_AFTER_COLON.matcher(line(line));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                new Position(fileName, line, matcher.start(1) + 1), "a space is missing after the colon", ""));
    }

    private Finding unexpectedColon(Position at) {
        String line = line(at.line());
        String before = line.substring(0, line.offsetByCodePoints(0, at.column() - 1));
        if (COLON_IN_VALUE.matcher(before).matches()) {
            return new Finding(at, "\": \" inside a value that is not quoted", "quote the whole value");
        }
        int previous = at.line() - 1;
        while (previous > 0 && line(previous).isBlank()) {
            previous--;
        }
        if (previous > 0 && indent(line(previous)) == indent(line)) {
            return withoutColon(new Position(fileName, previous, indent(line) + 1));
        }
        return wrongIndentation(at.line());
    }

    private Finding brokenBlock(Position problem, Position context, String during, String said) {
        boolean inList = during.contains("collection") || during.contains("sequence");
        boolean startsLine = line(problem.line()).isBlank() || indent(line(problem.line())) == problem.column() - 1;
        if (said.endsWith("':'")) {
            return new Finding(problem, "a key is missing before the colon", "");
        }
        if (!startsLine) {
            return new Finding(
                    problem, "text after the end of a value", "quote the whole value; inside '…' a ' is written ''");
        }
        if (problem.column() == context.column()) {
            return inList
                    ? new Finding(problem, "expected a list item (\"- …\"), as at " + context, "")
                    : new Finding(problem, "expected a key, as at " + context, "");
        }
        return wrongIndentation(problem.line());
    }

    private Finding brokenFlow(Position problem, Position context, String during) {
        String open = during.endsWith("sequence") ? "[" : "{";
        String close = during.endsWith("sequence") ? "]" : "}";
        if (during.endsWith("node")) {
            return new Finding(problem, "a key or a value is missing here", "");
        }
        if (problem.line() != context.line()) {
            return new Finding(context, "\"" + open + "\" is never closed", "close it with \"" + close + "\"");
        }
        return new Finding(
                problem, "expected \",\" or \"" + close + "\" here", "text with brackets or braces is quoted");
    }

    private Finding wrongIndentation(int line) {
        return new Finding(
                new Position(fileName, line, indent(line(line)) + 1),
                "wrong indentation",
                "keys of one mapping, and items of one list, start in the same column");
    }

    private static int indent(String line) {
        int i = 0;
        while (i < line.length() && line.charAt(i) == ' ') {
            i++;
        }
        return i;
    }

    private String line(int number) {
        return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
    }

    private Position position(Mark mark) {
        return new Position(fileName, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
