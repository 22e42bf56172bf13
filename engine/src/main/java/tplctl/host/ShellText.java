package tplctl.host;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import tplctl.login.Become;

/**
 * What is sent to shells on a host, as text that dash, bash and busybox's ash take alike.
 *
 * <p>A shell that runs scripts gets functions first and then, for each script, an assignment and a call, which start the script
 * in the background; so the shell can be told to end a script while it runs. All of it comes through stdin, nothing is in an
 * argument list or a file: {@code printf} is built into these shells, and there is no here-document, for which bash makes a
 * temporary file.
 *
 * <p>Each of a script's streams goes through a pipe and a cat of its own. When both pipes are at their end, nobody is left who
 * could write into the answer of the next script. A cat whose own output is closed leaves another to throw away what comes, so
 * that what a script left in the background is not ended by SIGPIPE.
 */
final class ShellText {
    private static final SecureRandom RANDOM = new SecureRandom();

    // tplctl_body: $1 number, $2 the marks' word. Its own stderr would get the shell's word on a script that was
    // killed.
    private static final String FUNCTIONS = """
            exec 3>&1 4>&2 >/dev/null 2>&1
            unset ENV BASH_ENV
            tplctl_copy() {
            cat || exec cat >/dev/null
            }
            tplctl_body() {
            printf '\\n%s B %s\\n' "$2" "$1"
            printf '\\n%s B %s\\n' "$2" "$1" >&2
            exec 6>&2 2>/dev/null
            printf '%s\\n' "$tplctl_text" 6>&- | setsid @SHELL@ 2>&6 6>&-
            printf '\\n%s E %s %s\\n' "$2" "$1" "$?"
            printf '\\n%s E %s\\n' "$2" "$1" >&6
            }
            tplctl_run() {
            {
            tplctl_body "$1" "$2" 2>&1 >&5 3>&- 4>&- 5>&- </dev/null | tplctl_copy >&4 3>&- 5>&-
            } 5>&1 | {
            tplctl_copy
            printf '\\n%s R %s\\n' "$2" "$1"
            } >&3 4>&- &
            }
            """;

    private ShellText() {}

    /** A word that nobody guesses. */
    static String nonce() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Prepares a shell to be sent {@link #script}s. */
    static String functions(String shell) {
        return FUNCTIONS.replace("@SHELL@", shell);
    }

    /**
     * Runs a framed script. Marks on stdout: {@code B number} begins; {@code S number pid} from its shell, behind whatever that
     * printed of its own accord; then the script's output; {@code E number exit} when its shell ended; {@code R number} when
     * nobody holds its streams. Marks on stderr: {@code B number}, {@code S number}, {@code E number}.
     */
    static String script(long number, String word, String framed) {
        return ScriptFrame.set("tplctl_text", start(number, word) + framed) + "tplctl_run " + number + " " + word
                + "\nunset tplctl_text\n";
    }

    private static String start(long number, String word) {
        String mark = "printf '\\n%s S %s %s\\n' " + word + " " + number + " $$";
        return mark + "\n" + mark + " >&2\n";
    }

    /** Ends a script's process group, then marks {@code D number} on stderr. */
    static String end(long number, String word, long pid) {
        return "(\n" + ScriptFrame.endGroups(List.of(pid)) + ")\nprintf '\\n%s D %s\\n' " + word + " " + number
                + " >&4\n";
    }

    /** What the login user's own shell answers first, on both streams: {@code U user}, {@code H}. */
    static String hello(String word) {
        return "unset ENV BASH_ENV\n" + user(word) + greet(word) + "\n";
    }

    /**
     * Becomes another user, unless the login user is that one already: marks {@code U user} on stdout, then, from the other
     * user's shell, {@code H} on both. In between sudo may ask, with a mark {@code P} on stderr, for the password.
     */
    static String become(String word, String shell, Become become) {
        String greeting = "'unset ENV BASH_ENV\n" + greet(word) + "\nexec " + shell + "'";
        String sudo = quote(become.exe())
                + (become.password().isPresent() ? " -S" : " -n")
                + " -p '\n" + word + " P\n' -H -u " + quote(become.user()) + " -- sh -c " + greeting;
        return "LC_ALL=C\nexport LC_ALL\nunset ENV BASH_ENV\n" + user(word)
                + "if [ \"$tplctl_user\" = " + quote(become.user()) + " ]; then\n"
                + "exec sh -c " + greeting + "\nelse\nexec " + sudo + "\nfi\n";
    }

    /** Has a shell that runs answer once more with {@code H} on both streams. */
    static String again(String word) {
        return greet(word) + "\n";
    }

    static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String user(String word) {
        return "tplctl_user=$(id -un)\nprintf \"\\n%s U %s\\n\" " + word + " \"$tplctl_user\"\n";
    }

    private static String greet(String word) {
        return "case $(command -v printf) in printf) ;; *) echo \"this sh has no printf of its own\" >&2; exit 1 ;; esac\n"
                + "printf \"\\n%s H\\n\" " + word + "; printf \"\\n%s H\\n\" " + word + " >&2";
    }
}
