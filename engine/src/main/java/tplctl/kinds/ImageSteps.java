package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/**
 * The scripts that make, resize and remove images. An image gets its name only when it is whole; what was at the name before is
 * removed when the new one lies ready beside it, so that no stamp is ever read for another image than its own.
 */
final class ImageSteps {
    private ImageSteps() {}

    /** Makes the image, or makes it anew. Its source, when it is a local file, was written to {@link ImageSpec#part} before. */
    static Sh make(ImageSpec want) {
        List<Sh> lines = new ArrayList<>();
        lines.add(needsQemuImg());
        lines.add(Sh.of("mkdir -p -- {} && rm -f -- {} || exit", want.path().parent(), want.draft()));
        if (want.source().isPresent()) {
            lines.add(fromSource(want));
        } else {
            lines.add(Sh.of(
                    "qemu-img create -q -f {}{} -- {} {} || exit",
                    want.format(),
                    want.base()
                            .map(b -> Sh.of(" -F {} -b {}", b.format(), b.path()))
                            .orElse(Sh.of("")),
                    want.draft(),
                    want.size().map(s -> List.of(Long.toString(s.bytes()))).orElse(List.of())));
            lines.add(Sh.of("c=-"));
        }
        Sh stamp = stamp(want, want.draft());
        lines.add(Sh.of("""
                { sync {} 2>/dev/null || sync; } &&
                rm -f -- {} &&
                {} &&
                mv -f -- {} {} &&
                {}""", want.draft(), want.path(), stamp, want.draft(), want.path(), stamp(want, want.path())));
        return Sh.lines(lines);
    }

    private static Sh needsQemuImg() {
        return Sh.of(
                "command -v qemu-img >/dev/null 2>&1 ||"
                        + " { echo 'qemu-img is not installed on this host: qemu-utils in its packages brings it' >&2; exit 1; }");
    }

    // The digest is that of the file as it is kept, which needs reading only when it is not the source as it came.
    private static Sh fromSource(ImageSpec want) {
        FileSource source = want.source().orElseThrow();
        boolean onHost = source instanceof FileSource.OnHost;
        AbsPath file = source instanceof FileSource.OnHost there ? there.path() : want.part();
        List<Sh> lines = new ArrayList<>();
        lines.add(Sh.of("s={} t={} v= c=", file, want.draft()));
        if (source instanceof FileSource.Url url) {
            lines.add(fetch(url.url(), want.sha256().isPresent()));
        }
        lines.add(Sh.of("[ -f \"$s\" ] || { printf '%s\\n' {} >&2; exit 1; }", "there is no file " + file));
        want.sha256().ifPresent(sum -> lines.add(verify(sum, source.shown(), !onHost)));
        lines.add(Sh.of(
                """
                j=$(qemu-img info{} --output=json -- "$s") || exit
                f=$(printf '%s\\n' "$j" | sed -n 's/^    "format": "\\([^"]*\\)".*/\\1/p')
                case $j in
                *'"backing-filename":'* | *'"data-file":'*)
                printf '%s\\n' {} >&2; exit 1 ;;
                esac
                if [ "$f" = {} ]; then
                {} || exit
                else
                qemu-img convert -q -f "$f" -O {} -- "$s" "$t" || exit
                c=
                fi""",
                want.sourceFormat().map(f -> Sh.of(" -f {}", f)).orElse(Sh.of("")),
                source.shown()
                        + " is an overlay of another file, or keeps its data in one: flatten it with qemu-img convert first",
                want.format(),
                Sh.of(onHost ? "cp -- \"$s\" \"$t\"" : "mv -f -- \"$s\" \"$t\""),
                want.format()));
        want.size()
                .ifPresent(size -> lines.add(Sh.of(
                        """
                v=$(qemu-img info -f {} --output=json -- "$t" | sed -n 's/^    "virtual-size": \\([0-9]*\\).*/\\1/p')
                [ -n "$v" ] || { echo 'qemu-img did not say how large the disk is' >&2; exit 1; }
                if [ "$v" -gt {} ]; then
                printf '%s\\n' {}" $v bytes" >&2; exit 1
                elif [ "$v" -lt {} ]; then
                qemu-img resize -q -f {} -- "$t" {} || exit
                c=
                fi""",
                        want.format(),
                        ImageSpec.rounded(size.bytes()),
                        source.shown() + " is larger than the size of " + size.bytes()
                                + " bytes, and no image is shrunk: it has",
                        ImageSpec.rounded(size.bytes()),
                        want.format(),
                        size.bytes())));
        lines.add(Sh.of("[ -n \"$c\" ] || c=$(sha256sum <\"$t\") || exit\nc=${c%% *}"));
        if (!onHost) {
            lines.add(Sh.of("rm -f -- \"$s\""));
        }
        return Sh.lines(lines);
    }

    // Without a checksum nothing would tell that the file changed between the two halves, so it is fetched from the
    // start.
    static Sh fetch(String url, boolean resume) {
        return Sh.of("""
                {}
                if command -v curl >/dev/null 2>&1; then
                fetch() { curl -fsSL -g --connect-timeout 30 --retry 3 -C - -o "$s" {}; }
                elif command -v wget >/dev/null 2>&1; then
                fetch() { wget -q -c -O "$s" {}; }
                else
                echo 'neither curl nor wget is installed on this host: curl in its packages brings one' >&2; exit 1
                fi
                fetch || case $? in
                22 | 33 | 36 | 8) rm -f -- "$s"; fetch ;;
                *) false ;;
                esac || { printf '%s\\n' {} >&2; exit 1; }""", Sh.of(resume ? ":" : "rm -f -- \"$s\""), url, url, "could not download " + url);
    }

    static Sh verify(String sum, String shown, boolean remove) {
        return Sh.of(
                """
                c=$(sha256sum <"$s") || exit
                c=${c%% *}
                if [ "$c" != {} ]; then
                {}
                printf '%s\\n' {}" $c,"{} >&2; exit 1
                fi""",
                sum,
                Sh.of(remove ? "rm -f -- \"$s\"" : ":"),
                shown + " has the SHA-256",
                " not " + sum + "; nothing was made of it");
    }

    /** Grows the disk. Meanwhile its stamp knows no digest, so that a run cut short does not leave one that no longer fits. */
    static Sh grow(ImageSpec want) {
        return Sh.of(
                "{}\nc=-\n{} || exit\nqemu-img resize -q -f {} -- {} {} || exit\n{}",
                needsQemuImg(),
                stamp(want, want.path()),
                want.format(),
                want.path(),
                want.size().orElseThrow().bytes(),
                stampAsItIs(want));
    }

    /** Writes the stamp for the file that is there. */
    static Sh stampAsItIs(ImageSpec want) {
        return want.source().isPresent()
                ? Sh.of("c=$(sha256sum <{}) || exit\nc=${c%% *}\n{}", want.path(), stamp(want, want.path()))
                : Sh.of("c=-\n{}", stamp(want, want.path()));
    }

    private static Sh stamp(ImageSpec want, AbsPath file) {
        List<Object> lines = new ArrayList<>();
        lines.add(want.origin());
        lines.add(Sh.of("\"$c\""));
        lines.add(want.asset().map(a -> a.content().sha256()).orElse("-"));
        lines.add(want.asset().map(a -> a.stamp()).filter(s -> !s.isEmpty()).orElse("-"));
        lines.add(want.base().map(b -> b.path().text()).orElse("-"));
        lines.add("image " + want.path());
        return Stamps.write(want.stamp(), file, lines);
    }

    /** Removes an image and what was left of its making, unless something stands on it. */
    static Sh remove(AbsPath path, Optional<AbsPath> part, int parents) {
        return Sh.of(
                """
                u=$(
                {}
                )
                if [ -n "$u" ]; then printf '%s\\n' {} "$u" >&2; exit 1; fi
                rm -f -- {} {} {} {} &&
                {}""",
                ImageState.users(path, ""),
                path + " stays, since these stand on it:",
                path,
                path.plus(".tplctl"),
                Stamps.path("images", "", path),
                part.map(List::of).orElse(List.of()),
                Place.removeParents(path, parents));
    }
}
