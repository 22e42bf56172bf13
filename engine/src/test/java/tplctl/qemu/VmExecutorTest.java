package tplctl.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.HostException;
import tplctl.kind.Sh;
import tplctl.machine.GuestIdentity;
import tplctl.machine.GuestTask;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Ready;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;

@Timeout(60)
class VmExecutorTest {
    private static final CommandResult OK = new CommandResult(0, "", "");
    private static final Layout.Dirs WEB = Layout.vm("web");
    private static final String CAPABILITIES = "[{\"capability\":\"xbzrle\",\"state\":false},"
            + "{\"capability\":\"events\",\"state\":false},{\"capability\":\"x-ignore-shared\",\"state\":false}]";

    @TempDir
    Path socket;

    private final List<String> scripts = new ArrayList<>();
    private boolean alive = true;
    private int killExit;
    private int readyExit;
    private int endExit;
    private final FakeHost host = new FakeHost("h1").onAny(this::answer);

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

    @Test
    void aTemplateIsSealedInTheRightOrderAndTheManifestComesLast() throws IOException {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G, disk: vm}"));
        Layout.Dirs dirs = Layout.building("base");
        write("/mnt/hugetlb/memory.tplctl-new", "ram");
        write("/mnt/ramdisk/state.tplctl-new", "state");
        write(dirs.disk(0), "disk");
        List<String> said = new ArrayList<>();
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), CAPABILITIES);
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.event("MIGRATION", "{\"status\":\"active\"}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
        })) {
            host.listen(dirs.qmp(), qemu::open);
            assertThat(new VmExecutor(note -> {}).run(build(template), host)).containsOnlyKeys("boot_ms", "save_ms");
        }
        assertThat(said.stream().map(s -> s.split(" ")[0]))
                .containsExactly("query-migrate-capabilities", "stop", "migrate-set-capabilities", "migrate", "quit");
        assertThat(said.get(3)).contains("file:/mnt/ramdisk/state.tplctl-new");
        Manifest manifest = Manifest.parse(text("/mnt/ramdisk/state.json")).orElseThrow();
        assertThat(manifest.specDigest()).isEqualTo(template.specDigest());
        assertThat(manifest.memory().get(0).stamp() + manifest.state().stamp()).isEqualTo("stamp-1stamp-2");
        assertThat(manifest.disks())
                .singleElement()
                .satisfies(d -> assertThat(d.path())
                        .isEqualTo("/var/lib/tplctl/templates/base/" + manifest.id() + "/disk.qcow2"));
        assertThat(host.mode("/mnt/ramdisk/state.json")).contains("0400");
        int placed = indexOfScript("mv -f -- /mnt/hugetlb/memory.tplctl-new");
        assertThat(indexOfScript("mv -- /var/lib/tplctl/templates/base/.building"))
                .isBetween(0, placed - 1);
        assertThat(indexOfScript("for build in")).isGreaterThan(placed);
    }

    @Test
    void aTemplateThatCannotBeSavedLeavesNoManifestAndNoDrafts() throws IOException {
        TemplateInfo template = Samples.template(Samples.machine("{ram: 1G}"));
        Layout.Dirs dirs = Layout.building("base");
        write(dirs.log(), "qemu: disk full\n");
        try (FakeQemu qemu = FakeQemu.ready(socket, q -> {
            q.reply(q.next(), CAPABILITIES);
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.reply(q.next(), "{}");
            q.event("MIGRATION", "{\"status\":\"failed\"}");
            q.awaitClose();
        })) {
            host.listen(dirs.qmp(), qemu::open);
            assertThat(failure(build(template)))
                    .hasMessageContaining("the machine's state could not be saved")
                    .hasMessageContaining("disk full");
        }
        assertThat(scripts).noneMatch(s -> s.contains("mv -f"));
        assertThat(scripts).last().asString().contains("rm -f -- /mnt/hugetlb/memory.tplctl-new");
        assertThat(host.calls("put")).doesNotContain("/mnt/ramdisk/state.json");
    }

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

    private void assertAbandoned() {
        assertThat(scripts).anyMatch(s -> s.contains("kill -KILL"));
        assertThat(host.calls("put")).doesNotContain(WEB.up());
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

    private Throwable failure(VmTask task) {
        Throwable failure = catchThrowable(() -> new VmExecutor(note -> {}).run(task, host));
        assertThat(failure).isNotNull();
        return failure;
    }

    private FakeQemu loading(List<String> said, FakeQemu.Script then) throws IOException {
        return FakeQemu.ready(socket, q -> {
            q.reply(next(q, said), CAPABILITIES);
            q.reply(next(q, said), "{}");
            q.reply(next(q, said), "{}");
            q.event("MIGRATION", "{\"status\":\"completed\"}");
            q.reply(next(q, said), "{}");
            then.run(q);
        });
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

    private static VmTask.StartVm start(Ready ready, List<Machine.Nic> cards) {
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

    private static VmTask.BuildTemplate build(TemplateInfo template) {
        return new VmTask.BuildTemplate(
                template,
                Samples.PLATFORM,
                "site",
                Ready.RUNNING,
                "stamp",
                List.of(),
                Sh.of("prepare-it"),
                List.of("qemu-system-x86_64"));
    }

    private int indexOfScript(String part) {
        for (int i = 0; i < scripts.size(); i++) {
            if (scripts.get(i).contains(part)) {
                return i;
            }
        }
        return -1;
    }

    private void write(String path, String text) {
        host.put(path, text.getBytes(StandardCharsets.UTF_8), "0600");
    }

    private String text(String path) {
        return new String(host.read(path).orElseThrow(), StandardCharsets.UTF_8);
    }

    private static JsonObject next(FakeQemu qemu, List<String> said) throws IOException {
        JsonObject command = qemu.next();
        String arguments = command.has("arguments") ? " " + command.get("arguments") : "";
        said.add(command.get("execute").getAsString() + arguments);
        return command;
    }
}
