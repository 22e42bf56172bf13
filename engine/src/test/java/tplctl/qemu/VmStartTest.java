package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tplctl.host.HostException;
import tplctl.kind.Sh;
import tplctl.machine.Machine;
import tplctl.machine.Platform;
import tplctl.machine.Ready;
import tplctl.machine.Samples;
import tplctl.machine.VmTask;

final class VmStartTest extends VmExecutorCase {
    @Test
    void aCloneLoadsItsStateAndRunsAndIsMarkedUpLast() throws IOException {
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            JsonObject ask = next(q, said);
            q.reply(ask, CAPABILITIES);
            q.reply(next(q, said), "{}");
            JsonObject incoming = next(q, said);
            q.event("MIGRATION", "{\"status\":\"setup\"}");
            q.reply(incoming, "{}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            Map<String, Object> metrics = new VmExecutor(note -> {}).run(start(Ready.RUNNING, List.of()), host);
            assertThat(metrics).containsOnlyKeys("start_ms");
        }
        assertThat(said)
                .containsExactly(
                        "query-migrate-capabilities",
                        "migrate-set-capabilities {\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":true},"
                                + "{\"capability\":\"events\",\"state\":true}]}",
                        "migrate-incoming {\"uri\":\"fd:7\"}",
                        "cont");
        assertThat(host.calls("put")).containsExactly(WEB.up());
        assertThat(scripts.get(0)).startsWith("prepare-it\n").contains("7</mnt/ramdisk/state");
        assertThat(scripts).noneMatch(s -> s.contains("kill -KILL"));
    }

    @Test
    void theDocumentsForkIsToldByItsOwnCapability() throws IOException {
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(
                    next(q, said),
                    "[{\"capability\":\"events\",\"state\":false},"
                            + "{\"capability\":\"bypass-shared-memory\",\"state\":false}]");
            q.refuse(next(q, said), "GenericError", "enough");
            q.reply(next(q, said), "{}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            failure(start(Ready.RUNNING, List.of()));
        }
        assertThat(said.get(1)).contains("bypass-shared-memory").doesNotContain("x-ignore-shared");
    }

    @Test
    void aStateThatCannotBeLoadedEndsTheEmulatorAndTellsWhatItSaid() throws IOException {
        write(WEB.log(), "qemu: Unknown ramblock \"mem1\"\n\nqemu: load of migration failed\n");
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.event("MIGRATION", "{\"status\":\"failed\"}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            Throwable failure = failure(start(Ready.RUNNING, List.of()));
            assertThat(failure)
                    .isInstanceOf(EmulatorException.class)
                    .hasMessageStartingWith("h1: start the clone web: the template's state could not be loaded")
                    .hasMessageContaining("Unknown ramblock \"mem1\"\n  qemu: load of migration failed");
        }
        assertAbandoned();
    }

    @Test
    void anEmulatorThatEndsInTheMiddleOfTheLoadTellsWhatItSaid() throws IOException {
        write(WEB.log(), "qemu: error while loading state for instance 0x0\n");
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
        })) {
            host.listen(WEB.qmp(), qemu::open);
            assertThat(failure(start(Ready.RUNNING, List.of())))
                    .isInstanceOf(EmulatorException.class)
                    .hasMessageContaining("error while loading state")
                    .hasCauseInstanceOf(QmpConnectionException.class);
        }
        assertAbandoned();
    }

    @Test
    void aCommandThatIsRefusedKeepsItsErrorClass() throws IOException {
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.refuse(q.next(), "DeviceNotFound", "no such thing");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            Throwable failure = failure(start(Ready.RUNNING, List.of()));
            assertThat(failure).hasMessageContaining("no such thing");
            assertThat(failure.getCause())
                    .isInstanceOfSatisfying(
                            QmpException.class, e -> assertThat(e.errorClass()).isEqualTo("DeviceNotFound"));
        }
        assertAbandoned();
    }

    @Test
    void anEmulatorThatEndsAtOnceIsToldWithWhatItSaid() {
        alive = false;
        write(WEB.log(), "qemu-system-x86_64: unsupported machine type\n");
        assertThat(failure(start(Ready.RUNNING, List.of())))
                .isInstanceOf(EmulatorException.class)
                .hasMessageContaining("the emulator ended at once")
                .hasMessageContaining("unsupported machine type");
        assertAbandoned();
    }

    @Test
    void aGuestThatDoesNotBecomeReadyIsEndedAndItsConsoleShown() throws IOException {
        readyExit = 4;
        write(WEB.serialLog(), "Kernel panic\n");
        assertThat(loaded(new Ready(Optional.of("login:"), false, Duration.ofSeconds(90)), List.of()))
                .hasMessageContaining("the guest did not print \"login:\" within 90s")
                .hasMessageContaining("Kernel panic");
        assertAbandoned();
    }

    @Test
    void anEmulatorThatEndsBeforeItsGuestIsReadyIsToldApart() throws IOException {
        readyExit = 3;
        assertThat(loaded(new Ready(Optional.of("login:"), false, Duration.ofSeconds(90)), List.of()))
                .hasMessageContaining("the emulator ended before the guest printed \"login:\"");
        assertAbandoned();
    }

    @Test
    void whatWentWrongIsToldEvenWhenCleaningUpFailsToo() throws IOException {
        readyExit = 4;
        killExit = 1;
        Throwable failure = loaded(new Ready(Optional.of("login:"), false, Duration.ofSeconds(90)), List.of());
        assertThat(failure).hasMessageContaining("did not print");
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(HostException.class);
    }

    @Test
    void aCardThatCannotBePluggedInFailsTheStart() throws IOException {
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), CAPABILITIES);
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "\"Device 'tap' could not be initialized\\r\\n\"");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            Machine.Nic tap = new Machine.Nic("tap,ifname=t0", "virtio-net-pci", Optional.of("52:54:00:00:00:01"));
            assertThat(failure(start(Ready.RUNNING, List.of(tap))))
                    .hasMessageContaining("netdev_add tap,ifname=t0: Device 'tap' could not be initialized");
        }
        assertThat(said).last().asString().contains("netdev_add tap,ifname=t0,id=net0");
        assertAbandoned();
    }

    @Test
    void withoutAnEmulatorOnTheHostNothingIsTouched() {
        VmTask.StartVm task = new VmTask.StartVm(
                "web",
                WEB,
                Sh.of("prepare-it"),
                List.of("qemu"),
                Optional.empty(),
                Platform.unknown(Samples.machine("{ram: 1G}")),
                Optional.empty(),
                List.of(),
                Ready.RUNNING);
        assertThat(failure(task)).hasMessageContaining("the emulator qemu is not on this host");
        assertThat(host.calls()).isEmpty();
    }

    private Throwable loaded(Ready ready, List<Machine.Nic> cards) throws IOException {
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(q.next(), "{}");
            q.awaitClose();
        })) {
            host.listen(WEB.qmp(), qemu::open);
            return failure(start(ready, cards));
        }
    }
}
