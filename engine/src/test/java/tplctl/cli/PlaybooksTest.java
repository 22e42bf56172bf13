package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tplctl.engine.Connections;
import tplctl.host.FakeHost;
import tplctl.kinds.Kinds;

/**
 * The playbooks that ship hold what they promise: each is valid, says at its head what it shows and how to run it, and can be planned
 * from nothing. The plans are the real ones, of hosts that answer the real probes as a fresh Debian does.
 */
class PlaybooksTest {
    private static final Path PLAYBOOKS =
            Path.of("../playbooks").toAbsolutePath().normalize();

    private static final String INVENTORY =
            PLAYBOOKS.resolveSibling("inventory").resolve("hosts.yml").toString();

    @TempDir
    static Path directory;

    private static SimulatedMachine fresh;
    private static SimulatedMachine prepared;

    @BeforeAll
    static void installHosts() throws IOException {
        fresh = SimulatedMachine.fresh(Files.createDirectory(directory.resolve("fresh")));
        prepared = SimulatedMachine.prepared(Files.createDirectory(directory.resolve("prepared")));
    }

    static List<Path> playbooks() {
        try (Stream<Path> files = Files.list(PLAYBOOKS)) {
            return files.filter(f -> f.toString().endsWith(".yml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thereIsAQuickstart() {
        assertThat(playbooks()).contains(PLAYBOOKS.resolve("quickstart.yml"));
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void isValid(Path playbook) {
        Tplctl tplctl = new Tplctl(PLAYBOOKS, Kinds::named);
        assertThat(tplctl.run("validate", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .contains("valid");
        assertThat(tplctl.run("graph", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .startsWith("digraph");
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void saysAtItsHeadWhatItShowsAndHowToRunIt(Path playbook) throws IOException {
        List<String> head = Files.readString(playbook)
                .lines()
                .takeWhile(line -> line.startsWith("#"))
                .toList();
        assertThat(head.get(0)).matches("# \\p{Upper}.{20,}");
        assertThat(head)
                .as("the command that runs it")
                .anyMatch(
                        line -> line.matches("#.*\\btplctl apply\\b.* playbooks/" + playbook.getFileName() + "( .*)?"));
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void isListedInTheReadme(Path playbook) throws IOException {
        assertThat(Files.readString(PLAYBOOKS.resolveSibling("README.md")))
                .containsOnlyOnce("\n| `" + playbook.getFileName() + "` | ");
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void makesEverythingOnFreshHosts(Path playbook) {
        Map<String, String> actions = actions(plan(fresh, playbook));
        assertThat(actions.keySet()).containsExactlyInAnyOrderElementsOf(resources(playbook));
        assertThat(actions).isNotEmpty().allSatisfy((id, action) -> {
            if (id.contains(":migrations.")) {
                assertThat(action).as(id).isIn("create", "migrate");
            } else {
                assertThat(action).as(id).isIn("create", "unknown");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void canBePlannedWhereTheEmulatorIsThere(Path playbook) {
        Map<String, String> actions = actions(plan(prepared, playbook));
        assertThat(actions.keySet()).containsExactlyInAnyOrderElementsOf(resources(playbook));
        assertThat(actions)
                .allSatisfy((id, action) ->
                        assertThat(action).as(id).isIn("create", "unknown", "update", "migrate", "unchanged"));
        assertThat(tplctl(prepared)
                        .run("plan", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .contains("Plan: ")
                .doesNotContain("cannot");
        assertThat(tplctl(prepared)
                        .run("plan", "--show-commands", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .contains("      $ ", "Plan: ");
    }

    @Test
    void knowsTheQuickstartsEmulatorOnceItIsThere() {
        Path quickstart = PLAYBOOKS.resolve("quickstart.yml");
        assertThat(actions(plan(prepared, quickstart))).containsEntry("localhost:packages.default", "unchanged");
        assertThat(commands(plan(prepared, quickstart), "localhost:templates.base"))
                .contains("qemu-system-x86_64 -machine pc-i440fx-8.2,accel=tcg ", ",share=on ");
        assertThat(commands(plan(fresh, quickstart), "localhost:templates.base"))
                .contains("qemu-system-x86_64 -machine pc,");
    }

    private static Tplctl tplctl(SimulatedMachine machine) {
        return new Tplctl(PLAYBOOKS, Kinds::named)
                .on((inventory, options) -> new EngineSession(
                        inventory, options, name -> Connections.Link.of(new FakeHost(name).onAny(machine::run))));
    }

    private static JsonObject plan(SimulatedMachine machine, Path playbook) {
        return JsonParser.parseString(tplctl(machine)
                        .run("plan", "-o", "json", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .getAsJsonObject();
    }

    private static Map<String, String> actions(JsonObject plan) {
        assertThat(plan.keySet()).doesNotContain("problems", "unreachable");
        Map<String, String> actions = new TreeMap<>();
        for (JsonElement element : plan.getAsJsonArray("resources")) {
            JsonObject resource = element.getAsJsonObject();
            assertThat(resource.keySet()).as(resource.toString()).doesNotContain("failure");
            actions.put(resource.get("id").getAsString(), resource.get("action").getAsString());
        }
        return actions;
    }

    private static String commands(JsonObject plan, String id) {
        StringBuilder commands = new StringBuilder();
        for (JsonElement element : plan.getAsJsonArray("resources")) {
            JsonObject resource = element.getAsJsonObject();
            if (resource.get("id").getAsString().equals(id)) {
                resource.getAsJsonArray("commands")
                        .forEach(c -> commands.append(c.getAsString()).append('\n'));
            }
        }
        return commands.toString();
    }

    private static List<String> resources(Path playbook) {
        return new Tplctl(PLAYBOOKS, Kinds::named)
                .run("plan", "--list-tasks", "-i", INVENTORY, playbook.toString())
                .exits(0)
                .out()
                .lines()
                .collect(Collectors.toList());
    }
}
