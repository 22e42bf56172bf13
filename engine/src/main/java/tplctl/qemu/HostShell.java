package tplctl.qemu;

import java.time.Duration;
import java.util.List;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.Answers;

/** Scripts that have to succeed. */
final class HostShell {
    static final Duration SHORT = Duration.ofSeconds(30);

    private HostShell() {}

    /** What a script that only looks prints, a line each. */
    static List<String> lines(Host host, Sh sh) {
        return run(host, sh).stdout().lines().toList();
    }

    static Answers ask(Host host, Sh sh) {
        CommandResult result = run(host, sh);
        return Answers.of(new ProbeOutput(result.exit(), result.stdout(), result.stderr()));
    }

    static void change(Host host, Sh sh, Duration limit) {
        Script script = new Script(sh.script(), sh.shown());
        CommandResult result = host.change(script, limit);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
    }

    private static CommandResult run(Host host, Sh sh) {
        Script script = new Script(sh.script(), sh.shown());
        CommandResult result = host.query(script, SHORT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
        return result;
    }
}
