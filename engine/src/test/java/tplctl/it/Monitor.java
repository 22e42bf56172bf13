package tplctl.it;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import tplctl.host.LocalHost;
import tplctl.qemu.QmpClient;

/** Asks a running VM's emulator over the QMP socket that tplctl gave it. */
final class Monitor {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Monitor() {}

    /** What the human monitor answers, a line each. */
    static String human(String vm, String command) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("command-line", command);
        return ask(vm, "human-monitor-command", arguments).getAsString().replace("\r", "");
    }

    static JsonElement ask(String vm, String command, JsonObject arguments) {
        try (LocalHost host = new LocalHost("here");
                QmpClient qmp =
                        QmpClient.connect(host.openUnix("/run/tplctl/vms/" + vm + "/qmp.sock", LIMIT), vm, LIMIT)) {
            return qmp.execute(command, arguments, LIMIT);
        }
    }
}
