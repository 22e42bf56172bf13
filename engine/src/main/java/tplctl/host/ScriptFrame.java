package tplctl.host;

import java.util.List;
import java.util.stream.Collectors;

/** Puts a script into the surroundings that {@link Host} promises. The same text works locally and through any transport. */
final class ScriptFrame {
    /** The exit code of a frame that did not run its script; its reason on stderr starts with {@link #REFUSAL}. */
    static final int REFUSED = 199;

    static final String REFUSAL = "tplctl: ";

    /** The line on stdout after which stdin is the program's. */
    static final String STARTED = "tplctl-started";

    private static final String SURROUNDINGS = """
            cd /
            umask 022
            LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"
            export LC_ALL PATH
            unset CDPATH
            """;

    // A redirection that fails ends some shells and not others when it is exec's, and none when it is true's.
    // Whoever does not own the lock needs the busy lock only.
    private static final String LOCK_FILES = """
            tplctl_refuse() {
            printf 'tplctl: %s\\n' "$1" >&2
            exit 199
            }
            [ -d "$tplctl_dir" ] || mkdir -p -m 0700 "$tplctl_dir"
            [ ! "$tplctl_token" ] && [ -w "$tplctl_dir/busy" ] || { true >>"$tplctl_dir/lock" && true >>"$tplctl_dir/busy"; } ||
            tplctl_refuse "cannot write in $tplctl_dir; $tplctl_advice"
            """;

    // The next owner writes its own token before it waits for the busy lock, so a script of a killed run either makes
    // it
    // wait or finds the other token and does nothing.
    private static final String SHARE_BUSY = """
            exec 9>>"$tplctl_dir/busy"
            flock -s 9 || tplctl_refuse 'flock failed; util-linux and busybox have it'
            if [ "$tplctl_token" ]; then
            tplctl_owner=
            { read -r tplctl_owner && read -r tplctl_owner; } <"$tplctl_dir/lock"
            [ "$tplctl_owner" = "$tplctl_token" ] || tplctl_refuse 'another run took the host over, nothing was done'
            fi
            """;

    // The login user's own scripts are waited for like the others: sudo tells who that is (SUDO_UID in sudo(8)). Nobody
    // else can open the files, and so keep anybody waiting.
    private static final String KEEP_LOCK = """
            exec 8>>"$tplctl_dir/lock"
            flock -n 8
            case $? in
            0) ;;
            1)
            echo held
            read -r tplctl_holder <"$tplctl_dir/lock" && printf '%s\\n' "$tplctl_holder"
            exit 0 ;;
            *) tplctl_refuse 'flock failed; util-linux and busybox have it' ;;
            esac
            printf '%s\\n%s\\n' "$tplctl_holder" "$tplctl_token" >"$tplctl_dir/lock" || tplctl_refuse 'cannot write lock'
            if [ "${SUDO_UID:-0}" != 0 ]; then
            chmod 0600 "$tplctl_dir/lock" "$tplctl_dir/busy"
            chown "$SUDO_UID" "$tplctl_dir/busy"
            chmod go+x "$tplctl_dir"
            fi
            exec 9>>"$tplctl_dir/busy"
            if flock -n 9; then tplctl_busy=; else tplctl_busy=' busy'; fi
            exec 9>&-
            echo "locked$tplctl_busy"
            read -r tplctl_end
            : >"$tplctl_dir/lock"
            exit 0
            """;

    private static final String AWAIT_IDLE = """
            exec 9>>"$tplctl_dir/busy"
            while :; do
            flock -n 9
            tplctl_exit=$?
            [ $tplctl_exit -eq 1 ] && [ $tplctl_tries -gt 0 ] || exit $tplctl_exit
            tplctl_tries=$((tplctl_tries - 1))
            sleep 0.05
            done
            """;

    // A child that has not got to setsid yet leads no group, hence the second kill. The form "-s TERM --" is not for
    // busybox, and dash takes no negative number after "-s TERM".
    private static final String END_GROUPS = """
            each() {
            gone=0
            for pid in $pids; do
            if kill "-$1" "-$pid" || kill "-$1" "$pid"; then gone=1; fi
            done
            return $gone
            }
            each TERM
            tries=100
            until each 0; do
            [ $tries -gt 0 ] || { each KILL; break; }
            tries=$((tries - 1))
            sleep 0.02
            done
            exit 0
            """;

    private final String directory;
    private final String advice;

    /**
     * @param directory of the lock files, on the host
     * @param advice for the user when that cannot be written
     */
    ScriptFrame(String directory, String advice) {
        this.directory = directory;
        this.advice = advice;
    }

    String query(Script script) {
        return SURROUNDINGS + body(script.text());
    }

    /** @param token that must be in the main lock's file for the script to run; empty when any may */
    String change(Script script, String token) {
        return SURROUNDINGS + lockFiles() + set("tplctl_token", token) + LOCK_FILES + SHARE_BUSY + body(script.text());
    }

    /**
     * Becomes a program with the shell's own stdin, stdout and stderr. Nothing may be sent after this before {@link #STARTED} has
     * come: shells read ahead.
     */
    static String program(Script script) {
        return SURROUNDINGS + "{ :\ntrap '' HUP\necho " + STARTED + "\n" + script.text() + "\nexit\n}\n";
    }

    /**
     * Holds the main lock from its first line on stdout until the end of its stdin. The line is {@code locked}, or
     * {@code locked busy} when somebody holds the busy lock. When another has the main lock, prints {@code held} and that
     * one's line and ends.
     */
    String keepLock(String holder, String token) {
        String script = SURROUNDINGS
                + lockFiles()
                + set("tplctl_token", token)
                + set("tplctl_holder", holder)
                + LOCK_FILES
                + KEEP_LOCK;
        return "{ :\n" + script + "}\n";
    }

    /** Exits 0 when nobody holds the busy lock, 1 when somebody still does after {@code tries} more looks 50 ms apart. */
    String awaitIdle(int tries) {
        return SURROUNDINGS
                + lockFiles()
                + set("tplctl_tries", String.valueOf(tries))
                + set("tplctl_token", "")
                + body(LOCK_FILES + AWAIT_IDLE);
    }

    /** Ends process groups: asks, looks for two seconds whether they are gone, and kills what is left. */
    static String endGroups(List<Long> leaders) {
        String pids = leaders.stream().map(String::valueOf).collect(Collectors.joining(" "));
        return set("pids", pids) + "{\n" + END_GROUPS + "} </dev/null >/dev/null 2>&1\n";
    }

    private String lockFiles() {
        return set("tplctl_dir", directory) + set("tplctl_advice", advice);
    }

    // A compound command is parsed to its end before any of it runs.
    private static String body(String script) {
        return "{ :\n" + script + "\n} </dev/null\n";
    }

    /** An assignment of any text to a variable. */
    static String set(String variable, String value) {
        return variable + "='" + value.replace("'", "'\\''") + "'\n";
    }
}
