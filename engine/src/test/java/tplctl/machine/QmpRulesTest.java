package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QmpRulesTest {
    private static final QemuVersion OLD = new QemuVersion(7, 2, 22);
    private static final MoveMark MARK = new MoveMark("web", "site", "o40", "u", "i", "t");

    private static QmpRules.Situation at(String runState) {
        return at(MoveMarks.NONE, true, runState, true, OLD);
    }

    private static QmpRules.Situation at(
            MoveMarks marks, boolean wasUp, String runState, boolean clone, QemuVersion version) {
        return new QmpRules.Situation("web", "o41", marks, wasUp, runState, clone, version);
    }

    private static Optional<String> refusal(String command, String arguments, QmpRules.Situation at) {
        return QmpRules.refusal(command, json(arguments), at);
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static Optional<String> typed(String line, QmpRules.Situation at) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("command-line", line);
        return QmpRules.refusal("human-monitor-command", arguments, at);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cont",
                "stop",
                "system_powerdown",
                "system_reset",
                "quit",
                "device_del",
                "set_link",
                "send-key",
                "screendump",
                "block-stream",
                "eject"
            })
    void sendsWhatIsThePersonsOwnAffair(String command) {
        assertThat(refusal(command, "{}", at("running"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmigrate", "finish-migrate", "inmigrate"})
    void neverContinuesAGuestThatIsElsewhere(String runState) {
        assertThat(refusal("cont", "{}", at(runState)).orElseThrow()).contains(runState, "both");
        assertThat(typed("cont", at(runState)).orElseThrow()).contains(runState);
        assertThat(typed(" c", at(runState))).isPresent();
        assertThat(refusal("system_reset", "{}", at(runState))).isPresent();
        assertThat(refusal("query-status", "{}", at(runState))).isEmpty();
        assertThat(typed("info status", at(runState))).isEmpty();
        assertThat(refusal("quit", "{}", at(runState))).isEmpty();
    }

    @Test
    void leavesAVmAloneThatIsOnTheWay() {
        MoveMarks moving = new MoveMarks(Remnants.Mark.MOVING, false, Optional.of(MARK));
        MoveMarks moved = new MoveMarks(Remnants.Mark.MOVED, false, Optional.of(MARK));
        MoveMarks incoming = new MoveMarks(Remnants.Mark.NONE, true, Optional.of(MARK));
        assertThat(refusal("stop", "{}", at(moving, true, "running", true, OLD)).orElseThrow())
                .contains("move of web to o40");
        assertThat(refusal("quit", "{}", at(moved, true, "postmigrate", true, OLD))
                        .orElseThrow())
                .contains("web runs on o40 now");
        assertThat(refusal("cont", "{}", at(incoming, false, "inmigrate", true, OLD))
                        .orElseThrow())
                .contains("only arrives on o41");
        assertThat(refusal("cont", "{}", at(MoveMarks.NONE, false, "paused", true, OLD))
                        .orElseThrow())
                .contains("is being started");
        assertThat(refusal("query-block", "{}", at(moving, true, "running", true, OLD)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            migrate                  | runs on one host only
            migrate-set-capabilities | runs on one host only
            migrate_cancel           | runs on one host only
            block-commit             | template's clones
            blockdev-snapshot-sync   | another disk
            drive-mirror             | another disk
            transaction              | another disk
            blockdev-reopen          | another disk
            blockdev-change-medium   | another disk
            blockdev-insert-medium   | another disk
            change                   | another disk
            """)
    void refusesWhatTplctlDoesItselfOrGuards(String command, String why) {
        assertThat(refusal(command, "{}", at("running")).orElseThrow()).contains(why);
    }

    @Test
    void readsWhatIsTypedToTheMonitorAsWell() {
        assertThat(typed("migrate -d tcp:0:4444", at("running"))).isPresent();
        assertThat(typed("commit virtio0", at("running")).orElseThrow()).contains("clones");
        assertThat(typed("snapshot_blkdev virtio0 /tmp/x", at("running"))).isPresent();
        assertThat(typed("change ide1-cd0 /tmp/x.iso", at("running")).orElseThrow())
                .contains("another disk");
        assertThat(typed("drive_add 0 if=none,file=/tmp/x", at("running")).orElseThrow())
                .contains("another disk");
        assertThat(typed("device_add virtio-balloon-pci", at("running"))).isPresent();
        assertThat(typed("x/4x 0xfff0", at("postmigrate"))).isEmpty();
        assertThat(typed("device_del nic0", at("running"))).isEmpty();
        assertThat(refusal("human-monitor-command", "{}", at("running"))).isEmpty();
    }

    @Test
    void keepsTheTemplatesMemory() {
        String balloon = "{\"driver\": \"virtio-balloon-pci\", \"id\": \"b\"}";
        assertThat(refusal("device_add", balloon, at("running")).orElseThrow()).contains("holes", "8.2 can");
        assertThat(refusal("balloon", "{\"value\": 1}", at("running"))).isPresent();
        assertThat(refusal("device_add", "{\"driver\": \"e1000\"}", at("running")))
                .isEmpty();
        QmpRules.Situation newer = at(MoveMarks.NONE, true, "running", true, new QemuVersion(8, 2, 0));
        assertThat(refusal("device_add", balloon, newer)).isEmpty();
        QmpRules.Situation own = at(MoveMarks.NONE, true, "running", false, OLD);
        assertThat(refusal("device_add", balloon, own)).isEmpty();
    }
}
