package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.kinds.Kinds;

class OtherCommandsTest {
    @TempDir
    Path dir;

    private Tplctl tplctl;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
    }

    @Test
    void showsTheStatusOfThisMachineWithoutAPlaybook() {
        assertThat(tplctl.run("status").exits(0).out()).contains("localhost  base");
        JsonObject status = JsonParser.parseString(
                        tplctl.run("status", "--json").exits(0).out())
                .getAsJsonObject();
        assertThat(status.get("schema").getAsString()).isEqualTo("tplctl.status/v1");
    }

    @Test
    void showsTheStatusOfAPlaybooksHostsAndSaysWhichItCouldNotReach() {
        String playbook = tplctl.write("site.yml", "- hosts: { o40: , o41: }\n  notes: { a: { text: x } }\n");
        tplctl.session.unreachable.put("o40", "no route");
        Tplctl.Result result = tplctl.run("status", playbook).exits(4);
        assertThat(result.out()).contains("o41   base").doesNotContain("o40");
        assertThat(result.err()).isEqualTo("tplctl: o40: no route\n");
        assertThat(tplctl.run("status", "-i", "o40,o41", "-l", "o41").exits(0).out())
                .contains("o41   base");
    }

    @Test
    void failsWhenATemplateIsNotWhatItsManifestSays() {
        assertThat(tplctl.run("status", "--verify").exits(2).out()).contains("memory differs");
    }

    @Test
    void printsTheGraph() {
        String playbook = tplctl.write(
                "site.yml", "- hosts: localhost\n  notes: { a: { text: x }, b: { text: y, needs: notes.a } }\n");
        assertThat(tplctl.run("graph", playbook).exits(0).out())
                .startsWith("digraph tplctl {")
                .contains("\"localhost:notes.b\" -> \"localhost:notes.a\" [label=\"needs\"");
        assertThat(tplctl.run("graph", "--format", "mermaid", playbook).exits(0).out())
                .startsWith("flowchart BT");
    }

    @Test
    void explainsAndPrintsTheSchema() {
        assertThat(tplctl.run("explain").exits(0).out()).contains("notes  A note with that text");
        assertThat(tplctl.run("explain", "notes.text").exits(0).out()).contains("what it says");
        JsonObject schema =
                JsonParser.parseString(tplctl.run("schema").exits(0).out()).getAsJsonObject();
        assertThat(schema.getAsJsonObject("definitions").has("notes")).isTrue();
    }

    @Test
    void showsTheInventory() {
        assertThat(tplctl.run("inventory", "-i", "o40,o41", "--graph").exits(0).out())
                .isEqualTo("@all:\n  |--@ungrouped:\n  |  |--o40\n  |  |--o41\n");
        assertThat(tplctl.run("inventory", "-i", "o40,", "--host", "o40")
                        .exits(0)
                        .out())
                .isEqualTo("{}\n");
        assertThat(tplctl.run("inventory").exits(0).out()).contains("\"_meta\"", "\"localhost\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tplctl app            | apply
                    tplctl plan --detail  | --detailed-exitcode
                    tplctl apply --auto   | --auto-approve
                    """)
    void completesInBash(String line, String completion) throws IOException, InterruptedException {
        Path script = Files.writeString(
                dir.resolve("completion.bash"),
                tplctl.run("completion", "bash").exits(0).out());
        String[] words = line.split(" ");
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "set -u; . \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\";"
                                + " COMP_POINT=${#COMP_LINE}; _complete_tplctl; printf '%s\\n' \"${COMPREPLY[@]}\"",
                        "bash",
                        script.toString(),
                        words[0],
                        words[1],
                        words.length > 2 ? words[2] : "")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        if (words.length > 2) {
            assertThat(said.lines()).contains(completion);
        } else {
            assertThat(script).content(StandardCharsets.UTF_8).contains("apply plan destroy status");
        }
    }

    @Test
    void completesInZshAndFish() {
        assertThat(tplctl.run("completion", "zsh").exits(0).out()).startsWith("autoload");
        assertThat(tplctl.run("completion", "fish").exits(0).out())
                .contains("complete -c tplctl -n '__fish_seen_subcommand_from apply' -s y -l yes -l auto-approve -d ")
                .doesNotContain("warmup");
    }

    @Test
    void warmsUpInSilence() {
        Tplctl ofAllKinds = new Tplctl(dir, Kinds::named);
        assertThat(ofAllKinds.run("warmup")).isEqualTo(new Tplctl.Result(0, "", ""));
    }
}
