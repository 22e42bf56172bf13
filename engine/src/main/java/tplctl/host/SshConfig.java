package tplctl.host;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What ssh_config(5) files say. Knows the grammar and which lines are for which host; what a keyword means is {@link SshTarget}'s.
 * Pure: files come through a {@link Source}.
 *
 * <p>Of {@code Match}, the criteria {@code all}, {@code host}, {@code originalhost} and {@code user} are understood; a block with
 * another one is left out, and said to be.
 */
final class SshConfig {
    /** The files that a configuration is in. */
    interface Source {
        /** A file's text; empty when there is none. */
        Optional<String> read(String path);

        /** The existing files that an Include argument names: {@code ~}, relative paths and globs resolved, in order. */
        List<String> included(String argument);
    }

    /** A mistake in a configuration file; the message says where and what would be right. */
    static final class MalformedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }

        String words() {
            return String.valueOf(getMessage());
        }
    }

    /** One line: a keyword in lower case and its arguments, for those hosts that all of its conditions hold for. */
    private record Line(List<Condition> conditions, String keyword, List<String> arguments, String at) {}

    /** What the conditions of a line are decided by. */
    private record Asked(String original, String hostName, String user) {}

    /** Whether lines are for a host. */
    @FunctionalInterface
    private interface Condition {
        boolean holds(Asked asked);
    }

    private static final int DEEPEST_INCLUDE = 16;

    /** Keywords that may be given several times, all of which count. */
    private static final Set<String> ACCUMULATED = Set.of("identityfile");

    private final List<Line> lines = new ArrayList<>();
    private final Source source;
    private final Consumer<String> notes;

    private SshConfig(Source source, Consumer<String> notes) {
        this.source = source;
        this.notes = notes;
    }

    /**
     * @param files in the order of their precedence; those that do not exist are as empty
     * @param notes told of what is left out
     */
    static SshConfig read(List<String> files, Source source, Consumer<String> notes) {
        SshConfig config = new SshConfig(source, notes);
        for (String file : files) {
            config.add(file, List.of(), 0);
        }
        return config;
    }

    /**
     * The values for a host by keyword; of those given several times the first, as ssh has it.
     *
     * @param original the name as it was given
     * @param given values that win over the files', by keyword in lower case
     */
    Map<String, List<String>> lookup(String original, Map<String, List<String>> given) {
        Map<String, List<String>> found = new HashMap<>(given);
        for (Line line : lines) {
            Asked asked = new Asked(original, first(found, "hostname", original), first(found, "user", ""));
            if (line.conditions().stream().allMatch(c -> c.holds(asked))) {
                if (ACCUMULATED.contains(line.keyword())) {
                    found.merge(line.keyword(), line.arguments(), SshConfig::joined);
                } else {
                    found.putIfAbsent(line.keyword(), line.arguments());
                }
            }
        }
        return found;
    }

    /** Splits a line's arguments at blanks that are in no quotes; {@code #} in front of one begins a comment. */
    static List<String> split(String text, String at) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (inside) {
                    words.add(word.toString());
                }
                word.setLength(0);
                inside = false;
            } else if (quote == 0 && !inside && c == '#') {
                break;
            } else if (c == '\\' && i + 1 < text.length() && "\"'\\".indexOf(text.charAt(i + 1)) >= 0) {
                word.append(text.charAt(++i));
                inside = true;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                inside = true;
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else {
                word.append(c);
                inside = true;
            }
        }
        if (quote != 0) {
            throw new MalformedException(at + ": a quotation mark is missing its other half");
        }
        if (inside) {
            words.add(word.toString());
        }
        return words;
    }

    private void add(String file, List<Condition> outer, int depth) {
        if (depth > DEEPEST_INCLUDE) {
            throw new MalformedException(file + ": Include goes deeper than " + DEEPEST_INCLUDE + " files");
        }
        Optional<String> text = source.read(file);
        if (text.isEmpty()) {
            return;
        }
        List<Condition> current = outer;
        int number = 0;
        for (String raw : text.get().split("\n", -1)) {
            String at = file + " line " + ++number;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int end = 0;
            while (end < line.length() && !Character.isWhitespace(line.charAt(end)) && line.charAt(end) != '=') {
                end++;
            }
            String keyword = line.substring(0, end).toLowerCase(Locale.ROOT);
            String rest = line.substring(end).strip();
            rest = rest.startsWith("=") ? rest.substring(1).strip() : rest;
            // A command may hold any character.
            List<String> arguments = keyword.endsWith("command") ? List.of(rest) : split(rest, at);
            if (arguments.isEmpty()) {
                throw new MalformedException(at + ": " + keyword + " has no value");
            }
            switch (keyword) {
                case "host" -> {
                    List<String> patterns = arguments;
                    current = joined(outer, List.of(asked -> SshPatterns.match(patterns, asked.original())));
                }
                case "match" -> current = joined(outer, List.of(match(arguments, at)));
                case "include" -> {
                    for (String argument : arguments) {
                        for (String each : source.included(argument)) {
                            add(each, current, depth + 1);
                        }
                    }
                }
                default -> lines.add(new Line(current, keyword, arguments, at));
            }
        }
    }

    private Condition match(List<String> criteria, String at) {
        if (criteria.size() == 1 && criteria.get(0).equalsIgnoreCase("all")) {
            return asked -> true;
        }
        List<Condition> all = new ArrayList<>();
        for (int i = 0; i < criteria.size(); i += 2) {
            String criterion = criteria.get(i).toLowerCase(Locale.ROOT);
            boolean known = Set.of("host", "originalhost", "user").contains(criterion);
            if (!known) {
                notes.accept(at + ": Match " + criteria.get(i) + " is not understood here; its block is left out");
                return asked -> false;
            }
            if (i + 1 == criteria.size()) {
                throw new MalformedException(at + ": Match " + criterion + " has no value");
            }
            List<String> patterns = List.of(criteria.get(i + 1).split(","));
            all.add(asked -> SshPatterns.match(
                    patterns,
                    switch (criterion) {
                        case "host" -> asked.hostName();
                        case "originalhost" -> asked.original();
                        default -> asked.user();
                    }));
        }
        return asked -> all.stream().allMatch(c -> c.holds(asked));
    }

    private static String first(Map<String, List<String>> found, String keyword, String fallback) {
        List<String> values = found.get(keyword);
        return values == null || values.isEmpty() ? fallback : values.get(0);
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
