package tplctl.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** Names with ranges in them, {@code web[01:50].example.org}: both ends count, leading zeros are kept, a third number is the step. */
final class HostRange {
    private static final int MOST = 1_000_000;
    private static final Pattern RANGE = Pattern.compile("\\[([^\\[\\]]*)]");
    private static final Pattern NUMBERS = Pattern.compile("([0-9]{1,9}):([0-9]{1,9})(?::([0-9]{1,9}))?");
    private static final Pattern LETTERS =
            Pattern.compile("([a-z]):([a-z])(?::([0-9]{1,9}))?|([A-Z]):([A-Z])(?::([0-9]{1,9}))?");
    private static final String FORMS = "a range is [01:50], [a:f], or with a step [1:9:2]";

    private HostRange() {}

    /** All names that one stands for; none, with an error, when it is wrong. */
    static List<String> expand(String text, Position at, Diagnostics errors) {
        if (text.indexOf('[') < 0 && text.indexOf(']') < 0) {
            return List.of(text);
        }
        List<String> heads = new ArrayList<>(List.of(""));
        Matcher ranges = RANGE.matcher(text);
        int end = 0;
        while (ranges.find()) {
            Optional<List<String>> values = values(ranges.group(1));
            if (values.isEmpty()) {
                errors.error(
                        new Position(at.file(), at.line(), at.column() + text.codePointCount(0, ranges.start())),
                        "\"" + ranges.group() + "\" is no range of hosts",
                        FORMS + "; the first is not after the second");
                return List.of();
            }
            if ((long) heads.size() * values.get().size() > MOST) {
                errors.error(at, "\"" + text + "\" stands for more than " + MOST + " hosts", "");
                return List.of();
            }
            String literal = text.substring(end, ranges.start());
            List<String> grown = new ArrayList<>(heads.size() * values.get().size());
            for (String head : heads) {
                values.get().forEach(value -> grown.add(head + literal + value));
            }
            heads = grown;
            end = ranges.end();
        }
        String rest = text.substring(end);
        return heads.stream().map(head -> head + rest).toList();
    }

    private static Optional<List<String>> values(String range) {
        Matcher numbers = NUMBERS.matcher(range);
        if (numbers.matches()) {
            String first = numbers.group(1);
            int from = Integer.parseInt(first);
            int to = Integer.parseInt(numbers.group(2));
            boolean padded = first.length() > 1 && first.startsWith("0");
            if (padded && first.length() != numbers.group(2).length()) {
                return Optional.empty();
            }
            return stepped(from, to, numbers.group(3), n -> padded ? padded(n, first.length()) : Integer.toString(n));
        }
        Matcher letters = LETTERS.matcher(range);
        if (letters.matches()) {
            int base = letters.group(1) != null ? 1 : 4;
            return stepped(
                    letters.group(base).charAt(0),
                    letters.group(base + 1).charAt(0),
                    letters.group(base + 2),
                    n -> String.valueOf((char) n));
        }
        return Optional.empty();
    }

    private static Optional<List<String>> stepped(
            int from,
            int to,
            @org.jspecify.annotations.Nullable String step,
            java.util.function.IntFunction<String> text) {
        int by = step == null ? 1 : Integer.parseInt(step);
        if (by < 1 || from > to || (to - from) / by >= MOST) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>((to - from) / by + 1);
        for (int n = from; n <= to; n += by) {
            values.add(text.apply(n));
        }
        return Optional.of(values);
    }

    private static String padded(int number, int width) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
