package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;

/** Commands in the shells that hosts have. */
class CommandsIT {
    @TempDir
    Path dir;

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(shell, Files.createDirectories(dir.resolve("scratch")));
    }

    private Trial<?, ?> command(String yaml) {
        return Trial.of("commands", "it-" + dir.getFileName(), yaml.replace("DIR", dir.toString()));
    }

    @Shells
    void runsAScriptExactlyAsWritten(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = command("""
                run: |
                  printf '%s|' "$HOSTILE" 'it''s' "a\\\\b" "$(echo ü)" {} $# "$0" >DIR/out
                  cat >>DIR/out <<'END'
                    %s $HOME \\
                  END
                  cat >>DIR/out
                  false
                  pwd >>DIR/out
                env: { HOSTILE: "'; touch canary; $(touch canary)\\n\\\\" }
                chdir: DIR
                creates: DIR/out
                undo: "rm 'DIR/out'"
                """);

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(dir.resolve("out"))
                .hasContent("'; touch canary; $(touch canary)\n\\|its|a\\b|ü|{}|0|sh|  %s $HOME \\\n" + dir + "\n");
        assertThat(dir.resolve("canary")).doesNotExist();
        bench.remove(trial, trace);
        assertThat(dir.resolve("out")).doesNotExist();
        bench.remove(trial, trace);
    }

    @Shells
    void showsNoValueOfTheEnvironment(List<String> shell) throws IOException {
        Trial<?, ?> trial = command("{ run: 'true', env: { TOKEN: s3cret } }");
        List<Change> changes = bench(shell).changes(trial);
        assertThat(changes).singleElement().satisfies(c -> {
            assertThat(c.impact()).isEqualTo(Impact.UNKNOWN);
            assertThat(c.steps().get(0).shown().toString())
                    .doesNotContain("s3cret")
                    .contains("***");
        });
        assertThat(trial.probeScript().shown()).doesNotContain("s3cret");
    }

    @Shells
    void failsWithTheScriptsExitCode(List<String> shell) throws IOException {
        ProbeOutput out = bench(shell).failure(command("{ run: 'echo why >&2; exit 7', unless: 'false' }"));
        assertThat(out.exit()).isEqualTo(7);
        assertThat(out.stderr()).isEqualTo("why\n");
    }

    @Shells
    void failsWhenWhatItShouldCreateIsNotThere(List<String> shell) throws IOException {
        ProbeOutput out = bench(shell).failure(command("{ run: 'true', creates: 'DIR/b c' }"));
        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr()).isEqualTo("ran, but did not create " + dir.resolve("b c") + "\n");
        forget(bench(shell));
    }

    @Shells
    void runsAgainWhenTheLastRunWasCutShort(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = command("{ run: 'echo half >DIR/out; kill -9 $$', creates: DIR/out }");
        assertThat(bench.failure(trial).exit()).isNotZero();
        assertThat(dir.resolve("out")).exists();

        Trial<?, ?> mended = command("{ run: 'echo whole >DIR/out', creates: DIR/out }");
        assertThat(bench.changes(mended))
                .singleElement()
                .satisfies(c -> assertThat(c.impact()).isEqualTo(Impact.UPDATE));
        bench.apply(mended);
        assertThat(dir.resolve("out")).hasContent("whole\n");
    }

    @Shells
    void undoesWhatARunThatWasCutShortLeft(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        for (String half : List.of("touch DIR/half; ", "")) {
            Trial<?, ?> trial = command("{ run: '" + half + "kill -9 $$', creates: DIR/out, undo: rm DIR/half }");
            Map<String, String> trace = trial.trace(bench.look(trial)).orElseThrow();
            bench.failure(trial);
            bench.remove(trial, trace);
            assertThat(dir.resolve("half")).doesNotExist();
            assertThat(bench.changes(trial))
                    .singleElement()
                    .satisfies(c -> assertThat(c.impact()).isEqualTo(Impact.CREATE));
        }
    }

    @Shells
    void failsWhenWhatItMadeIsNotUndone(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = command("{ run: 'true >DIR/out', creates: DIR/out, undo: 'echo busy >&2; exit 7' }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        ProbeOutput out =
                bench.perform(trial.kind().removal(trial.self(), trace).steps().get(0));
        assertThat(out.exit()).isEqualTo(7);
        assertThat(out.stderr()).isEqualTo("busy\n");
    }

    @Shells
    void asksUnlessInTheSameSurroundings(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial =
                command("{ run: 'echo $X >f', unless: 'echo noise; grep -q \"^$X$\" f', chdir: DIR, env: { X: a b } }");
        bench.apply(trial);
        assertThat(dir.resolve("f")).hasContent("a b\n");
    }

    @Shells
    void keepsWhatHasNoUndoAndSaysSo(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = command("{ run: 'true >DIR/f', creates: DIR/f }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        assertThat(trial.kind().removal(trial.self(), trace)).satisfies(removal -> {
            assertThat(removal.steps()).isEmpty();
            assertThat(removal.notes()).singleElement().asString().endsWith("has no \"undo\"");
        });
    }

    private void forget(Bench bench) {
        bench.run("rm -f -- /var/lib/tplctl/stamps/commands/it-" + dir.getFileName() + "-*");
    }
}
