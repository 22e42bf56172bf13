package tplctl.bench;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tplctl.host.LocalHost;
import tplctl.lab.LabHost;
import tplctl.qemu.QmpClient;
import tplctl.qemu.QmpEvent;

/** A migration as it is done by hand: a second emulator with memory of its own that listens on TCP, and {@code migrate tcp:}. */
final class PlainMigration {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int PORT = 4444;
    private static final long UNBOUNDED = 1L << 40;

    /**
     * What it took.
     *
     * @param total milliseconds from {@code migrate} until it runs at the destination
     * @param downtime milliseconds from the source's stop until then
     * @param all milliseconds, with the start of the destination's emulator and the end of the source's
     */
    record Took(long total, long downtime, long all) {}

    private PlainMigration() {}

    /** Both emulators belong to whoever calls; the destination's socket directory is {@code directory}, on its host. */
    static Took run(LabHost from, LabHost to, String vm, String directory) throws IOException {
        long begun = System.nanoTime();
        String socket = "/run/tplctl/vms/" + vm + "/qmp.sock";
        to.exec("mkdir -p " + directory + "\nsetsid " + destination(from, vm, directory) + " </dev/null >" + directory
                + "/log 2>&1 &");
        try (LocalHost local = new LocalHost("localhost");
                QmpClient source = connect(local, from, socket);
                QmpClient destination = connect(local, to, directory + "/qmp.sock")) {
            source.execute("migrate-set-parameters", object(Map.of("max-bandwidth", UNBOUNDED)), LIMIT);
            capability(source, "x-ignore-shared", false);
            capability(source, "events", true);
            QmpClient.Mark before = source.mark();
            QmpClient.Mark waiting = destination.mark();
            long migrate = System.nanoTime();
            source.execute(
                    "migrate", object(Map.of("uri", "tcp:" + MigrateHosts.DESTINATION_ADDRESS + ":" + PORT)), LIMIT);
            QmpEvent runs =
                    destination.awaitEvent(waiting, event -> event.name().equals("RESUME"), LIMIT);
            long running = System.nanoTime();
            QmpEvent stopped = source.awaitEvent(before, event -> event.name().equals("STOP"), LIMIT);
            source.awaitEvent(before, PlainMigration::isCompleted, LIMIT);
            source.execute("quit", new JsonObject(), LIMIT);
            return new Took(
                    (running - migrate) / 1_000_000,
                    (runs.microseconds() - stopped.microseconds()) / 1000,
                    (System.nanoTime() - begun) / 1_000_000);
        }
    }

    private static boolean isCompleted(QmpEvent event) {
        return event.name().equals("MIGRATION")
                && event.data().get("status").getAsString().equals("completed");
    }

    private static QmpClient connect(LocalHost local, LabHost host, String socket) {
        String path = host.path(socket).toString();
        return QmpClient.connect(local.openUnix(path, LIMIT), path, LIMIT);
    }

    private static void capability(QmpClient qmp, String name, boolean on) {
        JsonArray all = new JsonArray();
        all.add(object(Map.of("capability", name, "state", on)));
        JsonObject arguments = new JsonObject();
        arguments.add("capabilities", all);
        qmp.execute("migrate-set-capabilities", arguments, LIMIT);
    }

    private static JsonObject object(Map<String, Object> values) {
        return new Gson().toJsonTree(values).getAsJsonObject();
    }

    /** The source's own command line, with its sockets elsewhere, memory of its own, and TCP. */
    private static String destination(LabHost from, String vm, String directory) {
        List<String> words =
                MigrateHosts.command(MigrateHosts.emulator(from, vm).pid()).orElseThrow();
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            String changed = word.replace("/run/tplctl/vms/" + vm + "/", directory + "/")
                    .replaceAll("/var/lib/tplctl/vms/" + vm + "/", directory + "/")
                    .replaceAll("^memory-backend-file,(id=[^,]*,size=[^,]*),.*", "memory-backend-ram,$1")
                    .replaceAll("^defer$", "tcp:0.0.0.0:" + PORT);
            quoted.add("'" + changed.replace("'", "'\\''") + "'");
        }
        return String.join(" ", quoted);
    }
}
