package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.MoveMark;
import tplctl.machine.Ready;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

/**
 * The whole conversation with both emulators of a migration, of the document's fork, which leaves a template's pages out by itself, and
 * of one that does not: told apart by asking, and nothing else differs. The fork is packaged nowhere; its part is played by scripts.
 */
@Timeout(60)
class NativeMoveTest {
    private static final Layout.Dirs WEB = Layout.vm("web");
    private static final CommandResult OK = new CommandResult(0, "", "");

    @TempDir
    Path dir;

    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final List<List<String>> jobs = Collections.synchronizedList(new ArrayList<>());
    private final List<FakeQemu> open = new ArrayList<>();
    private final FakeHost source = host("o41");
    private final FakeHost destination = host("o40");

    private FakeHost host(String name) {
        AgentProgram agent = new AgentProgram()
                .with("identity", (job, fields) -> List.of("certificate of " + name))
                .with("listen", (job, fields) -> List.of("4444"))
                .with("migrate-in", (job, fields) -> {
                    jobs.add(fields);
                    return List.of("running");
                })
                .with("migrate-out", (job, fields) -> {
                    jobs.add(fields);
                    return List.of("mode=" + fields.get(5), "wire_bytes=1000", "downtime_ms=7");
                });
        return new FakeHost(name).onAny(script -> OK).onStart(agent::start);
    }

    /** The emulator on a host: each command is kept, and answered by its name. */
    private void emulator(FakeHost host, Map<String, String> answers) {
        host.listen(WEB.qmp(), () -> {
            try {
                Path socket = Files.createDirectory(dir.resolve("c" + connections.incrementAndGet()));
                FakeQemu qemu = FakeQemu.ready(socket, q -> serve(host.name(), q, answers));
                open.add(qemu);
                return qemu.open();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private void serve(String host, FakeQemu qemu, Map<String, String> answers) throws IOException {
        for (Optional<JsonObject> next = qemu.nextOrEnd(); next.isPresent(); next = qemu.nextOrEnd()) {
            JsonObject command = next.get();
            String name = command.get("execute").getAsString();
            said.add(host + " " + name + (command.has("arguments") ? " " + command.get("arguments") : ""));
            qemu.reply(command, answers.getOrDefault(name, "{}"));
        }
    }

    private static VmTask.MoveVm task() {
        Machine machine = Samples.machine("{ram: 1G}");
        TemplateInfo template = Samples.template(machine);
        Identity identity = new Identity("web", "6c9de2a8-6c2a-4a7b-8f4e-1f2f9e6d7a10");
        return new VmTask.MoveVm(
                WEB,
                identity,
                "site",
                "o41",
                "o40",
                new VmTask.MoveVm.Transfer(
                        VmTask.MoveVm.Mode.AUTO,
                        "10.0.0.40",
                        0,
                        true,
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofMinutes(10)),
                Optional.of(new VmRecord(
                        "web",
                        "site",
                        "base",
                        "00112233445566aa",
                        "digest",
                        identity.uuid(),
                        List.of(1L << 30),
                        Samples.PLATFORM)),
                machine,
                List.of(),
                Optional.of(new VmTask.MoveVm.Moved(template, Optional.of(Samples.manifest(template)), false)),
                List.of(),
                Optional.empty(),
                Ready.RUNNING);
    }

    private Map<String, Object> moves(String capabilitiesThere) {
        String known = "[{\"capability\":\"events\",\"state\":false},{\"capability\":\"return-path\",\"state\":false},"
                + "{\"capability\":\"pause-before-switchover\",\"state\":false},"
                + "{\"capability\":\"late-block-activate\",\"state\":false}" + capabilitiesThere + "]";
        emulator(source, Map.of("query-migrate-capabilities", known, "query-vm-generation-id", "{\"guid\":\"aa-bb\"}"));
        emulator(destination, Map.of("query-migrate-capabilities", known));
        VmTask.MoveVm task = task();
        MoveMark mark = new MoveMark("web", "site", "o40", task.identity().uuid(), "id", "time");
        Relays relays = new Relays(host -> List.of("relay"));
        try (RelayPair pair = RelayPair.open(relays, source, destination, "10.0.0.40", 0)) {
            return new LiveMove(source, destination, task, mark, TaskListener.SILENT).run(pair, true);
        }
    }

    private String migrateOut() {
        return jobs.stream()
                .filter(fields -> fields.get(0).equals("10.0.0.40"))
                .findFirst()
                .orElseThrow()
                .toString();
    }

    @Test
    void theForkMigratesByItselfWithoutTheFilterAndIsToldSoOnBothSides() {
        Map<String, Object> metrics = moves(",{\"capability\":\"bypass-shared-memory\",\"state\":true}");
        // It is left on at the source, where the clone's load had switched it on, and switched on where it was off.
        assertThat(said)
                .containsExactly(
                        "o41 query-migrate-capabilities",
                        "o41 query-vm-generation-id",
                        "o41 query-migrate-capabilities",
                        "o41 migrate-set-capabilities {\"capabilities\":[{\"capability\":\"events\",\"state\":true},"
                                + "{\"capability\":\"return-path\",\"state\":true},"
                                + "{\"capability\":\"pause-before-switchover\",\"state\":true}]}",
                        "o41 migrate-set-parameters {\"max-bandwidth\":1099511627776,\"downtime-limit\":300}",
                        "o40 query-migrate-capabilities",
                        "o40 migrate-set-capabilities {\"capabilities\":[{\"capability\":\"events\",\"state\":true},"
                                + "{\"capability\":\"late-block-activate\",\"state\":true}]}",
                        "o40 migrate-incoming {\"uri\":\"unix:" + WEB.incomingSocket() + "\"}");
        assertThat(migrateOut())
                .contains(", full, " + WEB.outgoingSocket() + ", 0, ")
                .doesNotContain("template-aware");
        assertThat(destination.calls("change"))
                .anySatisfy(script -> assertThat(script)
                        .contains("mem-path=/mnt/hugetlb/memory,share=off")
                        .contains("guid=aa-bb"));
        assertThat(metrics).containsEntry("mode", "template-aware").containsEntry("wire_bytes", 1000L);
    }

    @Test
    void anyOtherIsFiltered() {
        Map<String, Object> metrics = moves(",{\"capability\":\"x-ignore-shared\",\"state\":true}");
        assertThat(said)
                .anyMatch(line -> line.startsWith("o41 migrate-set-capabilities")
                        && line.contains("{\"capability\":\"x-ignore-shared\",\"state\":false}"))
                .noneMatch(line -> line.contains("bypass"));
        assertThat(migrateOut())
                .contains(", template-aware, " + WEB.outgoingSocket() + ", 1, mem0, /mnt/hugetlb/memory, ");
        assertThat(metrics).containsEntry("mode", "template-aware");
    }
}
