package tplctl.kinds;

import java.util.List;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;
import tplctl.kind.Word;

/**
 * Fetches a file by HTTP with what a host has, curl or wget. What came before a break stays under its temporary name, beside it the
 * header that it came with, and the next try goes on from there where it is certain to be the same file: curl asks for the rest on the
 * condition that the file is still the one whose beginning is there ({@code If-Range}, RFC 9110, section 13.1.5); where there is a
 * checksum to tell afterwards, the rest is taken as it comes, by wget too. Where neither is so, it begins anew.
 */
final class Download {
    // What curl keeps beside the part; the second while it goes on with one.
    private static final String HEAD = ".head";

    private static final String HEAD_OF_REST = ".head.new";

    private Download() {}

    /**
     * Defines {@code tplctl_fetch}, which fetches to {@code $s} and fails with the reason on stderr, and sets {@code resumed} when it
     * went on with what an earlier try had left. Every half second it writes to stdout how far it has come.
     *
     * @param checked whether a checksum will tell if it is what was wanted
     */
    static Sh define(String url, boolean checked) {
        return Sh.of("""
                url={} checked={} resumed=
                {}
                {}
                {}""", url, checked ? "1" : "", Sh.of(HELPERS), Sh.of(PROGRAMS), Sh.of(LOOP));
    }

    /** Fetches to {@code $s}, which is that file; people see the command that does it where nothing is left of an earlier try. */
    static Sh fetch(String url, boolean checked, AbsPath part) {
        return Sh.of(
                "{}{}",
                new Word.Shown(Sh.of("curl -fsSL -g -o {} -- {}", part, url).shown()),
                define(url, checked).then("tplctl_fetch || exit").aside());
    }

    /**
     * Compares {@code $s} with its checksum, which {@code c} is set to. A file that was fetched or sent and is another one is removed,
     * and fetched once more when it was put together from what two tries brought.
     */
    static Sh verify(FileSource source, String sum) {
        Sh again = source instanceof FileSource.Url ? Sh.of("""
                        if [ "$c" != {} ] && [ -n "$resumed" ]; then
                        tplctl_restart
                        tplctl_fetch || exit
                        c=$(sha256sum <"$s") || exit
                        c=${c%% *}
                        fi
                        """, sum) : Sh.of("");
        return Sh.of(
                """
                c=$(sha256sum <"$s") || exit
                c=${c%% *}
                {}if [ "$c" != {} ]; then
                {}
                printf '%s\\n' {}" $c,"{} >&2; exit 1
                fi""",
                again,
                sum,
                drop(source),
                source.shown() + " has the SHA-256",
                " not " + sum + "; nothing was made of it");
    }

    /** Removes {@code $s}, unless it is the host's own. */
    static Sh drop(FileSource source) {
        if (source instanceof FileSource.OnHost) {
            return Sh.of(":");
        }
        return source instanceof FileSource.Url ? Sh.of("tplctl_restart") : Sh.of("rm -f -- \"$s\"");
    }

    /** That part, and what is beside it. */
    static List<String> files(AbsPath part) {
        return List.of(part.text(), part + HEAD, part + HEAD_OF_REST);
    }

    // Of several headers, as redirections have them, the last one counts.
    private static final String HELPERS = """
            tplctl_size() { stat -c %s -- "$s" 2>/dev/null || echo 0; }
            tplctl_restart() { rm -f -- "$s" "$s.head" "$s.head.new"; }
            tplctl_head() {
            status= total= etag= date=
            [ -f "$1" ] || return 0
            while IFS= read -r l; do
            l=${l%"$cr"}
            w=${l#*:} w=${w# }
            case $l in
            HTTP/*) total= etag= date= status=${l#* } status=${status%% *} ;;
            [Cc]ontent-[Ll]ength:*) total=$w ;;
            [Ee][Tt]ag:*) etag=$w ;;
            [Ll]ast-[Mm]odified:*) date=$w ;;
            esac
            done <"$1"
            case $total in *[!0-9]*) total= ;; esac
            case $etag in W/*) etag= ;; esac
            }
            tplctl_amount() { printf '%d.%d MiB' $(($1 / 1048576)) $(($1 % 1048576 * 10 / 1048576)); }
            tplctl_tell() {
            n=$(tplctl_size)
            if [ -z "$total" ]; then tplctl_head "$s.head"; fi
            printf '%s%s\\r' "$(tplctl_amount "$n")" "${total:+ of $(tplctl_amount "$total")}"
            }
            cr=$(printf '\\r')""";

    // "again" stands for the exit codes that are no reason to give up: a connection that broke, was not made, or
    // stalled.
    private static final String PROGRAMS = """
            if command -v curl >/dev/null 2>&1; then
            again=' 5 6 7 16 18 28 35 52 55 56 92 '
            tplctl_get() {
            if [ "$1" = 0 ]; then
            curl -fsSL -g --connect-timeout 30 --speed-limit 1 --speed-time 60 -D "$s.head" -o "$s" -- "$url"
            else
            tplctl_head "$s.head"
            if [ -n "$etag$date" ]; then set -- -H "If-Range: ${etag:-$date}"; else set --; fi
            curl -fsSL -g --connect-timeout 30 --speed-limit 1 --speed-time 60 "$@" -C - -D "$s.head.new" -o "$s" -- "$url"
            fi
            }
            tplctl_resumes() { tplctl_head "$s.head"; [ -n "$checked$etag$date" ]; }
            elif command -v wget >/dev/null 2>&1; then
            # Busybox's has neither option, may crash on the second (Debian 12), and ends with 1 whatever was wrong.
            case $(wget --version 2>/dev/null) in
            *GNU*) again=' 4 ' ;;
            *) again= ;;
            esac
            tplctl_get() {
            r=
            if [ "$1" = 0 ]; then rm -f -- "$s"; else r=-c; fi
            wget -q ${again:+-t 1 -T 60} $r -O "$s" "$url" || { set -- $?; echo "wget: exit code $1" >&2; return $1; }
            }
            tplctl_resumes() { [ -n "$checked" ]; }
            else
            echo 'neither curl nor wget is installed on this host: curl in its packages brings one' >&2; exit 1
            fi""";

    private static final String LOOP = """
            tplctl_fetch() {
            tries=0 anew=0 most=$(tplctl_size)
            while :; do
            before=$(tplctl_size) total=
            if [ "$before" != 0 ] && ! tplctl_resumes; then tplctl_restart; before=0; fi
            tplctl_head "$s.head"
            if [ "$before" != 0 ]; then
            resumed=1
            if [ "$before" = "$total" ]; then return 0; fi
            if [ -n "$total" ] && [ "$before" -gt "$total" ]; then tplctl_restart; before=0; fi
            fi
            rm -f -- "$s.head.new"
            total=
            tplctl_get "$before" &
            p=$!
            while kill -0 $p 2>/dev/null; do sleep 0.1; tplctl_tell; sleep 0.4; done
            wait $p
            e=$?
            if [ $e = 0 ]; then tplctl_tell; echo; return 0; fi
            if [ -f "$s.head.new" ]; then tplctl_head "$s.head.new"; else tplctl_head "$s.head"; fi
            # It is another file by now, or the server gives no rest of it.
            if [ "$before" != 0 ]; then
            case $e$status in 33* | 36* | 22416 | 8) if [ $anew = 0 ]; then anew=1; tplctl_restart; continue; fi ;; esac
            fi
            n=$(tplctl_size) further=
            if [ "$n" -gt "$most" ]; then most=$n further=1 tries=0; fi
            case "$again 22408 22429 22500 22502 22503 22504 " in
            *" $e "* | *" $e$status "*) ;;
            *) if [ -n "$again" ] || [ -z "$further" ]; then break; fi ;;
            esac
            tries=$((tries + 1))
            if [ $tries -ge 5 ]; then break; fi
            sleep $tries
            done
            printf '%s\\n' "could not download $url" >&2
            return 1
            }""";
}
