package tplctl.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An absolute path, normalised: no empty, {@code .} or {@code ..} part and no slash at its end, so that equal paths are equal
 * texts.
 */
public record AbsPath(String text) {
    public AbsPath {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + text);
        }
    }

    /** Reads a path; empty when it is relative, climbs above the root, or has a NUL. */
    public static Optional<AbsPath> parse(String text) {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        if (!text.contains("//") && !text.contains("/.") && (text.length() == 1 || !text.endsWith("/"))) {
            return Optional.of(new AbsPath(text));
        }
        List<String> parts = new ArrayList<>();
        for (String part : text.split("/")) {
            if (part.equals("..")) {
                return Optional.empty();
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return Optional.of(new AbsPath("/" + String.join("/", parts)));
    }

    /** The directory that holds it; the root's parent is the root. */
    public AbsPath parent() {
        int slash = text.lastIndexOf('/');
        return new AbsPath(slash <= 0 ? "/" : text.substring(0, slash));
    }

    public boolean isRoot() {
        return text.equals("/");
    }

    /** The path with a text put behind its last part. */
    public AbsPath plus(String suffix) {
        return new AbsPath(text + suffix);
    }

    @Override
    public String toString() {
        return text;
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AbsPath that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
