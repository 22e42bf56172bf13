package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.WholeMachine;

/**
 * The osnet flavour, {@code playbooks/vm-templating.yml} on it: the command lines that it is started with and all that is said to it. A
 * program that answers as it does stands in for it.
 */
@ExtendWith(WholeMachine.class)
@Timeout(240)
class OsnetIT {
    private static final Path PLAYBOOK = Tplctl.ENGINE.resolveSibling("playbooks/vm-templating.yml");
    private static final Path STAND_IN = Tplctl.ENGINE.resolve("src/test/resources/emulators/osnet.py");

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    private Path programs;

    @BeforeEach
    void installTheStandIn() throws IOException {
        programs = Files.createDirectory(dir.resolve("programs"));
        Path program = Files.copy(STAND_IN, programs.resolve("qemu-system-x86_64"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        tplctl("destroy", "--yes", "--prune");
        before.isAsBefore();
    }

    private Tplctl.Result tplctl(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(more));
        String variables =
                "{ram: 16M, pages: 16, source: null, size: 16M, mdir: %1$s/huge, ddir: %1$s/ram, idir: %1$s/images,"
                        + " sdir: %1$s, i: 1711}";
        arguments.addAll(List.of("-e", variables.formatted(dir), PLAYBOOK.toString()));
        return Tplctl.start(
                        dir,
                        environment -> environment.merge("PATH", programs.toString(), (path, own) -> own + ":" + path),
                        arguments.toArray(String[]::new))
                .await();
    }

    /** What was said to the emulators so far: each command line, and each QMP command with its arguments. */
    private List<JsonObject> log() {
        try {
            return Files.readAllLines(programs.resolve("LOG")).stream()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> argv(JsonObject entry) {
        List<String> words = new ArrayList<>();
        entry.getAsJsonArray("argv").forEach(word -> words.add(word.getAsString()));
        return words;
    }

    private static String said(JsonObject entry) {
        String command = entry.get("qmp").getAsString();
        JsonObject arguments = entry.getAsJsonObject("arguments");
        if (command.equals("migrate-set-capabilities")) {
            JsonArray capabilities = arguments.getAsJsonArray("capabilities");
            List<String> on = new ArrayList<>();
            for (JsonElement each : capabilities) {
                on.add(each.getAsJsonObject().get("capability").getAsString() + "="
                        + each.getAsJsonObject().get("state").getAsBoolean());
            }
            return command + " " + String.join(" ", on);
        }
        return command;
    }

    @Test
    void isSavedAndStartedInItsOwnWay() {
        tplctl("apply").exits(0);
        List<JsonObject> all = log();
        List<JsonObject> starts = all.stream().filter(e -> e.has("argv")).toList();
        assertThat(starts).hasSize(2);
        int second = all.indexOf(starts.get(1));

        List<String> template = argv(starts.get(0));
        assertThat(template)
                .contains("pc-i440fx-4.1,accel=kvm,kernel_irqchip=on,nvdimm=on")
                .doesNotContain("-incoming", "-osnet_init_ram_state");
        assertThat(all.subList(1, second).stream().map(OsnetIT::said))
                .containsExactly(
                        "query-migrate-capabilities",
                        "stop",
                        "migrate-set-capabilities bypass-shared-memory=true events=true",
                        "getfd",
                        "migrate",
                        "quit");

        List<String> clone = argv(starts.get(1));
        assertThat(clone)
                .containsSubsequence("-incoming", "exec:cat " + dir + "/ram/state", "-parallel", "none")
                .containsSubsequence("-nographic", "-osnet_init_ram_state", "-nodefaults")
                .contains("memory-backend-file,id=mem0,size=16M,mem-path=" + dir + "/huge/memory,share=off");
        List<String> conversation =
                all.subList(second + 1, all.size()).stream().map(OsnetIT::said).toList();
        assertThat(conversation.stream().distinct()).containsExactly("query-status", "cont");
        assertThat(conversation).endsWith("cont");

        tplctl("plan", "--detailed-exitcode").exits(0);
        assertThat(tplctl("status", "-o", "json").exits(0).out()).contains("\"state\": \"running\"");
    }

    @Test
    void aStateThatItDoesNotLoadIsAFailureInItsOwnWords() throws IOException {
        Files.createFile(programs.resolve("REFUSE"));
        Tplctl.Result result = tplctl("apply").exits(2);
        assertThat(result.out())
                .contains("start the clone templated-1")
                .contains("qemu-system-x86_64: load of migration failed: Invalid argument");
        assertThat(Machine.emulatorsRunning()).isEqualTo(before.emulators());
    }
}
