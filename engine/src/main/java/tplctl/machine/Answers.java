package tplctl.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ProbeOutput;

/** A probe's answer of lines that each begin with a word: the text behind each word, in order. */
public final class Answers {
    private final Map<String, List<String>> byWord = new LinkedHashMap<>();

    private Answers() {}

    /** Reads the answer; an exit status other than 0 is unexpected. */
    public static Answers of(ProbeOutput output) {
        if (output.exit() != 0) {
            throw output.unexpected("exit 0");
        }
        Answers answers = new Answers();
        for (String line : output.lines()) {
            int space = line.indexOf(' ');
            String word = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1);
            answers.byWord.computeIfAbsent(word, w -> new ArrayList<>()).add(rest);
        }
        return answers;
    }

    public boolean has(String word) {
        return byWord.containsKey(word);
    }

    /** The text behind the first line of that word. */
    public Optional<String> first(String word) {
        return all(word).stream().findFirst();
    }

    public List<String> all(String word) {
        return List.copyOf(byWord.getOrDefault(word, List.of()));
    }
}
