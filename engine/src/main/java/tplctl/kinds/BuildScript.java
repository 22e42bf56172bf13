package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Content;
import tplctl.kind.Sh;
import tplctl.kind.Word;

/** What the scripts of a build have in common. People see of them the commands that they would type. */
final class BuildScript {
    /**
     * {@code $d} is the build's directory, {@code $u} the account that builds. {@code told} runs a command, whose output goes to the
     * log and to whoever listens, and ends the script when it fails, with the last lines. {@code as_user} runs the script on its
     * stdin as the account, with an environment of its own; its arguments are further variables of that. Nothing of the script is in
     * an argument list, since it may hold secrets. Descriptor 9 is the host's lock, not for what a build leaves running.
     */
    private static final String FUNCTIONS = """
            fail() {
            printf '%s\\n' "$@" >&2
            exit 1
            }
            exec 4>&1
            told() {
            x=$({ { x=0; "$@" 2>&1 3>&- 4>&- 9>&- || x=$?; echo $x >&3; } | tee -a "$d/log" >&4 3>&-; } 3>&1)
            [ "$x" != 0 ] || return 0
            tail -n 6 "$d/log" | cut -c 1-300 >&2
            printf '%s\\n' "all of its output is in $d/log, its files are in $d/work" >&2
            return "${x:-1}"
            }
            as_user() {
            set -- PATH="$PATH" LC_ALL=C HOME="$d/work/home" TMPDIR="$d/work/tmp" USER="$u" LOGNAME="$u" SHELL=/bin/sh "$@"
            if [ "$u" = root ]; then
            env -i "$@" sh -c 's=$(cat; echo .); exec </dev/null; eval "${s%.}"'
            else
            setpriv_of_util_linux
            "$setpriv" --reuid "$u" --regid "$(id -g "$u")" --init-groups --inh-caps=-all --no-new-privs \\
            env -i "$@" sh -c 's=$(cat; echo .); exec </dev/null; eval "${s%.}"'
            fi
            }
            setpriv_of_util_linux() {
            setpriv=
            IFS=:
            for i in $PATH; do
            if [ -x "$i/setpriv" ] && "$i/setpriv" --help 2>&1 | grep -q -e --reuid; then setpriv=$i/setpriv; break; fi
            done
            unset IFS
            [ "$setpriv" ] || fail 'setpriv is not installed on this host: util-linux in its packages brings it'
            }
            """;

    private BuildScript() {}

    /** The scripts behind one another, after the functions that they use; each that fails ends them. */
    static Sh of(AbsPath directory, BuildSpec want, List<Sh> scripts) {
        List<Sh> all = new ArrayList<>();
        all.add(Sh.of("set -e\nd={} u={}\n{}", directory, want.account(), Sh.of(FUNCTIONS))
                .aside());
        all.addAll(scripts);
        return Sh.lines(all);
    }

    /**
     * Runs a script as the account that builds, told as it runs.
     *
     * @param call {@code as_user} with its arguments and redirections
     */
    static Sh asUser(String call, Sh script) {
        String end = "tplctl_" + Content.of(script.script()).sha256().substring(0, 16);
        List<Word> words = new ArrayList<>();
        words.add(new Word.Aside("told " + call + " <<'" + end + "'\n"));
        words.addAll(script.words());
        words.add(new Word.Aside("\n" + end + "\n"));
        return new Sh(words);
    }
}
