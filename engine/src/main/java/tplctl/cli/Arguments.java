package tplctl.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ParseResult;

/** The options and parameters that one command was given. */
record Arguments(ParseResult parsed) {
    boolean has(Flag flag) {
        return parsed.hasMatchedOption(flag.names().get(0));
    }

    Optional<String> value(Flag flag) {
        return Optional.ofNullable(
                parsed.<String>matchedOptionValue(flag.names().get(0), null));
    }

    List<String> values(Flag flag) {
        return List.copyOf(parsed.matchedOptionValue(flag.names().get(0), List.<String>of()));
    }

    /** Values that may also be written as one, with commas between. */
    Set<String> words(Flag flag) {
        Set<String> words = new LinkedHashSet<>();
        values(flag)
                .forEach(v -> Arrays.stream(v.split(","))
                        .map(String::strip)
                        .filter(w -> !w.isEmpty())
                        .forEach(words::add));
        return words;
    }

    int count(Flag flag) {
        return parsed.matchedOptionValue(flag.names().get(0), List.of()).size();
    }

    /** A whole number of at least one. */
    int number(Flag flag, int fallback) {
        Optional<String> text = value(flag);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number that is too small
        }
        String name = flag.names().stream()
                .filter(n -> n.startsWith("--"))
                .findFirst()
                .orElseThrow();
        throw new UsageException(name + " takes a whole number of at least 1, not \"" + text.get() + "\"");
    }

    List<String> positionals() {
        List<String> all = new ArrayList<>();
        if (parsed.hasMatchedPositional(0)) {
            all.addAll(parsed.matchedPositionalValue(0, List.<String>of()));
        }
        return all;
    }
}
