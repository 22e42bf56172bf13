package tplctl.it;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import tplctl.lab.LabHost;

/** A guest agent that a program plays: it takes the place of a running VM's channel, and writes down what it is asked to run. */
final class PlayedAgent {
    private static final Path PROGRAM = Tplctl.ENGINE.resolve("src/test/resources/emulators/agent.py");

    private final LabHost host;
    private final String log;

    private PlayedAgent(LabHost host, String log) {
        this.host = host;
        this.log = log;
    }

    /** Begins to play; it ends with the host. */
    static PlayedAgent of(LabHost host, String vm) {
        String log = "/mnt/asked-" + vm;
        host.exec("cd /run/tplctl/vms/" + vm + " && { setsid python3 " + PROGRAM + " agent.sock " + log
                + " >played 2>&1 </dev/null & } && until grep -q listening played; do sleep 0.05; done");
        return new PlayedAgent(host, log);
    }

    /** The scripts that it was asked to run. */
    List<String> asked() {
        return host.exec("cat " + log)
                .lines()
                .map(line -> JsonParser.parseString(line).getAsString())
                .toList();
    }
}
