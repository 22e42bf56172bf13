package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.engine.ThingHosts;
import tplctl.host.CommandResult;
import tplctl.model.Thing;

/** What each {@code -v} adds to what is said on stderr. */
@Timeout(60)
class VerbosityTest {
    @TempDir
    Path dir;

    private final ThingHosts hosts = new ThingHosts((host, script) ->
            script.equals("create b") ? Optional.of(new CommandResult(1, "", "no room\n")) : Optional.empty());
    private final List<String> args = new ArrayList<>();
    private Tplctl tplctl;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir, () -> Thing.KINDS)
                .on((found, options) -> new EngineSession(found, options, hosts::connect));
        String inventory = tplctl.write("hosts.yml", "all: { hosts: { h1: } }\n");
        String playbook = tplctl.write("site.yml", """
                - hosts: h1
                  things: { a: , b: , c: { ref: b }, d: { needs: things.c }, e: }
                """);
        args.addAll(List.of("apply", "-i", inventory, playbook));
        hosts.made.add("h1:e");
    }

    @Test
    void tellsWhatChangedAndFailedToBeginWith() {
        assertThat(err())
                .contains("changed: [h1] things.a (")
                .contains("failed: [h1] things.b (")
                .contains("skipped: [h1] things.c (")
                .doesNotContain("things.e", "as it was", "step:", "h1: ");
    }

    @Test
    void tellsEveryResultWithItsValuesAtOne() {
        assertThat(err("-v"))
                .contains("ok: [h1] things.e (")
                .containsPattern("changed: \\[h1] things.a \\([0-9.]+ s\\)\n    it: as it was → there\n")
                .containsPattern("failed: \\[h1] things.b \\([0-9.]+ s\\)\n    h1: create b: exit 1")
                .doesNotContain("step:", "h1: connected");
    }

    @Test
    void tellsWhyAtTwo() {
        assertThat(err("-vv"))
                .contains("step: [h1] things.a, create it\n")
                .contains("h1: connected\n", "h1: locked\n", "h1: observed\n")
                .contains("    h1:things.c needs h1:things.b, which failed\n")
                .contains("    h1:things.d needs h1:things.c, which needs h1:things.b, which failed\n")
                .doesNotContain("exit 0, ");
    }

    @Test
    void tellsEveryScriptAtThree() {
        assertThat(err("-vvv"))
                .containsPattern("h1: exit 0, \\d+ ms: observe 5 resources\n")
                .containsPattern("h1: exit 0, \\d+ ms: create a\n")
                .containsPattern("h1: exit 1, \\d+ ms: create b\n")
                .containsPattern("h1: locked, \\d+ ms: lock the host\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "ndjson"})
    void neverOnStdoutWhereThatIsForMachines(String format) {
        Tplctl.Result result = run("-vvvv", "-o", format);
        assertThat(result.err()).containsPattern("h1: exit 0, \\d+ ms: create a\n");
        if (format.equals("json")) {
            assertThat(JsonParser.parseString(result.out()).isJsonObject()).isTrue();
        } else {
            assertThat(result.out().lines())
                    .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject())
                            .isTrue());
        }
    }

    @Test
    void tellsTheLogOfWhatConnectsAtFour() {
        Tplctl notes = new Tplctl(dir);
        String playbook = notes.write("notes.yml", "- hosts: localhost\n  notes: { a: { text: hello } }\n");
        assertThat(notes.run("plan", "-vvvv", playbook).exits(0).err()).contains("localhost: kex: start\n");
        assertThat(notes.options().verbosity()).isEqualTo(4);
        assertThat(notes.run("plan", "-vvvv", "-o", "ndjson", playbook).exits(0).err())
                .contains("localhost: kex: start\n");
        assertThat(notes.run("plan", "-vvv", playbook).exits(0).err()).doesNotContain("kex");
        assertThat(notes.run("plan", "-q", "-vvvv", playbook).exits(0).err()).isEmpty();
    }

    @Test
    void profilesThePhases() {
        String out = run("--profile").out();
        assertThat(out).containsSubsequence("Phases:\n", "load\n", "lock\n", "observe\n", "plan\n", "run\n");
        assertThat(out).contains("  connect\n").contains("Took longest (");
        assertThat(JsonParser.parseString(run("--profile", "-o", "json").out())
                        .getAsJsonObject()
                        .getAsJsonObject("phases")
                        .keySet())
                .containsExactlyInAnyOrder("load", "connect", "lock", "observe", "plan", "run");
        assertThat(run("-o", "json").out()).doesNotContain("phases");
    }

    private String err(String... more) {
        return run(more).err();
    }

    private Tplctl.Result run(String... more) {
        List<String> all = new ArrayList<>(args);
        all.addAll(List.of(more));
        return tplctl.run(all.toArray(String[]::new)).exits(2);
    }
}
