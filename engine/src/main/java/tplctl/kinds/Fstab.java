package tplctl.kinds;

import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/**
 * The entry of one mount in {@code /etc/fstab}: a line of ours that marks it, and the entry beneath. No other line is ever touched;
 * the file is replaced as a whole, under a lock.
 */
final class Fstab {
    /** What the file has for the mount point. */
    enum Entry {
        /** Nothing. */
        NONE,
        /** Our mark and the entry that is wanted. */
        SAME,
        /** Our mark and another entry. */
        STALE,
        /** An entry without our mark. */
        FOREIGN
    }

    private Fstab() {}

    static String mark(AbsPath point) {
        return "# The next line is kept by tplctl: " + field(point.text());
    }

    static String entry(String source, AbsPath point, String type, List<String> options) {
        String all = options.isEmpty() ? "defaults" : String.join(",", options);
        return String.join(" ", field(source), field(point.text()), field(type), field(all), "0", "0");
    }

    /** Blank, tab, line break, backslash and the comment sign in octal, as getmntent(3) reads them. */
    private static String field(String text) {
        return MountInfo.escaped(text).replace("#", "\\043");
    }

    /** A script of built-ins that prints one line {@code fstab WORD}, the word an {@link Entry} in lower case. */
    static Sh look(AbsPath point, String entry) {
        return Sh.of("""
                f=none v=
                if [ -e /etc/fstab ]; then
                while IFS= read -r l || [ -n "$l" ]; do
                if [ -n "$v" ]; then v=; if [ "$l" = {} ]; then f=same; else f=stale; fi; continue; fi
                case $l in
                {}) v=1 ;;
                [[:space:]]*'#'* | '#'*) ;;
                *[[:space:]]{}[[:space:]]*) [ "$f" != none ] || f=foreign ;;
                esac
                done </etc/fstab
                fi
                echo "fstab $f\"""", entry, mark(point), field(point.text()));
    }

    /** A script that puts our entry at the end of the file. */
    static Sh put(AbsPath point, String entry) {
        return edit(point, Sh.of("printf '%s\\n' {} {}", mark(point), entry));
    }

    /** A script that takes our entry out, if it is there. */
    static Sh remove(AbsPath point) {
        return edit(point, Sh.of(":"));
    }

    // Descriptor 9 is the host's lock. The copy is first made with cp -p so that it has the original's mode and owner.
    private static Sh edit(AbsPath point, Sh append) {
        return Sh.of("""
                (
                exec 8</etc || exit
                ! command -v flock >/dev/null 2>&1 || flock 8 || exit
                f=/etc/fstab v=
                [ ! -h "$f" ] || f=$(readlink -f "$f") || exit
                [ ! -e "$f" ] || cp -p "$f" "$f.tplctl" || exit
                {
                if [ -e "$f" ]; then
                while IFS= read -r l || [ -n "$l" ]; do
                if [ -n "$v" ]; then v=; elif [ "$l" = {} ]; then v=1; else printf '%s\\n' "$l" || exit; fi
                done <"$f"
                fi
                {}
                } >"$f.tplctl" && mv -f "$f.tplctl" "$f"
                )""", mark(point), append);
    }
}
