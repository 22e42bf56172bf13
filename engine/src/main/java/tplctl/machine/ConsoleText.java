package tplctl.machine;

import java.util.regex.Pattern;

/** What a serial console printed, for people to read in a message. */
public final class ConsoleText {
    /** Control sequences and other escapes (ECMA-48, 5.4 and 5.3), and control characters but tab and line feed. */
    private static final Pattern INVISIBLE =
            Pattern.compile("\\x1b(\\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])|[\\x00-\\x08\\x0b-\\x1f\\x7f]");

    private ConsoleText() {}

    /** The same without what a terminal acts on and does not show, lines ending in a line feed alone. */
    public static String plain(String printed) {
        return INVISIBLE.matcher(printed).replaceAll("");
    }
}
