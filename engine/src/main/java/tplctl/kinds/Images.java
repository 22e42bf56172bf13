package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.DiskImage;

/**
 * A disk image. One that something stands on is never written, resized or replaced; one that somebody wrote to since it was made is
 * not replaced either. A look at it reads its header and its stamp, and hashes it only when the stamp no longer fits.
 */
final class Images implements Kind<ImageSpec, Seen<ImageState>> {
    private static final Duration TRANSFER_LIMIT = Duration.ofHours(1);

    private static final Set<String> PACKED = Set.of("gz", "xz", "bz2", "zst", "lz4", "zip", "7z", "tgz", "tar", "ova");

    private static final Field<AbsPath> PATH = Field.required(
            "path", Types.PROVIDED_PATH, "the image; missing directories above it are made with mode 0755");
    private static final Field<Optional<ByteSize>> SIZE = Field.optional(
            "size",
            Types.SIZE,
            "the size of the disk, at least that of its source or backing; it grows, but never shrinks");
    private static final Field<Optional<String>> SOURCE = Field.optional(
            "source",
            Types.WORD,
            "what is in it: an absolute path on the host, a local file beside the playbook, or an http or https URL");
    private static final Field<Optional<String>> SHA256 =
            Field.optional("sha256", Types.SHA256, "the SHA-256 of the source, checked before anything is made of it");
    private static final Field<String> FORMAT = Field.withDefault(
            "format", Types.oneOf("qcow2", "raw"), "qcow2", "the format; a source of another one is converted");
    private static final Field<Optional<Ref>> BACKING =
            Field.optional("backing", Types.ref("images"), "the image that it is an overlay of");
    private static final Field<Optional<String>> SOURCE_FORMAT = Field.optional(
            "source_format",
            Types.oneOf("qcow2", "raw", "vmdk", "vdi", "vhdx", "vpc", "qed"),
            "the format of the source; left out, qemu-img finds out");

    @Override
    public String name() {
        return "images";
    }

    @Override
    public String doc() {
        return "A disk image exists: empty, from a source, or an overlay of another.";
    }

    @Override
    public String example() {
        return """
                images:
                  vm: { path: /var/lib/tplctl/images/vm.qcow2, size: 10G }
                  debian:
                    path: /var/lib/tplctl/images/debian.qcow2
                    source: https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2
                    size: 8G
                """;
    }

    @Override
    public Schema<ImageSpec> schema() {
        return new Schema<>(
                "an image", List.of(PATH, SIZE, SOURCE, SHA256, FORMAT, BACKING, SOURCE_FORMAT), Images::build);
    }

    private static ImageSpec build(Values v, Decoding to) {
        if (v.get(PATH).text().indexOf('\n') >= 0) {
            to.error(v.at(PATH), "the path of an image takes no line break", "choose another name");
        }
        if (v.isSet(BACKING) && v.isSet(SOURCE)) {
            to.error(v.at(SOURCE), "\"source\" and \"backing\" exclude each other", "an overlay starts out empty");
        } else if (!v.isSet(BACKING) && !v.isSet(SOURCE) && !v.isSet(SIZE)) {
            to.error(v.at(), "nothing says what the image is", "give a size, a source, or a backing image");
        }
        if (v.isSet(BACKING) && !v.get(FORMAT).equals("qcow2")) {
            to.error(v.at(FORMAT), "only a qcow2 can be an overlay", "leave \"format\" out, or \"backing\"");
        }
        for (Field<?> field : List.of(SHA256, SOURCE_FORMAT)) {
            if (v.isSet(field) && !v.isSet(SOURCE)) {
                to.error(
                        v.at(field),
                        "\"" + field.name() + "\" is about a source, and there is none",
                        "give a source too");
            }
        }
        ImageSpec spec = new ImageSpec(
                v.get(PATH),
                v.get(SIZE),
                v.get(SOURCE).flatMap(s -> FileSource.parse(s, v.at(SOURCE), SOURCE.name(), to)),
                v.get(SHA256),
                v.get(FORMAT),
                v.get(BACKING),
                Optional.empty(),
                v.get(SOURCE_FORMAT));
        refusePacked(spec, v, to);
        return spec;
    }

    private static void refusePacked(ImageSpec spec, Values v, Decoding to) {
        if (PACKED.contains(spec.suffix()) && v.get(SOURCE_FORMAT).isEmpty()) {
            to.error(
                    v.at(SOURCE),
                    "\"" + v.get(SOURCE).orElse("") + "\" is packed, and nothing here unpacks it",
                    "unpack it with a command, and name what comes out of it; if it is an image all the same, say its"
                            + " source_format");
        }
    }

    @Override
    public Set<String> after() {
        return Set.of("packages", "builds");
    }

    @Override
    public Object exports(Subject self, ImageSpec spec) {
        return new DiskImage(spec.path(), spec.format());
    }

    @Override
    public ImageSpec link(Subject self, ImageSpec spec, Links links, Decoding errors) {
        return spec.backing()
                .flatMap(ref -> links.of(ref, DiskImage.class))
                .map(spec::over)
                .orElse(spec);
    }

    @Override
    public Probe<Seen<ImageState>> probe(Subject self, ImageSpec want) {
        return new Probe<>(
                ImageState.look(want),
                out -> Place.read(want.path(), out, lines -> ImageState.read(want.path(), out, lines)));
    }

    @Override
    public List<Change> changes(Subject self, ImageSpec want, Seen<ImageState> have) {
        if (have instanceof Seen.Obstacle<ImageState> obstacle) {
            return List.of(Change.refused(
                    Impact.CREATE, "path", obstacle.what(), want.shown(), Place.refusal(want.path(), obstacle.what())));
        }
        if (have instanceof Seen.Here<ImageState> here) {
            return ImageChanges.of(want, here.it(), () -> make(self, want), self.limit(TRANSFER_LIMIT));
        }
        return List.of(new Change(Impact.CREATE, "path", "", want.shown(), make(self, want)));
    }

    private static List<Step> make(Subject self, ImageSpec want) {
        List<Step> steps = new ArrayList<>();
        want.asset().ifPresent(asset -> {
            steps.add(new Step.Run(
                    Place.makeParents(want.path()), "making " + want.path().parent()));
            steps.add(new Step.WriteFile(want.part().text(), asset.content(), "0600", ""));
        });
        boolean fetched = want.source().isPresent();
        steps.add(new Step.Run(
                ImageSteps.make(want),
                "making " + want.path() + (fetched ? " from " + want.shown() : ""),
                self.limit(fetched ? TRANSFER_LIMIT : Step.DEFAULT_LIMIT),
                want.source().filter(FileSource.Url.class::isInstance).isPresent()));
        return steps;
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, ImageSpec want, Seen<ImageState> have) {
        if (!(have instanceof Seen.Missing<ImageState> missing)) {
            return Optional.empty();
        }
        Map<String, String> trace = new HashMap<>();
        trace.put("path", want.path().text());
        trace.put("parents", Integer.toString(missing.parents()));
        want.source().ifPresent(s -> trace.put("part", want.part().text()));
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        AbsPath path = traced.path("path");
        Optional<AbsPath> part = traced.find("part").map(AbsPath::new);
        return new Removal(
                path.text(), new Step.Run(ImageSteps.remove(path, part, traced.number("parents")), "removing " + path));
    }
}
