package tplctl.kinds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/**
 * What was found of a build.
 *
 * @param stamp what the installation was made from, by field; empty when there is none that is whole
 * @param begun whether an installation was begun and never finished
 * @param altered how many of the installed files are missing or not as they were installed
 * @param example one of those
 * @param missing what the installation must make and is not there, of a build that is installed
 * @param there the reverse, of one that is not
 * @param head the commit that the ref is now; known when it was asked for
 * @param vanished whether the repository no longer has the ref
 */
record BuildState(
        Map<String, String> stamp,
        boolean begun,
        int altered,
        String example,
        List<String> missing,
        List<String> there,
        Optional<String> head,
        boolean vanished) {
    private static final Pattern ALTERED = Pattern.compile("altered ([0-9]{1,9}) (/.*)");
    private static final Pattern COMMIT = Pattern.compile("head ([0-9a-f]{40,64})");
    private static final String UNASKED = "unasked ";

    /**
     * Says {@code built}, the stamp behind equals signs, and how many files are no longer as they were installed; or how much of the
     * path to the stamp is missing. A file below an etc or var may be changed by people and programs, and a link has no time of its
     * own everywhere: these only have to be there.
     */
    static Sh look(AbsPath directory, BuildSpec want) {
        AbsPath stamp = directory.plus("/stamp");
        return Sh.of(
                """
                f={}
                if [ -f {} ]; then
                echo built
                sed 's/^/= /' {} || exit
                {
                sed -n 's/^f [^/]*//p' "$f" | tr '\\n' '\\0' | xargs -0 -r stat -c 'f %f %s %Y %n' -- 2>/dev/null
                sed -n 's/^[cl] [^/]*//p' "$f" | while IFS= read -r p; do
                [ ! -e "$p" ] && [ ! -h "$p" ] || printf '%s\\n' "$p"
                done
                echo
                cat "$f"
                } | awk '
                /^$/ { manifest = 1; next }
                !manifest { found[$0]; next }
                /^d/ { next }
                { path = substr($0, index($0, "/")); if (!((/^f/ ? $0 : path) in found)) { n++; if (n == 1) first = path } }
                END { if (n) print "altered " n " " first }'
                for p in {}; do [ -e "$p" ] || [ -h "$p" ] || printf 'missing %s\\n' "$p"; done
                {}
                else
                {}
                [ ! -f "$f" ] || echo begun
                for p in {}; do { [ ! -e "$p" ] && [ ! -h "$p" ]; } || printf 'there %s\\n' "$p"; done
                fi""",
                directory.plus("/files"),
                stamp,
                stamp,
                want.creates(),
                head(want),
                Place.absence(stamp),
                want.creates());
    }

    // Only who wants to follow a branch pays for a question that crosses the network at each look.
    private static Sh head(BuildSpec want) {
        return want.source() instanceof BuildSpec.Source.Git git && git.update() && !git.isCommit()
                ? BuildSource.head(git)
                : Sh.of(":");
    }

    static BuildState read(AbsPath directory, BuildSpec want, ProbeOutput out) {
        List<String> lines = out.lines();
        if (out.exit() != 0 || lines.isEmpty()) {
            throw out.unexpected("what is known of the build in " + directory);
        }
        Map<String, String> stamp = new LinkedHashMap<>();
        boolean built = lines.get(0).equals("built");
        if (!built && !lines.get(0).equals("blocked")) {
            Place.missingParents(directory.plus("/stamp"), lines.get(0), out);
        }
        boolean begun = false;
        int altered = 0;
        String example = "";
        List<String> missing = new ArrayList<>();
        List<String> there = new ArrayList<>();
        Optional<String> head = Optional.empty();
        boolean vanished = false;
        for (String line : lines.subList(1, lines.size())) {
            Matcher changed = ALTERED.matcher(line);
            Matcher commit = COMMIT.matcher(line);
            int value = line.indexOf(' ', 2);
            if (built && line.startsWith("= ") && value > 0) {
                stamp.put(line.substring(2, value), line.substring(value + 1));
            } else if (built && changed.matches()) {
                altered = Integer.parseInt(changed.group(1));
                example = changed.group(2);
            } else if (built && line.startsWith("missing /")) {
                missing.add(line.substring("missing ".length()));
            } else if (!built && line.startsWith("there /")) {
                there.add(line.substring("there ".length()));
            } else if (!built && line.equals("begun")) {
                begun = true;
            } else if (built && commit.matches()) {
                head = Optional.of(commit.group(1));
            } else if (built && line.equals("vanished")) {
                vanished = true;
            } else if (built && line.startsWith(UNASKED)) {
                throw new ProbeException("cannot ask " + want.source().shown() + " for its newest commit: "
                        + line.substring(UNASKED.length()));
            } else {
                throw out.unexpected("what is known of the build in " + directory);
            }
        }
        if (built && stamp.isEmpty()) {
            throw out.unexpected("what the build in " + directory + " was made from");
        }
        return new BuildState(stamp, begun, altered, example, missing, there, head, vanished);
    }

    boolean isBuilt() {
        return !stamp.isEmpty();
    }
}
