package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.kind.Word;

/**
 * Looking at a path, and making and unmaking the directories above it. A path is never followed through a symbolic link at its
 * end, and nothing counts as absent that merely cannot be seen.
 */
final class Place {
    /** The sort of thing that is wanted at a path: the flag of test(1). */
    enum Sort {
        DIRECTORY("-d"),
        FILE("-f");

        private final String look;

        Sort(String test) {
            this.look = """
                    p={}
                    if [ -h "$p" ]; then echo link
                    elif [ %s "$p" ]; then echo here; {}
                    elif [ -d "$p" ]; then echo directory
                    elif [ -f "$p" ]; then echo file
                    elif [ -e "$p" ]; then echo special
                    else
                    {}
                    fi""".formatted(test);
        }
    }

    private static final Word AND = new Word.Lit(" &&\n");
    private static final Pattern ABSENT = Pattern.compile("absent ([0-9]{1,4})");

    private Place() {}

    /**
     * A script that says what is at the path; when it is of the wanted sort, the line {@code here} is followed by what
     * {@code details} prints. {@code details} finds the path in {@code $p}. Only built-ins of the shell are used besides.
     */
    static Sh look(AbsPath path, Sort sort, Sh details) {
        return Sh.of(sort.look, path, details, absence(path));
    }

    /** A script that says how much of a path that does not exist is missing: {@code absent N}, {@code blocked} or {@code denied}. */
    static Sh absence(AbsPath path) {
        return Sh.of("""
                q={} n=-1
                while [ ! -e "$q" ] && [ ! -h "$q" ]; do n=$((n + 1)); q=${q%/*}; q=${q:-/}; done
                if [ ! -d "$q" ]; then echo blocked; elif [ -x "$q" ]; then echo "absent $n"; else echo denied; fi""", path);
    }

    /** Reads the answer to {@link #look}; {@code details} reads the lines after {@code here}. */
    static <T> Seen<T> read(AbsPath path, ProbeOutput out, Function<List<String>, T> details) {
        List<String> lines = out.lines();
        if (out.exit() != 0 || lines.isEmpty()) {
            throw out.unexpected("what is at " + path);
        }
        String word = lines.get(0);
        if (word.equals("here")) {
            return new Seen.Here<>(details.apply(lines.subList(1, lines.size())));
        }
        if (lines.size() != 1) {
            throw out.unexpected("one word about " + path);
        }
        return switch (word) {
            case "link" -> new Seen.Obstacle<>("a symbolic link");
            case "directory" -> new Seen.Obstacle<>("a directory");
            case "file" -> new Seen.Obstacle<>("a file");
            case "special" -> new Seen.Obstacle<>("a device, socket or pipe");
            case "blocked" -> new Seen.Obstacle<>("below something that is no directory");
            default -> new Seen.Missing<>(missingParents(path, word, out));
        };
    }

    /** Reads one line of {@link #absence} that is not {@code blocked}. */
    static int missingParents(AbsPath path, String word, ProbeOutput out) {
        if (word.equals("denied")) {
            throw new ProbeException("cannot look at " + path
                    + ": permission denied on a directory above it; \"become: true\" looks as root");
        }
        Matcher m = ABSENT.matcher(word);
        if (!m.matches()) {
            throw out.unexpected("what is at " + path);
        }
        return Integer.parseInt(m.group(1));
    }

    /** Why nothing is made at a path where there is something else. */
    static String refusal(AbsPath path, String what) {
        return what.equals("a symbolic link")
                ? path
                        + " is a symbolic link, which is not followed: name the path that it points to, or remove the link"
                : path + " is " + what + ": choose another path, or move it away";
    }

    /** Makes the directories above a path, mode 0755. */
    static Sh makeParents(AbsPath path) {
        return Sh.of("mkdir -p -- {}", path.parent());
    }

    /** Takes away the directories above a path that were made for it, from the innermost, each only when it is empty. */
    static Sh removeParents(AbsPath path, int made) {
        List<AbsPath> parents = new ArrayList<>();
        AbsPath at = path.parent();
        for (int i = 0; i < made && !at.isRoot(); i++) {
            parents.add(at);
            at = at.parent();
        }
        return parents.isEmpty() ? Sh.of(":") : Sh.of("rmdir -- {} 2>/dev/null || :", parents);
    }

    /** The scripts in order, each only when the one before succeeded. */
    static Sh all(List<Sh> scripts) {
        return Sh.joined(scripts, AND);
    }
}
