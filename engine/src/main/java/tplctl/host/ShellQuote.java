package tplctl.host;

import java.util.regex.Pattern;

/** Words for a POSIX shell. */
final class ShellQuote {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./~-]+");

    private ShellQuote() {}

    /** The word as it is where nothing in it is special to a shell, in single quotes otherwise. */
    static String quote(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
