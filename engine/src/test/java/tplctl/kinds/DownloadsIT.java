package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tplctl.kind.Content;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Step;

/** Images that are downloaded in the shells that hosts have, by the real curl and wget, over a network that breaks. */
class DownloadsIT extends ImageCase {
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
            assertThat(server.requests()).containsExactly("206 bytes=" + bytes.length / 2 + "-");
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

    private byte[] image(Bench bench) throws IOException {
        return Files.readAllBytes(made(bench, "qemu-img create -q -f qcow2 -o size=1M one.qcow2"));
    }

    private Trial<?, ?> download(FileServer server, String more) {
        return image("{ path: DIR/a.qcow2, source: '" + server.url() + "/one.qcow2'" + more + " }");
    }

    private void downloaded(Bench bench, Trial<?, ?> trial, byte[] bytes) throws IOException {
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        assertThat(dir.resolve("a.qcow2")).hasBinaryContent(bytes);
        assertNoParts();
        forget(bench, trial, trace);
    }

    private void assertNoParts() throws IOException {
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).noneMatch(p -> p.toString().contains(".part"));
        }
    }

    @Shells
    void goesOnAfterEachBreakWithTheSameFile(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server =
                new FileServer("/one.qcow2", bytes).serving(bytes, "v1").cutting(1000, 70000)) {
            downloaded(bench, download(server, ""), bytes);
            assertThat(server.requests())
                    .containsExactly("200", "206 bytes=1000- if \"v1\"", "206 bytes=71000- if \"v1\"");
        }
    }

    @Shells
    void beginsAnewWhenTheFileChangedMeanwhile(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] old = new byte[5000];
        byte[] bytes = image(bench);
        try (FileServer server =
                new FileServer("/one.qcow2", old).serving(old, "v1").cutting(1000)) {
            server.refusing(200, 404);
            Trial<?, ?> trial = download(server, "");
            bench.failure(trial);
            server.serving(bytes, "v2");
            downloaded(bench, trial, bytes);
            assertThat(server.requests())
                    .containsExactly("200", "404 bytes=1000- if \"v1\"", "200 bytes=1000- if \"v1\"", "200");
        }
    }

    @Shells
    void beginsAnewWhereTheServerGivesNoRest(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server = new FileServer("/one.qcow2", bytes)
                .serving(bytes, "v1")
                .cutting(1000)
                .withoutRanges()) {
            downloaded(bench, download(server, ""), bytes);
            assertThat(server.requests()).containsExactly("200", "200 bytes=1000- if \"v1\"", "200");
        }
    }

    @Shells
    void beginsAnewWhereNothingTellsIfItIsTheSameFile(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server = new FileServer("/one.qcow2", bytes).cutting(1000)) {
            downloaded(bench, download(server, ""), bytes);
            assertThat(server.requests()).containsExactly("200", "200");
        }
    }

    @Shells
    void fetchesAnewWhatWasPutTogetherFromTwoFiles(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server = new FileServer("/one.qcow2", bytes)) {
            Trial<?, ?> trial =
                    download(server, ", sha256: " + Content.of(bytes).sha256());
            Files.write(part(bench, trial), new byte[1000]);
            downloaded(bench, trial, bytes);
            assertThat(server.requests()).containsExactly("206 bytes=1000-", "200");
        }
    }

    @Shells
    void doesNotFetchAgainWhatIsThereInFull(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server = new FileServer("/one.qcow2", bytes)) {
            Trial<?, ?> trial = download(server, "");
            Path part = part(bench, trial);
            Files.write(part, bytes);
            Files.writeString(
                    Path.of(part + ".head"),
                    "HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nHTTP/2 200 \r\ncontent-length: " + bytes.length
                            + "\r\netag: \"v1\"\r\n\r\n");
            downloaded(bench, trial, bytes);
            assertThat(server.requests()).isEmpty();
        }
    }

    @Shells
    void asksAgainWhereWhatCameIsNoImageOfThatFormat(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        byte[] page = "<html>Come back later</html>".getBytes(StandardCharsets.US_ASCII);
        try (FileServer server = new FileServer("/one.qcow2", page).serving(page, "v0")) {
            Trial<?, ?> trial = download(server, "");
            assertThat(bench.failure(trial).stderr()).contains("is no qcow2, although it is named like one");
            assertNoParts();
            server.serving(bytes, "v1");
            downloaded(bench, trial, bytes);
            assertThat(server.requests()).containsExactly("200", "200");
        }
    }

    @Shells
    void triesAgainWhatAServerRefusedForNow(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server = new FileServer("/one.qcow2", bytes).refusing(503, 429)) {
            downloaded(bench, download(server, ""), bytes);
            assertThat(server.requests()).containsExactly("503", "429", "200");
        }
    }

    @Shells
    void givesUpOnAServerThatOnlyBreaksOffAndKeepsWhatItGotForLater(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server =
                new FileServer("/one.qcow2", bytes).serving(bytes, "v1").cutting(1000, 0, 0, 0, 0)) {
            Trial<?, ?> trial = download(server, "");
            ProbeOutput out = bench.failure(trial);
            assertThat(out.stderr())
                    .contains("curl: (18)")
                    .endsWith("could not download " + server.url() + "/one.qcow2\n");
            assertThat(part(bench, trial)).hasSize(1000);
            downloaded(bench, trial, bytes);
            assertThat(server.requests()).hasSize(6).endsWith("206 bytes=1000- if \"v1\"");
        }
    }

    @Shells
    void tellsHowFarItHasCome(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = Arrays.copyOf(image(bench), 3 << 20);
        try (FileServer server =
                new FileServer("/one.qcow2", bytes).serving(bytes, "v1").cutting(1 << 20)) {
            Trial<?, ?> trial = download(server, "");
            Map<String, String> trace = trial.trace(bench.look(trial)).orElseThrow();
            Step.Run step = bench.changes(trial).get(0).steps().stream()
                    .map(Step.Run.class::cast)
                    .findFirst()
                    .orElseThrow();
            assertThat(step.told()).isTrue();
            assertThat(bench.succeed(step).stdout())
                    .matches("(?s)([0-9]\\.[0-9] MiB( of 3\\.0 MiB)?\r)+3\\.0 MiB of 3\\.0 MiB\r\n");
            forget(bench, trial, trace);
        }
    }

    @Shells
    void removesWhatIsLeftOfADownload(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        try (FileServer server =
                new FileServer("/one.qcow2", bytes).serving(bytes, "v1").refusing(404)) {
            Trial<?, ?> trial = download(server, "");
            Map<String, String> trace = trial.trace(bench.look(trial)).orElseThrow();
            Path part = part(bench, trial);
            bench.failure(trial);
            Files.writeString(part, "half");
            Files.writeString(Path.of(part + ".head.new"), "HTTP/1.1 200 OK");
            bench.remove(trial, trace);
            assertNoParts();
        }
    }

    @Shells
    void downloadsByWgetWhereThereIsNoCurl(List<String> shell) throws IOException {
        byWget(shell, programs("qemu-img wget sha256sum mkdir rm mv cp cat sed stat od grep sync rmdir sleep"));
    }

    @Shells
    void downloadsByBusyboxWgetWhereThereIsNoOther(List<String> shell) throws IOException {
        Path bin = programs("qemu-img sha256sum mkdir rm mv cp cat sed stat od grep sync rmdir sleep");
        Path program = Files.writeString(bin.resolve("wget"), "#!/bin/sh\nexec /bin/busybox wget \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        byWget(shell, bin);
    }

    private void byWget(List<String> shell, Path bin) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = image(bench);
        Bench poor = poor(bench, bin);
        try (FileServer server = new FileServer("/one.qcow2", bytes).cutting(1000, bytes.length, 1000)) {
            downloaded(poor, download(server, ""), bytes);
            assertThat(server.requests()).containsExactly("200", "200");
            downloaded(poor, download(server, ", sha256: " + Content.of(bytes).sha256()), bytes);
            assertThat(server.requests()).containsExactly("200", "200", "200", "206 bytes=1000-");
            ProbeOutput missing = poor.failure(image("{ path: DIR/b.qcow2, source: '" + server.url() + "/none' }"));
            assertThat(missing.stderr()).endsWith("could not download " + server.url() + "/none\n");
        }
    }
}
