package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Sh;
import tplctl.kind.Shape;
import tplctl.kind.Step;
import tplctl.kind.Type;
import tplctl.kind.Types;

/**
 * A path's mode and owner.
 *
 * @param mode four octal digits
 */
record FileMeta(String mode, String uid, String gid, String user, String group) {
    /** {@code user:group}, each a name or a number. */
    static final Type<String> OWNER = Types.scalar(
            "an owner such as root:root",
            new Shape.Text("[A-Za-z0-9_][A-Za-z0-9_.-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*"),
            s -> Optional.of(s.text()).filter(t -> t.matches("[A-Za-z0-9_][\\w.-]*:[A-Za-z0-9_][\\w.-]*")));

    /** A script that prints the line {@link #parse} reads; the path is in {@code $p}. */
    static final Sh PROBE = Sh.of("stat -c '%a %u %g %U %G' -- \"$p\"");

    private static final Pattern LINE = Pattern.compile("([0-7]{1,4}) ([0-9]+) ([0-9]+) (\\S+) (\\S+)");

    static Optional<FileMeta> parse(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        String mode = "0".repeat(4 - m.group(1).length()) + m.group(1);
        return Optional.of(new FileMeta(mode, m.group(2), m.group(3), m.group(4), m.group(5)));
    }

    /** Whether that is the owner, by names or numbers. */
    boolean isOwnedBy(String owner) {
        int colon = owner.indexOf(':');
        String u = owner.substring(0, colon);
        String g = owner.substring(colon + 1);
        return (u.equals(uid) || u.equals(user)) && (g.equals(gid) || g.equals(group));
    }

    /** The owner by numbers, which is exact even where the host has no name for it. */
    String ids() {
        return uid + ":" + gid;
    }

    /** What must be done for that mode and owner; what is not given stays as it is. */
    List<Change> changes(AbsPath path, Optional<String> wantedMode, Optional<String> wantedOwner) {
        List<Change> changes = new ArrayList<>();
        wantedOwner
                .filter(o -> !isOwnedBy(o))
                .ifPresent(o -> changes.add(Change.update(
                        "owner",
                        user + ":" + group,
                        o,
                        new Step.Run(Sh.of("chown -- {} {}", o, path), "giving " + path + " to " + o))));
        wantedMode
                .filter(m -> !m.equals(mode) || (!changes.isEmpty() && m.charAt(0) != '0'))
                .ifPresent(m -> changes.add(Change.update(
                        "mode",
                        mode,
                        m,
                        new Step.Run(Sh.of("chmod -- {} {}", m, path), "setting the mode of " + path))));
        return changes;
    }
}
