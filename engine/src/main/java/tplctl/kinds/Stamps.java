package tplctl.kinds;

import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Content;
import tplctl.kind.Sh;

/**
 * What a host remembers of a file that tplctl wrote, so that a later look need not read the file: a line with its device, inode,
 * size, mtime and ctime, then lines of the kind's own.
 */
final class Stamps {
    private static final String DIRECTORY = "/var/lib/tplctl/stamps";

    private Stamps() {}

    /** Where the stamp of a path is kept; {@code prefix} makes it known to people and to grep. */
    static String path(String kind, String prefix, AbsPath of) {
        return DIRECTORY + "/" + kind + "/" + prefix
                + Content.of(of.text()).sha256().substring(0, 32);
    }

    /** All stamps of a kind, for a shell to expand. */
    static Sh every(String kind) {
        return Sh.of(DIRECTORY + "/" + kind + "/*");
    }

    /** A command that prints the identity of a file as it is now; {@code TZ} keeps the text the same whatever the host's zone. */
    static Sh identity(Sh path) {
        return Sh.of("TZ=UTC0 stat -c '%d %i %s %y %z' -- {}", path);
    }

    /** Writes the stamp: the file's identity now, then those lines, each one value as {@link Sh#of} takes it. */
    static Sh write(String stamp, AbsPath of, List<?> lines) {
        return Sh.of(
                """
                mkdir -p -- {} &&
                i=$({}) &&
                printf '%s\\n' "$i" {} >{} &&
                mv -f -- {} {}""",
                stamp.substring(0, stamp.lastIndexOf('/')),
                identity(Sh.of("{}", of)),
                lines,
                stamp + ".new",
                stamp + ".new",
                stamp);
    }
}
