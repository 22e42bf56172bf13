package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kinds.Kinds;
import tplctl.report.Golden;

/**
 * What a user reads who made a mistake. Each playbook in {@code golden/bad} is applied; beside it is the whole text that this must
 * print. In none of these runs is a host asked for more than the facts that an expression uses.
 */
class BadInputTest {
    private static final Path PLAYBOOKS = Path.of("src/test/resources/golden/bad");
    private static final Path INVENTORIES = PLAYBOOKS.resolve("inventories");
    private static final int DEEP = 5000;

    static List<String> playbooks() {
        try (Stream<Path> files = Files.list(PLAYBOOKS)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".yml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void saysWhatIsWrongWithAPlaybookAndTouchesNothing(String playbook) {
        Tplctl tplctl = new Tplctl(PLAYBOOKS, Kinds::named);
        expect(tplctl, playbook.replace(".yml", ".txt"), PLAYBOOKS.resolve(playbook));
    }

    @Test
    void saysWhatIsWrongWithAPlaybookThatIsNestedTooDeep(@TempDir Path dir) {
        Tplctl tplctl = new Tplctl(dir, Kinds::named);
        String head = "- hosts: localhost\n  vars:\n    deep: ";
        String flow = tplctl.write("deep-flow.yml", head + "[".repeat(DEEP) + "]".repeat(DEEP) + "\n");
        expect(tplctl, "deep-flow.txt", Path.of(flow));
        String unclosed = tplctl.write("deep-unclosed.yml", head + "{a: ".repeat(DEEP) + "\n");
        expect(tplctl, "deep-unclosed.txt", Path.of(unclosed));
        String block = tplctl.write("deep-block.yml", head + "\n      " + "- ".repeat(DEEP) + "x\n");
        expect(tplctl, "deep-block.txt", Path.of(block));
        StringBuilder indented = new StringBuilder(head + "\n");
        for (int level = 0; level < DEEP; level++) {
            indented.append(" ".repeat(6 + level)).append("a:\n");
        }
        expect(tplctl, "deep-indented.txt", Path.of(tplctl.write("deep-indented.yml", indented.toString())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "malformed.ini",
                "malformed.yml",
                "group-cycle.ini",
                "sibling-conflict.yml",
                "vault",
                "vault-value.yml",
                "variable-loop.yml",
                "failing-program.sh",
                "connections.ini"
            })
    void saysWhatIsWrongWithAnInventory(String inventory) {
        Tplctl tplctl = new Tplctl(INVENTORIES, Kinds::named);
        Tplctl.Result result = tplctl.run(
                        "apply",
                        "--yes",
                        "-i",
                        INVENTORIES.resolve(inventory).toString(),
                        INVENTORIES.resolve("playbook.yml").toString())
                .exits(3);
        assertThat(result.out()).isEmpty();
        Golden.check("bad/inventories/" + inventory + ".txt", result.err());
        assertThat(tplctl.session.asked).isEmpty();
        assertThat(tplctl.session.runs).isZero();
    }

    @Test
    void saysWhatIsWrongWithACommandLine(@TempDir Path dir) throws IOException {
        Tplctl tplctl = new Tplctl(dir, Kinds::named);
        String good = tplctl.write("good.yml", """
                - hosts: localhost
                  directories:
                    home: { path: /srv/home, tags: [web] }
                """);
        Files.createDirectory(dir.resolve("plays.d"));
        String missing = dir.resolve("missing.yml").toString();
        StringBuilder transcript = new StringBuilder();
        for (List<String> line : List.of(
                List.of("aply", good),
                List.of("--nope"),
                List.of("apply"),
                List.of("apply", good, missing),
                List.of("apply", missing),
                List.of("apply", dir + "/plays.d"),
                List.of("apply", "--prun", good),
                List.of("apply", "-x", good),
                List.of("apply", "--prune", "-t", "web", good),
                List.of("apply", "-t", "wbe", good),
                List.of("apply", "--skip-tags", "db", good),
                List.of("apply", "-l", "localhots", good),
                List.of("apply", "-l", "!localhost", good),
                List.of("apply", "-l", good),
                List.of("apply", "--owner", "a/b", good),
                List.of("apply", "--owner", "-rf", good),
                List.of("apply", "-e", "oops", good),
                List.of("apply", "-e", "=1", good),
                List.of("apply", "-e", "{a: 1", good),
                List.of("apply", "-e", "[a]", good),
                List.of("apply", "-e", "@" + missing, good),
                List.of("apply", "-f", "none", good),
                List.of("apply", "-o", "xml", good),
                List.of("explain", "vm"),
                List.of("explain", "vms.tempalte"),
                List.of("completion", "tcsh"))) {
            Tplctl.Result result = tplctl.run(line.toArray(String[]::new));
            assertThat(result.out()).as("stdout of %s", line).isEmpty();
            transcript
                    .append("$ tplctl ")
                    .append(String.join(" ", line).replace(dir + "/", ""))
                    .append('\n')
                    .append(result.err())
                    .append("exit ")
                    .append(result.exit())
                    .append("\n\n");
        }
        Golden.check("bad/command-lines.txt", transcript.toString());
        assertThat(tplctl.session.asked).isEmpty();
    }

    private static void expect(Tplctl tplctl, String golden, Path playbook) {
        Tplctl.Result result = tplctl.run("apply", "--yes", playbook.toString()).exits(3);
        assertThat(result.out()).isEmpty();
        Golden.check("bad/" + golden, result.err());
        assertThat(tplctl.session.asked).allMatch(question -> question.startsWith("facts of "));
        assertThat(tplctl.session.runs).isZero();
    }
}
