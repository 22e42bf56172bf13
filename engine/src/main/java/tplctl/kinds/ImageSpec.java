package tplctl.kinds;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
import tplctl.kind.Ref;
import tplctl.machine.DiskImage;

/**
 * What an image shall be.
 *
 * @param base the image that {@code backing} names; known once it is linked
 * @param sourceFormat the format that the source is taken to be of; left out, qemu-img finds out
 */
record ImageSpec(
        AbsPath path,
        Optional<ByteSize> size,
        Optional<FileSource> source,
        Optional<String> sha256,
        String format,
        Optional<Ref> backing,
        Optional<DiskImage> base,
        Optional<String> sourceFormat) {
    /** Sectors are what qemu-img rounds sizes to. */
    private static final int SECTOR = 512;

    // Not "img", which is any.
    private static final Map<String, String> BY_SUFFIX =
            Map.of("qcow2", "qcow2", "qcow", "qcow", "vmdk", "vmdk", "vdi", "vdi", "vhdx", "vhdx", "qed", "qed");

    ImageSpec over(DiskImage image) {
        return new ImageSpec(path, size, source, sha256, format, backing, Optional.of(image), sourceFormat);
    }

    boolean isQcow2() {
        return format.equals("qcow2");
    }

    Optional<Decoding.Asset> asset() {
        return source.filter(FileSource.Local.class::isInstance).map(s -> ((FileSource.Local) s).asset());
    }

    static long rounded(long bytes) {
        return new ByteSize(bytes).in(SECTOR) * SECTOR;
    }

    /** A digest of all that makes another image of it, so not of its size; a mirror with the same SHA-256 is the same source. */
    String origin() {
        String from = source.map(s -> sha256.orElse(s.shown()))
                .or(() -> base.map(b -> b.path() + "\n" + b.format()))
                .orElse("");
        return Content.of(String.join("\n", List.of(from, format, sourceFormat.orElse(""))))
                .sha256();
    }

    /** The end of its source's name, in lower case; all of the name when it has no end. */
    String suffix() {
        String name = source.map(FileSource::shown).orElse("");
        if (source.filter(FileSource.Url.class::isInstance).isPresent()) {
            name = name.replaceFirst("[?#].*", "");
        }
        name = name.substring(name.lastIndexOf('/') + 1);
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** The format that its source's name says it is of, when that is one that has a beginning of its own. */
    Optional<String> formatByName() {
        return Optional.ofNullable(BY_SUFFIX.get(suffix()));
    }

    /** What it is made from, for people. */
    String shown() {
        return source.map(FileSource::shown)
                .or(() -> base.map(b -> "overlay of " + b.path()))
                .orElse("empty " + format);
    }

    String stamp() {
        return Stamps.path("images", "", path);
    }

    /** Where it is made before it gets its name. */
    AbsPath draft() {
        return path.plus(".tplctl");
    }

    /** Where its source is fetched to: a name that depends on the source, so that only the same one is resumed. */
    AbsPath part() {
        return path.plus("." + origin().substring(0, 12) + ".part");
    }
}
