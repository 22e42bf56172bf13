package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;

/** Images in the shells that hosts have, by the real qemu-img. */
class ImagesIT extends ImageCase {
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

    @Shells
    void refusesASourceThatIsNotWhatItIsSaidToBe(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        made(bench, "echo '<html>Not found</html>' >page.qcow2");
        made(bench, "qemu-img create -q -f qcow2 -o size=1M one.img");
        assertThat(bench.failure(image("{ path: DIR/a.qcow2, source: DIR/page.qcow2 }"))
                        .stderr())
                .isEqualTo(dir + "/page.qcow2 is no qcow2, although it is named like one; with source_format: raw it is"
                        + " taken as it is\n");
        assertThat(bench.failure(image("{ path: DIR/a.qcow2, source: DIR/page.qcow2, source_format: qcow2 }"))
                        .stderr())
                .contains("Image is not in qcow2 format")
                .endsWith(dir + "/page.qcow2 is not of the source_format qcow2\n");
        assertThat(bench.failure(image("{ path: DIR/a.qcow2, source: DIR/one.img, source_format: raw }"))
                        .stderr())
                .isEqualTo(dir + "/one.img is said to be of the source_format raw, and begins as a qcow2 does\n");
        assertThat(dir.resolve("a.qcow2")).doesNotExist();
    }

    @Shells
    void touchesNoImageThatAProcessHasOpen(List<String> shell) throws IOException, InterruptedException {
        Bench bench = bench(shell);
        made(bench, "qemu-img create -q -f qcow2 one.qcow2 1M && qemu-img create -q -f qcow2 two.qcow2 2M");
        Trial<?, ?> one = image("{ path: \"DIR/a 'b'.qcow2\", source: DIR/one.qcow2 }");
        Map<String, String> trace = bench.apply(one).orElseThrow();
        Path image = dir.resolve("a 'b'.qcow2");
        Process holder =
                new ProcessBuilder("sh", "-c", "exec 3<\"$1\"; echo held; exec cat", "sh", image.toString()).start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            String others = " while others have it open:\n  cat (pid " + holder.pid() + ")\n";
            assertThat(bench.failure(image("{ path: \"DIR/a 'b'.qcow2\", source: DIR/two.qcow2 }"))
                            .stderr())
                    .isEqualTo(image + " cannot be replaced" + others);
            assertThat(bench.failure(image("{ path: \"DIR/a 'b'.qcow2\", source: DIR/one.qcow2, size: 2M }"))
                            .stderr())
                    .isEqualTo(image + " cannot be resized" + others);
            assertThat(image).hasSameBinaryContentAs(dir.resolve("one.qcow2"));
        } finally {
            holder.outputWriter().close();
            holder.waitFor();
        }
        bench.apply(image("{ path: \"DIR/a 'b'.qcow2\", source: DIR/one.qcow2, size: 2M }"));
        forget(bench, one, trace);
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
