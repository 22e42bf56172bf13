package tplctl.kinds;

import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/**
 * Putting what was installed below a staging directory in its place, and taking it away.
 *
 * <p>In the build's directory {@code files} lists what is in its place: {@code f MODE SIZE TIME PATH} for a file, {@code c …} for one
 * below an etc or var, which others may change, {@code l PATH} for a link, {@code d PATH} for a directory that was made for them.
 * {@code pending} lists what an attempt made beside the places and has to take away: {@code t PATH}, {@code d PATH}.
 *
 * <p>Everything is copied beside its place first; what is cut short until then leaves the old version as it was. From then on it is
 * a matter of renaming: the list is made to hold the old and the new files, the stamp goes, each new file takes its place, what the
 * new version no longer has is removed, and the stamp is written. What is cut short there leaves no stamp, and a list with which
 * all can be removed.
 */
final class BuildPlacement {
    private static final String CLEAN_UP = """
            clean_up() {
            [ -f "$d/pending" ] || return 0
            sed -n 's/^t //p' "$d/pending" | tr '\\n' '\\0' | xargs -0 -r rm -rf --
            sed -n 's/^d //p' "$d/pending" | sort -r | tr '\\n' '\\0' | xargs -0 -r -n 1 rmdir -- 2>/dev/null || :
            rm -f -- "$d/pending"
            }
            """;

    private static final String LIBRARIES = """
            libraries() {
            if grep -q '\\.so' && command -v ldconfig >/dev/null; then ldconfig || :; fi
            }
            """;

    // $1 holds files of which none is wanted from $2; mawk takes no file's name for a number of lines.
    private static final String LISTS = """
            without() {
            awk 'FILENAME == ARGV[1] { known[$0]; next } !($0 in known)' "$1" "$2"
            }
            named() {
            printf '%s' "$(head -n 5 "$1" | tr '\\n' ' ')"
            n=$(wc -l <"$1")
            [ "$n" -le 5 ] || printf 'and %s more' "$((n - 5))"
            }
            undo() {
            clean_up
            fail "$@" 'nothing was replaced'
            }
            """;

    // Once the directory is closed, nobody else gets at the files by their path.
    private static final String CHECK = """
            check() {
            chown 0:0 "$w" && chmod 0700 "$w"
            [ -z "$(find "$s" -name '*
            *')" ] || fail 'the installation has a file with a line break in its name, which cannot be'
            [ -z "$(find "$s" ! -type f ! -type d ! -type l)" ] ||
            fail 'the installation has a device, socket or pipe in it, which cannot be'
            # An index of all manuals on a host is nobody's own.
            find "$s" -path '*/info/dir' -type f -print0 | xargs -0 -r rm -f --
            if [ "$u" != root ]; then
            find "$s" -type f -perm -4000 >"$w/setuid"
            find "$s" -type f -perm -2000 >"$w/setgid"
            chown -hR 0:0 "$s"
            while IFS= read -r x; do chmod u+s "$x"; done <"$w/setuid"
            while IFS= read -r x; do chmod g+s "$x"; done <"$w/setgid"
            fi
            cd "$s"
            find . -type d | sed -n 's/^\\.\\//\\//p' | sort >"$w/dirs"
            find . ! -type d | sed 's/^\\.//' | sort >"$w/new"
            cd /
            [ -s "$w/new" ] ||
            fail "the installation put nothing below \\$DESTDIR, which is $s; an \\"install\\" script has to"
            for x; do
            grep -qxF -e "$x" "$w/dirs" "$w/new" || fail "the installation has no $x; it has $(named "$w/new")"
            done
            : >"$w/old"
            [ ! -f "$d/files" ] || sed -n 's/^[fcl] [^/]*//p' "$d/files" | sort -u >"$w/old"
            without "$w/old" "$w/new" >"$w/fresh"
            while IFS= read -r x; do
            if [ -e "$x" ] || [ -h "$x" ]; then printf '%s\\n' "$x"; fi
            done <"$w/fresh" >"$w/taken"
            while IFS= read -r x; do
            if [ ! -d "$x" ] && { [ -e "$x" ] || [ -h "$x" ]; }; then printf '%s\\n' "$x"; fi
            done <"$w/dirs" >"$w/blocked"
            while IFS= read -r x; do
            if [ -d "$x" ] && [ ! -h "$x" ]; then printf '%s\\n' "$x"; fi
            done <"$w/new" >>"$w/blocked"
            [ ! -s "$w/blocked" ] || fail "in the way of the installation: $(named "$w/blocked")"
            [ "$overwrite" ] || [ ! -s "$w/taken" ] ||
            fail "there already, and not from this build: $(named "$w/taken")" \\
            'move them away, choose another prefix, or say "overwrite: true"'
            }
            """;

    // What others have changed below an etc or var is theirs; the list keeps saying how it was installed.
    private static final String KEEP = """
            keep() {
            : >"$w/kept"
            [ ! -f "$d/files" ] || sed -n 's/^c //p' "$d/files" >"$w/known"
            [ -f "$w/known" ] || return 0
            while IFS= read -r l; do
            x=/${l#*/}
            now=$(stat -c '%f %s %Y ' -- "$x" 2>/dev/null) || continue
            if ! grep -qxF -e "c $now$x" "$d/files" && grep -qxF -e "$x" "$w/new"; then
            printf 'c %s\\n' "$l" >>"$w/kept"
            printf 'kept %s, which was changed since it was installed\\n' "$x" >>"$d/log"
            fi
            done <"$w/known"
            }
            """;

    private static final String IDENTITIES = """
            identities() {
            cd "$s"
            sed 's/^/./' "$w/placed" | tr '\\n' '\\0' | xargs -0 -r stat -c '%f %s %Y %n' -- | BELOW=$below awk '
            {
            slash = index($0, "./")
            path = substr($0, slash + 1)
            own = ENVIRON["BELOW"]
            rest = own != "" && index(path, own "/") == 1 ? substr(path, length(own) + 1) : path
            if (/^a/) print "l " path
            else print (rest ~ /^\\/(etc|var)\\// ? "c " : "f ") substr($0, 1, slash - 1) path
            }' >"$w/list"
            cd /
            [ "$(wc -l <"$w/list")" -eq "$(wc -l <"$w/placed")" ] || fail 'what was installed cannot be listed'
            }
            """;

    private static final String PLACE = """
            place() {
            sed 's/^c [^/]*//' "$w/kept" >"$w/spared"
            without "$w/spared" "$w/new" >"$w/placed"
            while IFS= read -r x; do rm -f -- "$s$x"; done <"$w/spared"
            identities
            sed 's/\\/[^/]*$//' "$w/placed" | sort -u >"$w/holders"
            while IFS= read -r x; do [ -d "$x" ] || printf '%s\\n' "$x"; done <"$w/dirs" >"$w/made"
            { sed 's/^/d /' "$w/made"; sed "s/^/t /; s/\\$/\\/$beside/" "$w/holders"; } >"$d/pending"
            while IFS= read -r x; do
            mkdir -m "$(stat -c %a -- "$s$x")" -- "$x" || undo "cannot make $x"
            done <"$w/made"
            while IFS= read -r x; do
            t=$x/$beside
            rm -rf -- "$t" && mkdir -m 0700 -- "$t" || undo "cannot write in $x"
            find "$s$x" -mindepth 1 -maxdepth 1 ! -type d -print0 |
            xargs -0 sh -c 't=$1; shift; exec cp -a -- "$@" "$t/"' sh "$t" || undo "cannot write in $x"
            done <"$w/holders"
            { [ ! -f "$d/files" ] || cat "$d/files"; cat "$w/list"; sed 's/^/d /' "$w/made"; } >"$d/files.new"
            mv -f -- "$d/files.new" "$d/files"
            rm -f -- "$d/stamp"
            while IFS= read -r x; do
            find "$x/$beside" -mindepth 1 -maxdepth 1 -print0 |
            xargs -0 sh -c 'x=$1; shift; exec mv -f -- "$@" "$x/"' sh "$x"
            rmdir -- "$x/$beside"
            done <"$w/holders"
            rm -f -- "$d/pending"
            without "$w/new" "$w/old" | tr '\\n' '\\0' | xargs -0 -r rm -f --
            sed -n 's/^d //p' "$d/files" | sort -ru >"$w/known"
            without "$w/dirs" "$w/known" | tr '\\n' '\\0' | xargs -0 -r -n 1 rmdir -- 2>/dev/null || :
            cat "$w/list" "$w/kept" >"$d/files.new"
            while IFS= read -r x; do [ ! -d "$x" ] || printf 'd %s\\n' "$x"; done <"$w/known" >>"$d/files.new"
            mv -f -- "$d/files.new" "$d/files"
            cat "$w/new" "$w/old" | libraries
            }
            """;

    private BuildPlacement() {}

    /** Takes away what an attempt that was cut short left beside the places. */
    static Sh cleanUp() {
        return Sh.of("{}clean_up", Sh.of(CLEAN_UP)).aside();
    }

    /** Puts it in its place, if it is complete and nothing of others' is there, and writes the stamp. */
    static Sh place(String name, BuildSpec want, AbsPath stage) {
        List<String> stamp = want.stamp().entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .toList();
        AbsPath below = want.installedBelow();
        Sh variables = Sh.of(
                "s={} w=$d/work overwrite={} below={} beside={}",
                stage,
                want.overwrite() ? "yes" : "",
                below.isRoot() ? "" : below,
                ".tplctl-" + name);
        Sh functions = Sh.of(CLEAN_UP + LIBRARIES + LISTS + CHECK + KEEP + IDENTITIES + PLACE);
        return Sh.lines(List.of(
                Sh.lines(List.of(functions, variables)).aside(),
                want.creates().isEmpty() ? Sh.of("check") : Sh.of("check {}", want.creates()),
                Sh.of("keep").aside(),
                Sh.of("place # {} → {}", stage, "/"),
                Sh.of("printf '%s\\n' {} >\"$d/stamp.new\"", stamp).aside(),
                Sh.of("[ ! -f \"$w/commit\" ] || printf 'commit %s\\n' \"$(cat \"$w/commit\")\" >>\"$d/stamp.new\"")
                        .aside(),
                Sh.of("sync").aside(),
                Sh.of("mv -f -- \"$d/stamp.new\" \"$d/stamp\"\nrm -rf -- \"$w\"")
                        .aside()));
    }

    /** Takes away what is installed, and all that is known of it. */
    static Sh remove(AbsPath directory) {
        return Sh.of(
                """
                {}
                if [ -d "$d" ]; then
                clean_up
                if [ -f "$d/files" ]; then
                sed -n 's/^[fcl] [^/]*//p' "$d/files" | tr '\\n' '\\0' | xargs -0 -r rm -f --
                sed -n 's/^d //p' "$d/files" | sort -ru | tr '\\n' '\\0' | xargs -0 -r -n 1 rmdir -- 2>/dev/null || :
                libraries <"$d/files"
                fi
                rm -rf -- "$d"
                fi
                rmdir -- {} 2>/dev/null || :""",
                Sh.of("set -e\nd={}\n{}", directory, Sh.of(CLEAN_UP + LIBRARIES))
                        .aside(),
                directory.parent());
    }
}
