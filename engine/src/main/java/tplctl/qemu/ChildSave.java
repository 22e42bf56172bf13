package tplctl.qemu;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.kind.Durations;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;

/**
 * Saving a state through a child of the emulator, where no descriptor can be passed to it and it knows no {@code file:} URI (QEMU
 * before 8.2).
 *
 * <p>The URI goes through a shell (exec_start_outgoing_migration in migration/exec.c), so the path is not in it but in the emulator's
 * environment, which the child inherits. QEMU tells {@code completed} when it has written all into the pipe, and does not look at how
 * the child ends; so the child leaves its exit code, and that is waited for.
 */
final class ChildSave {
    static final String URI = "exec:cat >\"$TPLCTL_STATE\"; echo $? >\"$TPLCTL_SAVED\"";

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int FAILED = 3;
    private static final int TIMED_OUT = 4;

    private ChildSave() {}

    /** What an emulator must find in its environment for {@link #URI}. */
    static Map<String, String> environment(String state, Layout.Dirs dirs) {
        return Map.of("TPLCTL_STATE", state, "TPLCTL_SAVED", dirs.saved());
    }

    /**
     * Refuses an emulator that may start no process: instead of refusing to save it would be killed (SIGSYS).
     *
     * @throws EmulatorException when it is one
     */
    static void refuseSandbox(Emulator emulator, List<String> argv) {
        if (argv.stream().anyMatch(argument -> argument.contains("spawn=deny"))) {
            throw emulator.failed(
                    "-sandbox spawn=deny forbids the process that saves the state: QEMU before 8.2 needs one unless"
                            + " tplctl runs on the host itself, as root; leave it out of extra_args, or install QEMU 8.2 or later");
        }
    }

    /**
     * Waits until the child has written everything.
     *
     * @throws EmulatorException when it failed; with what it said
     */
    static void await(Host host, Emulator emulator, Layout.Dirs dirs) {
        Sh script = Sh.of(HostScripts.CLOCK + """
                tplctl_clock
                end=$((clock + {}))
                until { read -r code < {}; } 2>/dev/null; do
                  tplctl_clock
                  [ "$clock" -lt "$end" ] || exit 4
                  sleep 0.02
                done
                [ "$code" = 0 ] || exit 3
                """, LIMIT.toMillis() / 10, dirs.saved());
        Script waiting = new Script(script.script(), "wait until the state is written");
        CommandResult result = host.query(waiting, LIMIT.plus(Emulator.SHORT));
        if (result.exit() == FAILED) {
            throw emulator.failed("the machine's state could not be written to its file" + emulator.lastWords());
        }
        if (result.exit() == TIMED_OUT) {
            throw emulator.failed("the process that writes the machine's state did not end within "
                    + Durations.shown(LIMIT) + emulator.lastWords());
        }
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), waiting, result);
        }
    }
}
