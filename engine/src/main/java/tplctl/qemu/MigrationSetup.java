package tplctl.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.machine.CommandLine;
import tplctl.machine.VmTask;

/** What is asked of, and set at, the two emulators of a migration before it begins (QEMU, qapi/migration.json). */
final class MigrationSetup {
    /** The fork's way of leaving a template's pages out by itself. */
    static final String NATIVE = "bypass-shared-memory";

    private static final Set<String> SOURCE = Set.of("return-path", "events", "pause-before-switchover");
    private static final Set<String> DESTINATION = Set.of("events", "late-block-activate");

    /** The user's own affair: they are not in the stream. */
    private static final Set<String> LEFT_ALONE = Set.of("auto-converge", "validate-uuid");

    /** More than any network. QEMU's own default would be 128 MiB/s. */
    private static final long UNBOUNDED = 1L << 40;

    private static final long USUAL_DOWNTIME_MS = 300;

    private MigrationSetup() {}

    /** Whether the emulator leaves a template's pages out by itself. */
    static boolean isNative(QmpClient qmp) {
        return known(qmp).containsKey(NATIVE);
    }

    /** Switches on what the migration needs, and off whatever else was left on. */
    static void source(QmpClient qmp, VmTask.MoveVm.Transfer transfer, boolean byItself) {
        capabilities(qmp, SOURCE, byItself);
        JsonObject parameters = new JsonObject();
        parameters.addProperty("max-bandwidth", transfer.bandwidth().orElse(UNBOUNDED));
        parameters.addProperty(
                "downtime-limit", transfer.maxDowntime().map(d -> d.toMillis()).orElse(USUAL_DOWNTIME_MS));
        qmp.execute("migrate-set-parameters", parameters, HostShell.SHORT);
    }

    /** {@link #source} for the other side; it listens from here on. */
    static void destination(QmpClient qmp, String uri, boolean byItself) {
        capabilities(qmp, DESTINATION, byItself);
        JsonObject incoming = new JsonObject();
        incoming.addProperty("uri", uri);
        qmp.execute("migrate-incoming", incoming, HostShell.SHORT);
    }

    private static void capabilities(QmpClient qmp, Set<String> on, boolean byItself) {
        Set<String> wanted = new HashSet<>(on);
        if (byItself) {
            wanted.add(NATIVE);
        }
        JsonArray changes = new JsonArray();
        known(qmp).forEach((name, state) -> {
            if (wanted.contains(name) != state && !(state && LEFT_ALONE.contains(name))) {
                JsonObject change = new JsonObject();
                change.addProperty("capability", name);
                change.addProperty("state", !state);
                changes.add(change);
            }
        });
        if (!changes.isEmpty()) {
            JsonObject arguments = new JsonObject();
            arguments.add("capabilities", changes);
            qmp.execute("migrate-set-capabilities", arguments, HostShell.SHORT);
        }
    }

    private static Map<String, Boolean> known(QmpClient qmp) {
        Map<String, Boolean> known = new LinkedHashMap<>();
        for (JsonElement each : qmp.execute("query-migrate-capabilities", new JsonObject(), HostShell.SHORT)
                .getAsJsonArray()) {
            JsonObject one = each.getAsJsonObject();
            known.put(one.get("capability").getAsString(), one.get("state").getAsBoolean());
        }
        return known;
    }

    /** The machine's generation id, so that its guest does not take itself for a copy (docs/specs/vmgenid). */
    static String generationId(QmpClient qmp) {
        return text(qmp, "query-vm-generation-id", "guid");
    }

    /** Where the cards sit, in their order, by their objects' own properties. */
    static List<CommandLine.Slot> slots(QmpClient qmp, int cards) {
        List<CommandLine.Slot> slots = new ArrayList<>();
        for (int i = 0; i < cards; i++) {
            String device = "/machine/peripheral/nic" + i;
            // An object's path, of which the last part is the bus's id; and PCI_DEVFN: five bits of slot, three of
            // function.
            String bus = property(qmp, device, "parent_bus").getAsString();
            int place = property(qmp, device, "addr").getAsInt();
            String addr = "0x" + Integer.toHexString(place >> 3) + ((place & 7) == 0 ? "" : ".0x" + (place & 7));
            slots.add(new CommandLine.Slot(bus.substring(bus.lastIndexOf('/') + 1), addr));
        }
        return slots;
    }

    private static JsonElement property(QmpClient qmp, String path, String property) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("path", path);
        arguments.addProperty("property", property);
        return qmp.execute("qom-get", arguments, HostShell.SHORT);
    }

    /** The TCP port on which the emulator waits for a stream; query-migrate of QEMU 4.0 and later tells. */
    static int listeningPort(QmpClient qmp) {
        JsonElement answer = qmp.execute("query-migrate", new JsonObject(), HostShell.SHORT);
        for (JsonElement each : answer.getAsJsonObject().getAsJsonArray("socket-address")) {
            JsonObject socket = each.getAsJsonObject();
            if (socket.has("port")) {
                return Integer.parseInt(socket.get("port").getAsString());
            }
        }
        throw new IllegalStateException("an emulator that listens on TCP names no port: " + answer);
    }

    /** One text of a command's answer; empty when it has none of that name. */
    static String text(QmpClient qmp, String command, String key) {
        JsonObject answer =
                qmp.execute(command, new JsonObject(), HostShell.SHORT).getAsJsonObject();
        return answer.has(key) ? answer.get(key).getAsString() : "";
    }
}
