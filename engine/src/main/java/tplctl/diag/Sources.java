package tplctl.diag;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of the files that were read, so that a message can show the line it is about. What a line gives to a
 * name that tells of a password is masked. Not thread-safe.
 */
public final class Sources {
    private static final Pattern SECRET =
            Pattern.compile("(?i)[\\w.-]*(?:password|passwd|_pass\\b|secret)[\\w.-]*[\"']?[ \\t]*[:=][ \\t]*"
                    + "(\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^']|'')*'|.+?(?=\\s+\\w+=|$))");

    private final Map<String, List<String>> files = new HashMap<>();

    /** Keeps a file's text under the name that its positions carry; a second text of that name replaces the first. */
    public void add(String file, String content) {
        String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
        files.put(file, text.lines().toList());
    }

    /** The 1-based line without its line break; empty for a file that was not added and a line that it does not have. */
    public Optional<String> line(String file, int line) {
        List<String> lines = files.getOrDefault(file, List.of());
        return line >= 1 && line <= lines.size() ? Optional.of(masked(lines.get(line - 1))) : Optional.empty();
    }

    // As many characters as before, so that columns stay; an expression is no secret, nor is that there is a vault.
    private static String masked(String line) {
        StringBuilder shown = new StringBuilder(line);
        Matcher secrets = SECRET.matcher(line);
        while (secrets.find()) {
            String value = secrets.group(1);
            boolean secret = !value.contains("{{") && !value.startsWith("!vault");
            for (int i = secrets.start(1); secret && i < secrets.end(1); i++) {
                shown.setCharAt(i, '*');
            }
        }
        return shown.toString();
    }
}
