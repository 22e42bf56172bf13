package tplctl.diag;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The text of the files that were read, so that a message can show the line it is about. Not thread-safe. */
public final class Sources {
    private final Map<String, List<String>> files = new HashMap<>();

    /** Keeps a file's text under the name that its positions carry; a second text of that name replaces the first. */
    public void add(String file, String content) {
        String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
        files.put(file, text.lines().toList());
    }

    /** The 1-based line without its line break; empty for a file that was not added and a line that it does not have. */
    public Optional<String> line(String file, int line) {
        List<String> lines = files.getOrDefault(file, List.of());
        return line >= 1 && line <= lines.size() ? Optional.of(lines.get(line - 1)) : Optional.empty();
    }
}
