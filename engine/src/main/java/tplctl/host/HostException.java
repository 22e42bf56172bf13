package tplctl.host;

import java.util.OptionalInt;

/** Something could not be done on a host. Says on which, what was attempted, how it ended and its last words. */
public class HostException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_LIMIT = 400;
    private static final int LAST_LINES = 8;
    private static final int NO_EXIT = -1;

    private final String host;
    private final String attempted;
    private final int exit;

    /** Nothing ended with an exit code; {@code problem} says what is wrong and what would be right. */
    public HostException(String host, String attempted, String problem) {
        this(host, attempted, NO_EXIT, problem);
    }

    /** Like the three-argument form, with what it came from. */
    public HostException(String host, String attempted, String problem, Throwable cause) {
        this(host, attempted, problem);
        initCause(cause);
    }

    private HostException(String host, String attempted, int exit, String problem) {
        super(host + ": " + shorten(attempted) + ": " + problem);
        this.host = host;
        this.attempted = attempted;
        this.exit = exit;
    }

    /** A script ended in a way that its author did not expect. */
    public static HostException unexpected(String host, Script script, CommandResult result) {
        return new HostException(
                host, script.shown(), result.exit(), "exit " + result.exit() + lastLines(result.stderr()));
    }

    public String host() {
        return host;
    }

    /** What was tried, as shown to people: a script without its secrets, or words such as {@code write /etc/x}. */
    public String attempted() {
        return attempted;
    }

    /** The exit code of the script, if one ended with any. */
    public OptionalInt exit() {
        return exit == NO_EXIT ? OptionalInt.empty() : OptionalInt.of(exit);
    }

    /** The end of a script's stderr, each line indented on a line of its own; empty for none. */
    static String lastLines(String stderr) {
        String[] lines = stderr.stripTrailing().split("\n", -1);
        StringBuilder out = new StringBuilder();
        for (int i = Math.max(0, lines.length - LAST_LINES); i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                out.append("\n  ").append(lines[i]);
            }
        }
        return out.toString();
    }

    private static String shorten(String attempted) {
        String text = attempted.strip();
        if (text.codePointCount(0, text.length()) <= SHOWN_LIMIT) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, SHOWN_LIMIT)) + "…";
    }
}
