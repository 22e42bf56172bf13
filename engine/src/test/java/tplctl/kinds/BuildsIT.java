package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.Change;
import tplctl.kind.Content;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.lab.WholeMachine;

/** Builds in the shells that hosts have, by the real git, make and compiler. */
@ExtendWith(WholeMachine.class)
class BuildsIT {
    @TempDir
    Path dir;

    private SampleProgram program;
    private Path prefix;
    private String name;

    @BeforeEach
    void setUp() {
        program = new SampleProgram(dir.resolve("src"));
        prefix = dir.resolve("prefix");
        name = "it-" + dir.getFileName();
    }

    @AfterEach
    void forget() throws IOException {
        bench(Bench.DASH).run("rm -rf -- " + state() + "; rmdir -- /var/lib/tplctl/builds 2>/dev/null || :");
    }

    private Path state() {
        return Path.of("/var/lib/tplctl/builds", name);
    }

    private static List<String> fields(List<Change> changes) {
        return changes.stream().map(Change::field).toList();
    }

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    private Trial<?, ?> build(String source, String more) {
        return Trial.of(
                "builds",
                name,
                "{ source: { git: " + program.repository() + ", " + source + " }, prefix: " + prefix + ", user: nobody"
                        + more.replace("creates: PREFIX", "creates: " + prefix) + " }");
    }

    private String said(Bench bench) {
        ProbeOutput out = bench.run(prefix + "/bin/sample");
        return (out.stdout() + out.stderr()).strip();
    }

    @Shells
    void installsATagABranchAndACommitAndTakesItAway(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> one = build("ref: v1, submodules: true", "");
        Map<String, String> trace = bench.apply(one).orElseThrow();
        assertThat(said(bench)).isEqualTo("hello 1");
        assertThat(Files.getOwner(prefix.resolve("bin/sample")).getName()).isEqualTo("root");
        bench.apply(build("ref: origin/main, submodules: [words]", ""));
        assertThat(said(bench)).isEqualTo("hello 2");
        assertThat(prefix.resolve("share/man/manual")).exists();

        String third = program.next("3");
        program.next("4");
        bench.apply(build("ref: " + third + ", submodules: true", ""));
        assertThat(said(bench)).isEqualTo("hello 3");
        bench.apply(build("ref: '" + third.substring(0, 10) + "', submodules: true", ""));
        assertThat(said(bench)).isEqualTo("hello 3");

        bench.apply(one);
        assertThat(said(bench)).isEqualTo("hello 1");
        assertThat(prefix.resolve("share"))
                .as("what the first version does not have")
                .doesNotExist();
        bench.remove(one, trace);
        bench.remove(one, trace);
        assertThat(prefix).doesNotExist();
        assertThat(state()).doesNotExist();
    }

    @Shells
    void buildsAgainWhenAnOptionOrVariableIsAnotherAndExchangesWhatIsInstalled(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        bench.apply(build("ref: v1, submodules: true", ""));
        Trial<?, ?> renamed =
                build("ref: v1, submodules: true", ", configure: [--program-name=other], creates: PREFIX/bin/other");
        assertThat(fields(bench.changes(renamed))).containsExactly("configure", "creates");
        bench.apply(renamed);
        assertThat(prefix.resolve("bin/other")).exists();
        assertThat(prefix.resolve("bin/sample")).doesNotExist();
        Trial<?, ?> flags =
                build("ref: v1, submodules: true", ", configure: [--program-name=other], env: { CFLAGS: -O0 }");
        assertThat(fields(bench.changes(flags))).containsExactly("env");
        bench.apply(flags);
    }

    @Shells
    void aConfigureThatFailsShowsItsLastLinesAndLeavesTheOldVersion(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> good = build("ref: v1, submodules: true", "");
        bench.apply(good);
        ProbeOutput out = bench.failure(build("ref: v2, submodules: true", ", configure: [--fail]"));
        assertThat(out.exit()).isEqualTo(77);
        assertThat(out.stderr())
                .contains("checking for luck... no\nconfigure: error: out of luck\n")
                .contains("all of its output is in " + state() + "/log");
        assertThat(state().resolve("log")).content().contains("out of luck");
        assertThat(said(bench)).isEqualTo("hello 1");
        assertThat(bench.changes(good)).isEmpty();
    }

    @Shells
    void aCompilationThatFailsLeavesTheOldVersion(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> good = build("ref: v1, submodules: true", "");
        bench.apply(good);
        ProbeOutput out = bench.failure(build("ref: v2, submodules: false", ""));
        assertThat(out.stderr()).contains("words/words.h");
        assertThat(said(bench)).isEqualTo("hello 1");
        assertThat(bench.changes(good)).isEmpty();
    }

    @Shells
    void aRefThatDoesNotExistIsNamedWithTheNearest(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        ProbeOutput out = bench.failure(build("ref: v11", ""));
        assertThat(out.stderr())
                .contains("there is no branch, tag or commit \"v11\" in " + program.repository())
                .contains("the nearest that it has: \"v1\",");
        assertThat(prefix).doesNotExist();
        out = bench.failure(build("ref: " + "0".repeat(40), ""));
        assertThat(out.stderr()).contains("there is no branch, tag or commit \"0000");
    }

    @Shells
    void seesWhatIsMissingOrAlteredAndSparesConfiguration(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> one = build("ref: v1, submodules: true", "");
        bench.apply(one);
        Path conf = prefix.resolve("etc/sample.conf");
        Files.writeString(conf, "greet=0 # mine\n");
        assertThat(bench.changes(one)).as("configuration is to be changed").isEmpty();
        Files.writeString(prefix.resolve("bin/sample"), "");
        Files.delete(prefix.resolve("bin/sample-link"));
        assertThat(bench.changes(one))
                .singleElement()
                .satisfies(
                        c -> assertThat(c.from()).contains("/bin/sample").endsWith(" and 1 more missing or altered"));
        bench.apply(one);
        assertThat(said(bench)).isEqualTo("hello 1");
        bench.apply(build("ref: v2, submodules: true", ""));
        assertThat(said(bench)).isEqualTo("hello 2");
        assertThat(conf).content().isEqualTo("greet=0 # mine\n");
        Files.delete(conf);
        assertThat(fields(bench.changes(build("ref: v2, submodules: true", ""))))
                .containsExactly("files");
    }

    @Shells
    void replacesNothingOfOthersUnlessToldTo(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Files.createDirectories(prefix.resolve("bin"));
        Files.writeString(prefix.resolve("bin/sample"), "mine\n");
        assertThat(bench.changes(build("ref: v1, submodules: true", ", creates: PREFIX/bin/sample")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("was not installed by tplctl"));
        ProbeOutput out = bench.failure(build("ref: v1, submodules: true", ""));
        assertThat(out.stderr()).contains("there already, and not from this build: " + prefix + "/bin/sample");
        assertThat(prefix.resolve("bin/sample")).content().isEqualTo("mine\n");
        assertThat(prefix.resolve("etc")).doesNotExist();
        bench.apply(build("ref: v1, submodules: true", ", creates: PREFIX/bin/sample, overwrite: true"));
        assertThat(said(bench)).isEqualTo("hello 1");
    }

    @Shells
    void failsWhenTheInstallationLacksWhatItMustMakeOrHasNothing(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        ProbeOutput out = bench.failure(build("ref: v1, submodules: true", ", creates: PREFIX/bin/none"));
        assertThat(out.stderr()).contains("the installation has no " + prefix + "/bin/none; it has " + prefix);
        out = bench.failure(build("ref: v1, submodules: true", ", install: 'true'"));
        assertThat(out.stderr()).contains("the installation put nothing below $DESTDIR");
        assertThat(prefix).doesNotExist();
    }

    @Shells
    void runsScriptsAsTheAccountWithVariablesThatAreNotShown(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        String script = "mkdir -p \"$DESTDIR$PREFIX/a b\"; cd \"$DESTDIR$PREFIX/a b\""
                + "; printf '%s\\n' \"$(id -un) $V $JOBS\" >\"-it's \\$(touch canary) ü\"; chmod 4755 ./-it*";
        Trial<?, ?> trial = build(
                "ref: v1",
                ", configure: false, make: false, jobs: 3, env: { V: \"s3'cret\" }, install: " + "\""
                        + script.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        Path made = prefix.resolve("a b/-it's $(touch canary) ü");
        assertThat(made).content().isEqualTo("nobody s3'cret 3\n");
        assertThat(bench.run(Sh.of("stat -c '%a %U' -- {}", made).script()).stdout())
                .isEqualTo("4755 root\n");
        assertThat(bench.changes(trial)).isEmpty();
        assertThat(bench.run("grep -rlF \"s3'cret\" " + state()).stdout()).isEmpty();
        bench.remove(trial, trace);
        assertThat(prefix).doesNotExist();
    }

    @Shells
    void followsABranchWhenToldTo(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> still = build("ref: main, submodules: true", "");
        Trial<?, ?> following = build("ref: main, submodules: true, update: true", "");
        bench.apply(still);
        assertThat(bench.changes(following)).isEmpty();
        program.next("3");
        assertThat(bench.changes(still)).isEmpty();
        assertThat(fields(bench.changes(following))).containsExactly("commit");
        bench.apply(following);
        assertThat(said(bench)).isEqualTo("hello 3");
        program.git("program", "branch", "-m", "main", "trunk");
        assertThat(bench.changes(following))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("no longer has a branch or tag \"main\""));
    }

    private Trial<?, ?> archive(String source, Map<String, MemoryAssets.File> assets) {
        return Trial.of(
                "builds",
                name,
                "{ source: { " + source + " }, prefix: " + prefix + ", user: nobody, creates: " + prefix
                        + "/bin/sample }",
                new MemoryAssets(assets),
                new FixedLinks(Map.of()));
    }

    private byte[] packed(String flag, String file, String what) throws IOException {
        program.git("program", "submodule", "update", "-q", "--init");
        ProbeOutput out = bench(Bench.DASH)
                .run("cd " + dir + "/src/" + (what.equals(".") ? "program" : "") + " && tar -c " + flag + " -f " + dir
                        + "/" + file + " --exclude=.git " + what);
        assertThat(out.exit()).as(out.stderr()).isZero();
        return Files.readAllBytes(dir.resolve(file));
    }

    @Shells
    void unpacksAnArchiveOfAnySort(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        for (String flag : List.of("-z", "-J", "-j", "")) {
            String sum = Content.of(packed(flag, "a.tar", flag.isEmpty() ? "." : "program"))
                    .sha256();
            Trial<?, ?> trial = archive("archive: " + dir + "/a.tar, sha256: '" + sum + "'", Map.of());
            Map<String, String> trace = bench.apply(trial).orElseThrow();
            assertThat(said(bench)).isEqualTo("hello 2");
            bench.remove(trial, trace);
        }
    }

    @Shells
    void sendsALocalArchive(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = packed("-z", "a.tar", "program");
        String sum = Content.of(bytes).sha256();
        bench.apply(archive(
                "archive: a.tar.gz, sha256: '" + sum + "'",
                Map.of("a.tar.gz", new MemoryAssets.File("a.tar.gz", bytes, "stamp"))));
        assertThat(said(bench)).isEqualTo("hello 2");
    }

    @Shells
    void downloadsResumesAndRemovesWhatHasAnotherChecksum(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        byte[] bytes = packed("-z", "a.tar", "program");
        String sum = Content.of(bytes).sha256();
        try (FileServer server = new FileServer("/a.tar.gz", bytes)) {
            String source = "archive: '" + server.url() + "/a.tar.gz', sha256: '";
            Path kept = state().resolve("archive-" + sum.substring(0, 16));
            Files.createDirectories(state());
            Files.write(kept, Arrays.copyOf(bytes, bytes.length / 2));
            Trial<?, ?> good = archive(source + sum + "'", Map.of());
            bench.apply(good);
            assertThat(said(bench)).isEqualTo("hello 2");
            assertThat(server.requests()).containsExactly("206 bytes=" + bytes.length / 2 + "-");

            String wrong = "0".repeat(64);
            ProbeOutput out = bench.failure(archive(source + wrong + "'", Map.of()));
            assertThat(out.stderr()).contains("has the SHA-256 " + sum + ", not " + wrong);
            assertThat(state().resolve("archive-" + wrong.substring(0, 16))).doesNotExist();
            assertThat(said(bench)).isEqualTo("hello 2");
            assertThat(bench.changes(good)).isEmpty();
        }
    }

    @Shells
    void takesUpWhatWasCutShort(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = build("ref: v1, submodules: true", "");
        bench.apply(trial);
        // As it is when the host goes down between the first and the last file of a new version.
        Files.delete(state().resolve("stamp"));
        Files.delete(prefix.resolve("bin/sample"));
        Path beside = prefix.resolve("bin/.tplctl-" + name);
        Files.createDirectories(beside);
        Files.writeString(state().resolve("pending"), "t " + beside + "\n");
        assertThat(bench.changes(trial)).singleElement().satisfies(c -> {
            assertThat(c.impact()).isEqualTo(Impact.UPDATE);
            assertThat(c.from()).isEqualTo("was cut short");
        });
        bench.apply(trial);
        assertThat(said(bench)).isEqualTo("hello 1");
        assertThat(beside).doesNotExist();
    }

    @Shells
    void saysWhatTheHostLacks(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        assertThat(bench.failure(Trial.of(
                                "builds", name, "{ source: { git: /nowhere, ref: main }, user: nosuchaccount }"))
                        .stderr())
                .contains("there is no account \"nosuchaccount\" on this host");
        ProbeOutput out = bench.failure(
                Trial.of("builds", name, "{ source: { git: " + dir + "/nowhere, ref: main }, user: nobody }"));
        assertThat(out.stderr()).contains("does not appear to be a git repository");
        out = bench.failure(build("ref: v1, submodules: true", ", directory: words"));
        assertThat(out.stderr()).contains("there is no ./configure in the source");
        assertThat(Optional.of(out.exit())).isNotEqualTo(Optional.of(0));
    }
}
