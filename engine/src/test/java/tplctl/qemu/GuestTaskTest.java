package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestTask;
import tplctl.machine.Machine;
import tplctl.machine.Ready;
import tplctl.machine.Samples;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

final class GuestTaskTest extends VmExecutorCase {
    @Test
    void aGuestIsToldWhoItIsBeforeItsCardsComeAndThatIsRememberedBeforeItIsUp() throws IOException {
        GuestIdentity identity = new GuestIdentity(Optional.of("web-1.example.org"), true);
        List<String> said = new ArrayList<>();
        List<String> told = new CopyOnWriteArrayList<>();
        try (FakeQemu qemu = loading(said, q -> {
                    JsonObject card = next(q, said);
                    assertThat(told).isNotEmpty();
                    q.reply(card, "\"\"");
                    q.reply(next(q, said), "{}");
                    q.awaitClose();
                });
                FakeAgent agent = new FakeAgent(socket, a -> {
                    a.synchronize();
                    told.add(a.expect("guest-exec").toString());
                    a.endProgram(0, "");
                    a.awaitClose();
                })) {
            host.listen(WEB.qmp(), qemu::open).listen(WEB.agent(), agent::open);
            Machine.Nic nic = new Machine.Nic("user", "virtio-net-pci", Optional.of("52:54:00:00:00:01"));
            new VmExecutor(note -> {}).run(telling(identity, List.of(nic)), host);
        }
        assertThat(said)
                .endsWith(
                        "cont",
                        "human-monitor-command {\"command-line\":\"netdev_add user,id=net0\"}",
                        "device_add {\"driver\":\"virtio-net-pci\",\"id\":\"nic0\",\"netdev\":\"net0\",\"mac\":\"52:54:00:00:00:01\"}");
        assertThat(told)
                .singleElement()
                .asString()
                .contains("/bin/sh", "> /etc/hostname.tplctl", "web-1.example.org", "> /etc/machine-id.tplctl");
        assertThat(host.calls("put")).containsExactly(WEB.spec(), WEB.up());
        assertThat(VmRecord.parse(text(WEB.spec())).orElseThrow().guest()).isEqualTo(identity);
    }

    @Test
    void aGuestThatDoesNotTakeItsIdentityIsEnded() throws IOException {
        GuestIdentity identity = new GuestIdentity(Optional.of("web-1"), false);
        try (FakeQemu qemu = loading(new ArrayList<>(), FakeQemu::awaitClose);
                FakeAgent agent = new FakeAgent(socket, a -> {
                    a.synchronize();
                    a.execute(2, "mv: Read-only file system\n");
                    a.awaitClose();
                })) {
            host.listen(WEB.qmp(), qemu::open).listen(WEB.agent(), agent::open);
            assertThat(failure(telling(identity, List.of())))
                    .hasMessage("h1: start the clone web: in the guest, sh could not make it hostname web-1: exit 2\n"
                            + "  mv: Read-only file system");
        }
        assertAbandoned();
        assertThat(host.calls("put")).isEmpty();
    }

    @Test
    void aGuestWhoseAgentIsSilentIsEndedAndItsConsoleShown() throws IOException {
        write(WEB.serialLog(), "Debian GNU/Linux 12 debian ttyS0\n");
        GuestIdentity identity = new GuestIdentity(Optional.of("web-1"), false);
        try (FakeQemu qemu = loading(new ArrayList<>(), FakeQemu::awaitClose);
                FakeAgent agent = new FakeAgent(socket, FakeAgent::awaitClose)) {
            host.listen(WEB.qmp(), qemu::open).listen(WEB.agent(), agent::open);
            assertThat(failure(telling(identity, List.of())))
                    .isInstanceOf(EmulatorException.class)
                    .hasMessageStartingWith("h1: start the clone web: the guest agent: it did not answer within 500ms;"
                            + " is qemu-guest-agent installed in the guest, and running?")
                    .hasMessageContaining("Debian GNU/Linux 12 debian ttyS0");
        }
        assertAbandoned();
    }

    @Test
    void aRunningGuestIsToldWhatItIsFromNowOn() throws IOException {
        GuestIdentity identity = new GuestIdentity(Optional.of("web-2"), false);
        try (FakeAgent agent = new FakeAgent(socket, a -> {
            a.synchronize();
            a.execute(0, "");
            a.awaitClose();
        })) {
            host.listen(WEB.agent(), agent::open);
            new VmExecutor(note -> {}).run(telling(identity, List.of()).guest().orElseThrow(), host);
        }
        assertThat(VmRecord.parse(text(WEB.spec())).orElseThrow().guest()).isEqualTo(identity);
        assertThat(host.mode(WEB.spec())).contains("0600");
    }

    @Test
    void aGuestIsReadyWhenItsAgentAnswers() throws IOException {
        Ready ready = new Ready(Optional.of("login:"), true, Duration.ofSeconds(90));
        try (FakeQemu qemu = loading(new ArrayList<>(), FakeQemu::awaitClose);
                FakeAgent agent = new FakeAgent(socket, a -> {
                    a.synchronize();
                    a.awaitClose();
                })) {
            host.listen(WEB.qmp(), qemu::open).listen(WEB.agent(), agent::open);
            new VmExecutor(note -> {}).run(start(ready, List.of()), host);
        }
        assertThat(scripts).anyMatch(s -> s.contains("until grep"));
        assertThat(host.calls("put")).containsExactly(WEB.up());
    }

    private static VmTask.StartVm telling(GuestIdentity identity, List<Machine.Nic> cards) {
        VmTask.StartVm plain = start(Ready.RUNNING, cards);
        VmRecord record =
                new VmRecord("web", "site", "base", "id", "digest", "uuid", List.of(1L << 30), Samples.PLATFORM);
        GuestTask told = new GuestTask("web", WEB, identity, record.told(identity), Duration.ofMillis(500));
        return new VmTask.StartVm(
                plain.name(),
                plain.dirs(),
                plain.prepare(),
                plain.argv(),
                plain.state(),
                plain.platform(),
                Optional.of(told),
                cards,
                Ready.RUNNING);
    }
}
