package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.machine.VmTask;

final class VmStopTest extends VmExecutorCase {
    @Test
    void aGuestIsAskedToShutDownAndGivenItsTime() throws IOException {
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), "{\"status\":\"running\",\"running\":true}");
            q.reply(next(q, said), "{}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            new VmExecutor(note -> {}).run(new VmTask.StopVm("web", WEB, Duration.ofSeconds(10)), host);
        }
        assertThat(said).containsExactly("query-status", "system_powerdown");
        assertThat(scripts).noneMatch(s -> s.contains("kill -KILL"));
    }

    @Test
    void aGuestThatDoesNotShutDownIsEnded() throws IOException {
        endExit = 4;
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), "{\"status\":\"running\",\"running\":true}");
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            new VmExecutor(note -> {}).run(new VmTask.StopVm("web", WEB, Duration.ofSeconds(1)), host);
        }
        assertThat(said).containsExactly("query-status", "system_powerdown", "quit");
        assertThat(scripts).last().asString().contains("kill -KILL");
    }

    @Test
    void whatDoesNotRunIsNotAskedAndWhatDoesNotListenIsEnded() {
        alive = false;
        new VmExecutor(note -> {}).run(new VmTask.StopVm("web", WEB, Duration.ofSeconds(1)), host);
        assertThat(host.calls("openUnix")).isEmpty();
        alive = true;
        endExit = 4;
        new VmExecutor(note -> {}).run(new VmTask.StopVm("web", WEB, Duration.ofSeconds(1)), host);
        assertThat(scripts).last().asString().contains("kill -KILL");
    }
}
