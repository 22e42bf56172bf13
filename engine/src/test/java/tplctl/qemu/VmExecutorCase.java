package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.kind.Sh;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Ready;
import tplctl.machine.VmTask;

/** A host whose shell answers as a test wants, and what tests of an executor on it have in common. */
@Timeout(60)
abstract class VmExecutorCase {
    static final CommandResult OK = new CommandResult(0, "", "");
    static final Layout.Dirs WEB = Layout.vm("web");
    static final String CAPABILITIES = "[{\"capability\":\"xbzrle\",\"state\":false},"
            + "{\"capability\":\"events\",\"state\":false},{\"capability\":\"x-ignore-shared\",\"state\":false}]";

    @TempDir
    Path socket;

    final List<String> scripts = new ArrayList<>();
    boolean alive = true;
    int killExit;
    int readyExit;
    int endExit;
    final FakeHost host = new FakeHost("h1").onAny(this::answer);

    private CommandResult answer(String script) {
        scripts.add(script);
        if (script.contains("kill -KILL")) {
            return new CommandResult(killExit, "", killExit == 0 ? "" : "does not end");
        }
        if (script.contains("until grep")) {
            return new CommandResult(readyExit, "", "");
        }
        if (script.contains("while tplctl_alive")) {
            return new CommandResult(endExit, "", "");
        }
        if (script.endsWith("tplctl_alive " + WEB.pid())) {
            return new CommandResult(alive ? 0 : 1, "", "");
        }
        if (script.startsWith("TZ=UTC0 stat")) {
            return new CommandResult(0, "stamp-1\nstamp-2\nstamp-3\n", "");
        }
        return OK;
    }

    void assertAbandoned() {
        assertThat(scripts).anyMatch(s -> s.contains("kill -KILL"));
        assertThat(host.calls("put")).doesNotContain(WEB.up());
    }

    Throwable failure(VmTask task) {
        Throwable failure = catchThrowable(() -> new VmExecutor(note -> {}).run(task, host));
        assertThat(failure).isNotNull();
        return failure;
    }

    FakeQemu loading(List<String> said, FakeQemu.Script then) throws IOException {
        return FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), CAPABILITIES);
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
            then.run(q);
        });
    }

    static VmTask.StartVm start(Ready ready, List<Machine.Nic> cards) {
        return new VmTask.StartVm(
                "web",
                WEB,
                Sh.of("prepare-it"),
                List.of("qemu-system-x86_64", "-incoming", "defer"),
                Optional.of("/mnt/ramdisk/state"),
                new Platform("pc", "tcg", "", new QemuVersion(10, 0, 3), tplctl.machine.Flavour.STOCK),
                Optional.empty(),
                cards,
                ready);
    }

    void write(String path, String text) {
        host.put(path, text.getBytes(StandardCharsets.UTF_8), "0600");
    }

    String text(String path) {
        return new String(host.read(path).orElseThrow(), StandardCharsets.UTF_8);
    }

    static JsonObject next(FakeQemu qemu, List<String> said) throws IOException {
        JsonObject command = qemu.next();
        String arguments = command.has("arguments") ? " " + command.get("arguments") : "";
        said.add(command.get("execute").getAsString() + arguments);
        return command;
    }
}
