package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.machine.CommandLine;
import tplctl.machine.MoveMarks;
import tplctl.machine.Remnants;
import tplctl.machine.VmTask;

@Timeout(60)
class MigrationSetupTest {
    private static final VmTask.MoveVm.Transfer TRANSFER = new VmTask.MoveVm.Transfer(
            VmTask.MoveVm.Mode.AUTO,
            "10.0.0.40",
            0,
            true,
            true,
            Optional.of(1000L),
            Optional.of(Duration.ofSeconds(1)),
            Duration.ofHours(1));

    @TempDir
    Path socket;

    private final List<String> said = new ArrayList<>();

    private JsonObject next(FakeQemu qemu) throws IOException {
        JsonObject command = qemu.next();
        said.add(command.get("execute").getAsString()
                + (command.has("arguments") ? " " + command.get("arguments") : ""));
        return command;
    }

    private static String known(String... states) {
        List<String> all = new ArrayList<>();
        for (String each : states) {
            String name = each.substring(1);
            all.add("{\"capability\":\"" + name + "\",\"state\":" + each.startsWith("+") + "}");
        }
        return "[" + String.join(",", all) + "]";
    }

    @Test
    void switchesOnWhatIsNeededAndOffWhatWasLeftOn() throws IOException {
        try (FakeQemu fake = FakeQemu.ready(socket, q -> {
                    q.reply(
                            next(q),
                            known(
                                    "+x-ignore-shared",
                                    "+xbzrle",
                                    "-multifd",
                                    "+auto-converge",
                                    "-events",
                                    "+return-path",
                                    "-pause-before-switchover"));
                    q.reply(next(q), "{}");
                    q.reply(next(q), "{}");
                    q.awaitClose();
                });
                QmpClient qmp = fake.connect()) {
            MigrationSetup.source(qmp, TRANSFER, false);
        }
        assertThat(said)
                .containsExactly(
                        "query-migrate-capabilities",
                        "migrate-set-capabilities {\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":false},"
                                + "{\"capability\":\"xbzrle\",\"state\":false},{\"capability\":\"events\",\"state\":true},"
                                + "{\"capability\":\"pause-before-switchover\",\"state\":true}]}",
                        "migrate-set-parameters {\"max-bandwidth\":1000,\"downtime-limit\":1000}");
    }

    @Test
    void theDocumentsForkLeavesATemplatesPagesOutByItself() throws IOException {
        try (FakeQemu fake = FakeQemu.ready(socket, q -> {
                    q.reply(next(q), known("-bypass-shared-memory"));
                    q.reply(next(q), known("-bypass-shared-memory", "+events", "-late-block-activate"));
                    q.reply(next(q), "{}");
                    q.reply(next(q), "{}");
                    q.awaitClose();
                });
                QmpClient qmp = fake.connect()) {
            assertThat(MigrationSetup.isNative(qmp)).isTrue();
            MigrationSetup.destination(qmp, "unix:/run/x", true);
        }
        assertThat(said)
                .containsExactly(
                        "query-migrate-capabilities",
                        "query-migrate-capabilities",
                        "migrate-set-capabilities {\"capabilities\":[{\"capability\":\"bypass-shared-memory\",\"state\":true},"
                                + "{\"capability\":\"late-block-activate\",\"state\":true}]}",
                        "migrate-incoming {\"uri\":\"unix:/run/x\"}");
    }

    @Test
    void asksWhereTheCardsSit() throws IOException {
        try (FakeQemu fake = FakeQemu.ready(socket, q -> {
                    q.reply(next(q), "\"/machine/i440fx/pci.0\"");
                    q.reply(next(q), "40");
                    q.reply(next(q), "\"/machine/peripheral/bridge1/br1\"");
                    q.reply(next(q), "73");
                    q.awaitClose();
                });
                QmpClient qmp = fake.connect()) {
            assertThat(MigrationSetup.slots(qmp, 2))
                    .containsExactly(new CommandLine.Slot("pci.0", "0x5"), new CommandLine.Slot("br1", "0x9.0x1"));
        }
    }

    @Test
    void knowsWhatAnEmulatorsStateMeansOnEachSide() {
        assertThat(side("running", "", true).asSource()).isEqualTo(Remnants.Source.RUNNING);
        assertThat(side("postmigrate", "completed", true).asSource()).isEqualTo(Remnants.Source.POSTMIGRATE);
        assertThat(side("paused", "completed", true).asSource()).isEqualTo(Remnants.Source.PAUSED);
        assertThat(side("running", "active", true).asSource()).isEqualTo(Remnants.Source.MIGRATING);
        assertThat(side("finish-migrate", "pre-switchover", true).asSource()).isEqualTo(Remnants.Source.MIGRATING);
        assertThat(side("io-error", "", true).asSource()).isEqualTo(Remnants.Source.OTHER);
        assertThat(side("inmigrate", "active", false).asDestination()).isEqualTo(Remnants.Destination.INMIGRATE);
        assertThat(side("inmigrate", "completed", false).asDestination()).isEqualTo(Remnants.Destination.INMIGRATE);
        assertThat(side("paused", "completed", false).asDestination()).isEqualTo(Remnants.Destination.LOADED);
        assertThat(side("paused", "", true).asDestination()).isEqualTo(Remnants.Destination.RUNNING);
        assertThat(new MoveSide(false, true, MoveMarks.NONE, "", "").asDestination())
                .isEqualTo(Remnants.Destination.NONE);
        assertThat(side("", "", true).silent()).isTrue();
    }

    private static MoveSide side(String status, String migration, boolean up) {
        MoveMarks marks = new MoveMarks(Remnants.Mark.NONE, !up, Optional.empty());
        return new MoveSide(true, up, marks, status, migration);
    }
}
