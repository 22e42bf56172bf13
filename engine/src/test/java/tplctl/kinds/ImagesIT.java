package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Content;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.DiskImage;

/** Images in the shells that hosts have, by the real qemu-img, curl and wget. */
class ImagesIT {
    @TempDir
    Path dir;

    private final List<Path> ledgers = new ArrayList<>();

    @BeforeEach
    void check() throws IOException {
        Bench bench = bench(Bench.DASH);
        assumeThat(bench.run("command -v qemu-img && test -w /var/lib && id -u").stdout())
                .as("needs root and qemu-img")
                .endsWith("\n0\n");
    }

    @AfterEach
    void forget() throws IOException {
        for (Path ledger : ledgers) {
            Files.delete(ledger);
            Files.delete(ledger.getParent());
        }
    }

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    private Trial<?, ?> image(String yaml) {
        return image(yaml, Map.of());
    }

    private Trial<?, ?> image(String yaml, Map<String, MemoryAssets.File> assets) {
        DiskImage base = new DiskImage(new AbsPath(dir + "/base.qcow2"), "qcow2");
        return Trial.of(
                "images",
                "it",
                yaml.replace("DIR", dir.toString()),
                new MemoryAssets(assets),
                new FixedLinks(Map.of("images.base", base)));
    }

    private Path made(Bench bench, String command) {
        ProbeOutput out = bench.run("cd " + Sh.quoted(dir.toString()) + " && " + command);
        assertThat(out.exit()).as(out.stderr()).isZero();
        return dir.resolve(command.substring(command.lastIndexOf(' ') + 1));
    }

    private String info(Bench bench, String file) {
        return bench.run(Sh.of("qemu-img info -- {}", dir + "/" + file).script())
                .stdout();
    }

    private void forget(Bench bench, Trial<?, ?> trial, Map<String, String> trace) throws IOException {
        Path path = Path.of(trace.getOrDefault("path", ""));
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(path).doesNotExist();
        String stamp = Stamps.path("images", "", new AbsPath(path.toString()));
        assertThat(Path.of(stamp)).doesNotExist();
        assertThat(Path.of(stamp + ".new")).doesNotExist();
    }

    @Shells
    void createsGrowsAndRemovesAnEmptyImage(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        String path = "DIR/new/-a'; touch canary; '$(touch canary)\\t,*{}ü.qcow2";
        Trial<?, ?> trial = image("{ path: \"" + path + "\", size: 1000 }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();

        Trial<?, ?> larger = image("{ path: \"" + path + "\", size: 10M }");
        assertThat(bench.apply(larger)).isEmpty();
        assertThat(bench.changes(trial))
                .singleElement()
                .satisfies(c -> assertThat(c.isRefused()).isTrue());

        forget(bench, trial, trace);
        assertThat(dir.resolve("new")).doesNotExist();
        assertThat(dir).isDirectoryNotContaining("glob:**canary*");
    }

    @Shells
    void createsARawImage(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = image("{ path: DIR/a.raw, size: 1000, format: raw }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        bench.apply(image("{ path: DIR/a.raw, size: 1M, format: raw }"));
        assertThat(Files.size(dir.resolve("a.raw"))).isEqualTo(1 << 20);
        forget(bench, trial, trace);
    }

    @Shells
    void convertsASourceOnTheHostAndGrowsIt(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        made(bench, "head -c 70000 /dev/urandom >src.raw");
        Trial<?, ?> trial = image("{ path: DIR/a.qcow2, source: DIR/src.raw, source_format: raw, size: 4M }");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(info(bench, "a.qcow2")).contains("file format: qcow2").contains("(4194304 bytes)");
        made(bench, "qemu-img convert -O raw a.qcow2 back.raw && cmp -n 70000 src.raw back.raw");
        assertThat(bench.look(trial).stdout()).contains("\nsame ");
        forget(bench, trial, trace);
        assertThat(dir.resolve("src.raw")).exists();
    }

    @Shells
    void replacesWhenTheSourceIsAnotherAndRefusesWhenItWasAltered(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        made(bench, "qemu-img create -q -f qcow2 one.qcow2 1M && qemu-img create -q -f qcow2 two.qcow2 2M");
        Trial<?, ?> one = image("{ path: DIR/a.qcow2, source: DIR/one.qcow2 }");
        Trial<?, ?> two = image("{ path: DIR/a.qcow2, source: DIR/two.qcow2 }");
        Map<String, String> trace = bench.apply(one).orElseThrow();
        assertThat(bench.changes(two))
                .singleElement()
                .satisfies(c -> assertThat(c.impact()).isEqualTo(Impact.REPLACE));
        bench.apply(two);
        assertThat(dir.resolve("a.qcow2")).hasSameBinaryContentAs(dir.resolve("two.qcow2"));

        made(bench, "touch a.qcow2");
        assertThat(bench.changes(two)).as("touched, but the same").isEmpty();
        made(bench, "qemu-img resize -q a.qcow2 3M");
        assertThat(bench.changes(two))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("was written to since"));
        forget(bench, one, trace);
    }

    @Shells
    void refusesASourceThatIsAnOverlay(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        made(bench, "qemu-img create -q -f qcow2 base.qcow2 1M");
        made(bench, "qemu-img create -q -f qcow2 -F qcow2 -b base.qcow2 over.qcow2");
        ProbeOutput out = bench.failure(image("{ path: DIR/a.qcow2, source: DIR/over.qcow2 }"));
        assertThat(out.stderr()).contains("over.qcow2 is an overlay of another file");
        assertThat(dir.resolve("a.qcow2")).doesNotExist();
    }

    @Shells
    void refusesASourceLargerThanTheSize(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        made(bench, "qemu-img create -q -f qcow2 one.qcow2 2M");
        ProbeOutput out = bench.failure(image("{ path: DIR/a.qcow2, source: DIR/one.qcow2, size: 1M }"));
        assertThat(out.stderr())
                .isEqualTo(dir
                        + "/one.qcow2 is larger than the size of 1048576 bytes, and no image is shrunk: it has 2097152"
                        + " bytes\n");
        assertThat(dir.resolve("a.qcow2")).doesNotExist();
    }

    @Shells
    void isNeitherResizedNorReplacedNorRemovedWhileSomethingStandsOnIt(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> base = image("{ path: DIR/base.qcow2, size: 1M }");
        Trial<?, ?> overlay = image("{ path: 'DIR/over lay.qcow2', backing: base, size: 2M }");
        Map<String, String> baseTrace = bench.apply(base).orElseThrow();
        Map<String, String> trace = bench.apply(overlay).orElseThrow();
        assertThat(info(bench, "over lay.qcow2")).contains("backing file: " + dir + "/base.qcow2");
        ledger("vms/it-" + dir.getFileName());

        Trial<?, ?> larger = image("{ path: DIR/base.qcow2, size: 2M }");
        assertThat(bench.changes(larger))
                .singleElement()
                .extracting(Change::refusal)
                .asString()
                .contains("cannot be resized")
                .contains("image " + dir + "/over lay.qcow2")
                .contains("vms.it-" + dir.getFileName());
        ProbeOutput out = bench.perform(
                base.kind().removal(base.self(), baseTrace).steps().get(0));
        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr()).contains("stays, since these stand on it:\n");
        assertThat(dir.resolve("base.qcow2")).exists();

        forget();
        ledgers.clear();
        forget(bench, overlay, trace);
        forget(bench, base, baseTrace);
    }

    /** The same shell with no other programs than those of a directory. */
    private static Bench poor(Bench bench, Path bin) {
        List<String> argv = new ArrayList<>(
                List.of("env", "PATH=" + bin, "/usr/bin/" + bench.shell().get(0)));
        argv.addAll(bench.shell().subList(1, bench.shell().size()));
        return new Bench(argv, bench.scratch());
    }

    private Path programs(String names) throws IOException {
        Path bin = Files.createDirectory(dir.resolve("bin"));
        for (String name : names.split(" ")) {
            Path program =
                    Files.writeString(bin.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin exec " + name + " \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return bin;
    }

    private void ledger(String of) throws IOException {
        Path ledger = Path.of("/var/lib/tplctl", of, "backing");
        Files.createDirectories(ledger.getParent());
        Files.writeString(ledger, "/elsewhere\n" + dir + "/base.qcow2\n");
        ledgers.add(ledger);
    }

    @Shells
    void sendsALocalSource(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = Files.readAllBytes(made(bench, "qemu-img create -q -f qcow2 -o size=1M one.qcow2"));
        MemoryAssets.File file = new MemoryAssets.File("files/one.qcow2", bytes, "stamp 1");
        Trial<?, ?> trial =
                image("{ path: DIR/new/a.qcow2, source: files/one.qcow2 }", Map.of("files/one.qcow2", file));
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        int reads = file.reads();

        assertThat(bench.changes(trial)).isEmpty();
        assertThat(file.reads()).isEqualTo(reads);
        assertThat(dir.resolve("new/a.qcow2")).hasBinaryContent(bytes);
        try (Stream<Path> left = Files.list(dir.resolve("new"))) {
            assertThat(left).hasSize(1);
        }
        forget(bench, trial, trace);
    }

    private static Path part(Bench bench, Trial<?, ?> trial) {
        return Path.of(trial.trace(bench.look(trial)).orElseThrow().getOrDefault("part", ""));
    }

    @Shells
    void downloadsResumesAndVerifies(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = Files.readAllBytes(made(bench, "qemu-img create -q -f qcow2 -o size=1M one.qcow2"));
        String sum = Content.of(bytes).sha256();
        try (FileServer server = new FileServer("/one.qcow2", bytes)) {
            String source = ", source: '" + server.url() + "/one.qcow2', sha256: " + sum + " }";
            Trial<?, ?> trial = image("{ path: DIR/a.qcow2" + source);
            Path part = part(bench, trial);
            Files.write(part, Arrays.copyOf(bytes, bytes.length / 2));

            Map<String, String> trace = bench.apply(trial).orElseThrow();

            assertThat(dir.resolve("a.qcow2")).hasBinaryContent(bytes);
            assertThat(server.ranges()).containsExactly("bytes=" + bytes.length / 2 + "-");
            assertThat(part).doesNotExist();
            forget(bench, trial, trace);

            Trial<?, ?> whole = image("{ path: DIR/b.qcow2" + source);
            Files.write(part(bench, whole), bytes);
            forget(bench, whole, bench.apply(whole).orElseThrow());
        }
    }

    @Shells
    void removesADownloadWithAnotherChecksumAndKeepsWhatWasThere(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = Files.readAllBytes(made(bench, "qemu-img create -q -f qcow2 -o size=1M one.qcow2"));
        Trial<?, ?> before = image("{ path: DIR/a.qcow2, source: DIR/one.qcow2 }");
        Map<String, String> trace = bench.apply(before).orElseThrow();
        String wrong = "0".repeat(64);
        try (FileServer server = new FileServer("/one.qcow2", bytes)) {
            Trial<?, ?> trial =
                    image("{ path: DIR/a.qcow2, source: '" + server.url() + "/one.qcow2', sha256: '" + wrong + "' }");
            ProbeOutput out = bench.failure(trial);
            assertThat(out.stderr())
                    .isEqualTo(server.url() + "/one.qcow2 has the SHA-256 "
                            + Content.of(bytes).sha256() + ", not " + wrong + "; nothing was made of it\n");
            assertThat(dir.resolve("a.qcow2")).hasBinaryContent(bytes);
            try (Stream<Path> left = Files.list(dir)) {
                assertThat(left).noneMatch(p -> p.toString().endsWith(".part"));
            }

            ProbeOutput missing = bench.failure(image("{ path: DIR/b.qcow2, source: '" + server.url() + "/none' }"));
            assertThat(missing.stderr()).endsWith("could not download " + server.url() + "/none\n");
        }
        forget(bench, before, trace);
    }

    @Shells
    void downloadsByWgetWhereThereIsNoCurl(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = Files.readAllBytes(made(bench, "qemu-img create -q -f qcow2 -o size=1M one.qcow2"));
        Path bin = programs("qemu-img wget sha256sum mkdir rm mv cp cat sed stat od grep sync rmdir");
        Bench poor = poor(bench, bin);
        try (FileServer server = new FileServer("/one.qcow2", bytes)) {
            Trial<?, ?> trial = image("{ path: DIR/a.qcow2, source: '" + server.url() + "/one.qcow2' }");
            Map<String, String> trace = poor.apply(trial).orElseThrow();
            assertThat(dir.resolve("a.qcow2")).hasBinaryContent(bytes);
            forget(bench, trial, trace);
        }
    }

    @Shells
    void saysThatQemuImgIsMissing(List<String> shell) throws IOException {
        Path bin = programs("stat od grep");
        Bench bench = bench(shell);
        Bench poor = poor(bench, bin);
        assertThat(poor.failure(image("{ path: DIR/a.qcow2, size: 1M }")).stderr())
                .isEqualTo("qemu-img is not installed on this host: qemu-utils in its packages brings it\n");
    }
}
