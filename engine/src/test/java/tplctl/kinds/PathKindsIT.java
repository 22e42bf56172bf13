package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeException;
import tplctl.kind.Sh;
import tplctl.kind.Step;

/** Directories and files in the shells that hosts have. */
class PathKindsIT {
    /** Whatever a shell could trip over. */
    private static final String HOSTILE = "-x'; touch canary; '\"$(touch canary)\\n\n\t *[a]{}~ü#%";

    @TempDir
    Path dir;

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    private static String yaml(Path path) {
        return '"'
                + path.toString()
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t")
                + '"';
    }

    private static Trial<?, ?> directory(Path path, String more) {
        return Trial.of("directories", "it", "{ path: " + yaml(path) + more + " }");
    }

    private static Trial<?, ?> file(Path path, String more) {
        return Trial.of("files", "it", "{ path: " + yaml(path) + more + " }");
    }

    @Shells
    void makesADirectoryOfAHostileNameAndTakesAwayWhatItMade(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = dir.resolve(HOSTILE).resolve("b").resolve(HOSTILE);
        Trial<?, ?> trial = directory(path, ", mode: \"0750\", owner: \"root:root\"");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(path).isDirectory();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwxr-x---");
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(dir.resolve(HOSTILE)).doesNotExist();
        assertThat(dir).isDirectory().isDirectoryNotContaining("glob:**canary**");
    }

    @Shells
    void leavesADirectoryThatIsInUseAndSaysSo(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = dir.resolve("a/b");
        Trial<?, ?> trial = directory(path, "");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        Files.writeString(path.resolve("kept"), "");

        String said = bench.succeed(
                        trial.kind().removal(trial.self(), trace).steps().get(0))
                .stderr();

        assertThat(said).isEqualTo(path + " is not empty, or in use, and stays\n");
        assertThat(path.resolve("kept")).exists();
    }

    @Shells
    void mendsModeAndOwner(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = Files.createDirectory(dir.resolve("d"));
        assertThat(bench.apply(directory(path, ", mode: \"2711\", owner: \"1:daemon\"")))
                .isEmpty();
    }

    @Shells
    void refusesALinkAFileAndWhatIsBelowAFile(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("scratch"));
        Path file = Files.writeString(dir.resolve("file"), "");
        for (Path path : List.of(link, file, file.resolve("x"))) {
            assertThat(bench.changes(directory(path, "")))
                    .singleElement()
                    .satisfies(c -> assertThat(c.isRefused()).isTrue());
        }
        assertThat(bench.changes(file(dir, ", content: a")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("is a directory"));
        assertThat(bench.changes(file(link, ", content: a")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("is a symbolic link"));
    }

    @Shells
    void takesWhatItMayNotSeeForNothingButAnError(List<String> shell) throws IOException {
        assumeThat(bench(shell).run("id -u").stdout())
                .as("needs root, to become nobody")
                .isEqualTo("0\n");
        Path open = Files.createTempDirectory(Path.of("/var/tmp"), "tplctl");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path closed = Files.createDirectory(open.resolve("closed"));
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
            List<String> argv = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
            argv.addAll(shell);
            Bench nobody = new Bench(argv, open);
            Trial<?, ?> trial = directory(closed.resolve("a/b"), "");

            assertThatThrownBy(() -> nobody.changes(trial))
                    .isInstanceOf(ProbeException.class)
                    .hasMessageContaining("permission denied on a directory above it");
        } finally {
            bench(shell).run(Sh.of("rm -rf -- {}", open).script());
        }
    }

    @Shells
    void writesAFileOfAHostileNameAndTakesItAway(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = dir.resolve(HOSTILE).resolve(HOSTILE);
        Trial<?, ?> trial = file(path, ", content: \"a\\n$(touch canary)\", mode: \"0600\"");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(path).hasContent("a\n$(touch canary)");
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(dir.resolve(HOSTILE)).doesNotExist();
    }

    @Shells
    void replacesContentAndKeepsTheOwner(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = Files.writeString(dir.resolve("f"), "old");
        assertThat(bench.run(Sh.of("chown 1:2 {}", path).script()).exit()).isZero();

        assertThat(bench.apply(file(path, ", content: new"))).isEmpty();

        assertThat(path).hasContent("new");
        assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(1);
    }

    @Shells
    void readsALargeSourceOnlyWhenOneSideChanged(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = dir.resolve("large");
        byte[] content = new byte[3 << 20];
        MemoryAssets.File source = new MemoryAssets.File("s", content, "stamp 1");
        Trial<?, ?> trial = large(path, source);
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        int reads = source.reads();

        assertThat(bench.look(trial).stdout()).endsWith("\nstamp 1\n");
        assertThat(bench.changes(trial)).isEmpty();
        assertThat(source.reads()).isEqualTo(reads);

        Files.setLastModifiedTime(path, FileTime.fromMillis(0));
        assertThat(bench.look(trial).stdout()).doesNotContain("stamp 1");
        assertThat(bench.changes(trial)).as("touched, but the same").isEmpty();
        assertThat(source.reads()).isGreaterThan(reads);

        Files.write(path, new byte[] {1});
        assertThat(bench.apply(trial)).isEmpty();
        assertThat(path).hasBinaryContent(content);

        byte[] other = content.clone();
        other[1 << 20] = 1;
        bench.apply(large(path, new MemoryAssets.File("s", other, "stamp 2")));
        assertThat(path).hasBinaryContent(other);

        bench.remove(trial, trace);
        assertThat(path).doesNotExist();
        assertThat(bench.run("ls /var/lib/tplctl/stamps/files").stdout())
                .doesNotContain(
                        Stamps.path("files", "", AbsPath.parse(path.toString()).orElseThrow())
                                .substring("/var/lib/tplctl/stamps/files/".length()));
    }

    @Shells
    void stampsAgainAfterAChangeOfModeAlone(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path path = dir.resolve("large");
        Trial<?, ?> trial = large(path, new MemoryAssets.File("s", new byte[2 << 20], "stamp 1"));
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));

        assertThat(bench.changes(trial)).singleElement().satisfies(c -> {
            assertThat(c.field()).isEqualTo("mode");
            assertThat(c.steps()).allMatch(Step.Run.class::isInstance);
        });
        bench.apply(trial);

        assertThat(bench.look(trial).stdout()).endsWith("\nstamp 1\n");
        bench.remove(trial, trace);
    }

    private static Trial<?, ?> large(Path path, MemoryAssets.File source) {
        return Trial.of(
                "files",
                "it",
                "{ path: " + yaml(path) + ", source: s }",
                new MemoryAssets(Map.of("s", source)),
                new FixedLinks(Map.of()));
    }
}
