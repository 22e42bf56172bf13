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
        lines.add(needsQemuImg().aside());
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
            lines.add(Sh.of("c=-").aside());
        }
        lines.add(
                Sh.of("{ sync {} 2>/dev/null || sync; } || exit", want.draft()).aside());
        lines.add(unheld(want.path(), "replaced").aside());
        lines.add(Sh.of("rm -f -- {} || exit", want.path()));
        lines.add(Sh.of("{\n{}\n} || exit", stamp(want, want.draft())).aside());
        lines.add(Sh.of("mv -f -- {} {} || exit", want.draft(), want.path()));
        lines.add(stamp(want, want.path()).aside());
        return Sh.lines(lines);
    }

    /** Fails, naming them, when others have the file open; what is there may be a disk that somebody runs on. */
    private static Sh unheld(AbsPath path, String deed) {
        return Sh.of(
                """
                if [ -e {} ]; then
                {}
                h=$(tplctl_holders {})
                if [ -n "$h" ]; then
                { printf '%s\\n' {}; printf '%s\\n' "$h" | sed 's/^/  /'; } >&2; exit 1
                fi
                fi""", path, ImageState.holders(), path, path + " cannot be " + deed + " while others have it open:");
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
        // What was fetched and is refused goes, or the next run would take it for what it asked for.
        lines.add(Sh.of(
                        "s={} t={} v= c=\ntplctl_refuse() { {}; printf '%s\\n' \"$1\" >&2; exit 1; }",
                        file, want.draft(), Download.drop(source))
                .aside());
        if (source instanceof FileSource.Url url) {
            lines.add(Download.fetch(url.url(), want.sha256().isPresent(), file));
        }
        lines.add(Sh.of("[ -f \"$s\" ] || { printf '%s\\n' {} >&2; exit 1; }", "there is no file " + file)
                .aside());
        want.sha256().ifPresent(sum -> lines.add(Download.verify(source, sum).aside()));
        lines.add(Sh.of(
                        """
                        j=$(qemu-img info{} --output=json -- "$s") || {}
                        f=$(printf '%s\\n' "$j" | sed -n 's/^    "format": "\\([^"]*\\)".*/\\1/p')
                        case $j in
                        *'"backing-filename":'* | *'"data-file":'*)
                        tplctl_refuse {} ;;
                        esac
                        {}""",
                        want.sourceFormat().map(f -> Sh.of(" -f {}", f)).orElse(Sh.of("")),
                        want.sourceFormat()
                                .map(f ->
                                        Sh.of("tplctl_refuse {}", source.shown() + " is not of the source_format " + f))
                                .orElse(Sh.of("exit")),
                        source.shown()
                                + " is an overlay of another file, or keeps its data in one: flatten it with qemu-img convert"
                                + " first",
                        isOfItsFormat(want, source))
                .aside());
        lines.add(Sh.of(
                """
                if [ "$f" = {} ]; then
                {} || exit
                else
                qemu-img convert -q -f "$f" -O {} -- {} {} || exit
                {}fi""",
                want.format(),
                Sh.of(onHost ? "cp -- {} {}" : "mv -f -- {} {}", file, want.draft()),
                want.format(),
                file,
                want.draft(),
                Sh.of("c=\n").aside()));
        want.size().ifPresent(size -> lines.add(sized(want, source, size.bytes())));
        lines.add(Sh.of("[ -n \"$c\" ] || c=$(sha256sum <\"$t\") || exit\nc=${c%% *}")
                .aside());
        if (!onHost) {
            lines.add(Download.drop(source).aside());
        }
        return Sh.lines(lines);
    }

    private static Sh sized(ImageSpec want, FileSource source, long bytes) {
        Sh check = Sh.of(
                """
                v=$(qemu-img info -f {} --output=json -- "$t" | sed -n 's/^    "virtual-size": \\([0-9]*\\).*/\\1/p')
                [ -n "$v" ] || { echo 'qemu-img did not say how large the disk is' >&2; exit 1; }
                if [ "$v" -gt {} ]; then
                tplctl_refuse {}" $v bytes"
                elif [ "$v" -lt {} ]; then
                c=
                """,
                want.format(),
                ImageSpec.rounded(bytes),
                source.shown() + " is larger than the size of " + bytes + " bytes, and no image is shrunk: it has",
                ImageSpec.rounded(bytes));
        return Sh.of(
                "{}qemu-img resize -q -f {} -- {} {} || exit{}",
                check.aside(),
                want.format(),
                want.draft(),
                bytes,
                Sh.of("\nfi").aside());
    }

    // Anything at all is an image in qemu-img's eyes, a raw one, and a page that tells of an error too.
    private static Sh isOfItsFormat(ImageSpec want, FileSource source) {
        if (want.sourceFormat().filter(f -> !f.equals("raw")).isPresent()) {
            return Sh.of(":");
        }
        if (want.sourceFormat().isPresent()) {
            return Sh.of(
                    "m=$(od -A n -t x1 -N 4 <\"$s\") || exit\n[ \"$m\" != ' 51 46 49 fb' ] || tplctl_refuse {}",
                    source.shown() + " is said to be of the source_format raw, and begins as a qcow2 does");
        }
        return want.formatByName()
                .map(format -> Sh.of(
                        "[ \"$f\" != raw ] || tplctl_refuse {}",
                        source.shown() + " is no " + format
                                + ", although it is named like one; with source_format: raw it is" + " taken as it is"))
                .orElse(Sh.of(":"));
    }

    /** Grows the disk. Meanwhile its stamp knows no digest, so that a run cut short does not leave one that no longer fits. */
    static Sh grow(ImageSpec want) {
        return Sh.lines(List.of(
                needsQemuImg().aside(),
                unheld(want.path(), "resized").aside(),
                Sh.of("c=-\n{} || exit", stamp(want, want.path())).aside(),
                Sh.of(
                        "qemu-img resize -q -f {} -- {} {} || exit",
                        want.format(),
                        want.path(),
                        want.size().orElseThrow().bytes()),
                stampAsItIs(want).aside()));
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
                part.map(Download::files).orElse(List.of()),
                Place.removeParents(path, parents));
    }
}
