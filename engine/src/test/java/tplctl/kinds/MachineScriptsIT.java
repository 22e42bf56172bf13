package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.AbsPath;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;

/** The scripts around emulators, run for real, with the directories of tplctl under a directory of the test's own. */
class MachineScriptsIT {
    private static final String ID = "00112233445566aa";

    @TempDir
    Path scratch;

    private final List<Long> started = new ArrayList<>();

    @AfterEach
    void endWhatWasStarted() {
        started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Shells
    void ofAnAbsentTemplateTheProbeSaysSoWithoutNoise(List<String> shell) {
        TemplateInfo t = template(Samples.machine("{ram: 1G, disk: vm, kernel: /no/kernel, emulator: no-such-qemu}"));
        ProbeOutput out = run(shell, TemplateState.script(t, "h1"));
        assertThat(out.stderr()).isEmpty();
        TemplateState state = TemplateState.parse(out, 1);
        assertThat(state.difference(t)).map(TemplateState.Difference::impact).contains(Impact.CREATE);
        assertThat(state.emulator().path()).isEmpty();
        assertThat(state.memoryBytes()).isZero();
        assertThat(state.inputs()).containsExactly("absent");
        assertThat(state.room()).isPresent();
    }

    @Shells
    void ofAnAbsentVmTheProbeSaysSoWithoutNoise(List<String> shell) {
        VmSpec clone = clone(template(Samples.machine("{ram: 1G}")));
        VmSpec plain = new VmSpec(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Samples.machine("{ram: 1G, emulator: no-such-qemu}")),
                List.of(),
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                tplctl.machine.Ready.RUNNING,
                tplctl.machine.VmTask.StopVm.DEFAULT_GRACE,
                new VmSpec.Consoles(Optional.empty(), Optional.empty(), Optional.empty()),
                false);
        for (VmSpec spec : List.of(clone, plain)) {
            ProbeOutput out = run(shell, VmState.script("web", spec, "h1"));
            assertThat(out.stderr()).isEmpty();
            VmState state = VmState.parse("h1", out);
            assertThat(state.leftovers()).isFalse();
            assertThat(state.record()).isEmpty();
            assertThat(state.isAlive()).isFalse();
        }
    }

    @Shells
    void aSealedTemplateIsFoundWithoutStartingItsEmulator(List<String> shell) throws IOException {
        TemplateInfo t = template(Samples.machine("{ram: 1G, disk: vm, emulator: " + emulator() + "}"));
        seal(shell, t);
        ProbeOutput out = run(shell, TemplateState.script(t, "h1"));
        assertThat(out.stderr()).isEmpty();
        TemplateState state = TemplateState.parse(out, 1);
        assertThat(state.difference(t)).isEmpty();
        assertThat(state.emulator().version()).isEmpty();
        assertThat(state.memoryBytes()).isEqualTo(3);
    }

    @Shells
    void whateverIsWrongWithATemplateTheEmulatorIsAskedSoThatItCanBeMadeAnew(List<String> shell) throws IOException {
        TemplateInfo t = template(Samples.machine("{ram: 1G, disk: vm, emulator: " + emulator() + "}"));
        Path disk = lib().resolve("templates/base/" + ID + "/disk.qcow2");
        for (Path file : List.of(Path.of(t.memory().text()), Path.of(t.state().text()), disk)) {
            seal(shell, t);
            Files.writeString(file, "altered");
            assertAsked(shell, t, Impact.REPLACE);
            Files.delete(file);
            assertAsked(shell, t, Impact.CREATE);
        }
        seal(shell, t);
        assertAsked(
                shell, template(Samples.machine("{ram: 2G, disk: vm, emulator: " + emulator() + "}")), Impact.REPLACE);
    }

    @Shells
    void aProgramThatWasReplacedIsAsked(List<String> shell) throws IOException {
        TemplateInfo t = template(Samples.machine("{ram: 1G, disk: vm, emulator: " + emulator() + "}"));
        seal(shell, t);
        Files.writeString(Path.of(emulator()), Files.readString(Path.of(emulator())) + "# another\n");
        TemplateState state = TemplateState.parse(run(shell, TemplateState.script(t, "h1")), 1);
        assertThat(state.emulator().version()).isPresent();
        assertThat(state.difference(t)).isEmpty();
    }

    @Shells
    void onlyClonesThatWereUpStandOnATemplate(List<String> shell) throws IOException {
        TemplateInfo t = template(Samples.machine("{ram: 1G}"));
        for (String name : List.of("up", "made", "other")) {
            String of = name.equals("other") ? "base2" : "base";
            run(shell, VmScripts.define(record(name, of)));
            owned(name);
        }
        Files.createFile(lib().resolve("vms/up/up"));
        Files.createFile(lib().resolve("vms/other/up"));
        assertThat(TemplateState.parse(run(shell, TemplateState.script(t, "h1")), 1)
                        .clones())
                .containsExactly("up");
    }

    /** Three VMs in a directory that another host sees: its own, one that came from here, and one that came to here. */
    @Shells
    void othersVmsStandOnNothingHere(List<String> shell) throws IOException {
        TemplateInfo t = template(Samples.machine("{ram: 1G}"));
        Path build = lib().resolve("templates/base/0123456789abcdef");
        for (String name : List.of("own", "others", "left", "came")) {
            run(shell, VmScripts.define(record(name, "base")));
            Files.createFile(lib().resolve("vms/" + name + "/up"));
        }
        for (String elsewhere : List.of("others", "left")) {
            run(shell, Sh.of("rm -r {}", Layout.vm(elsewhere).run()));
        }
        owned("own");
        owned("left");
        Files.writeString(lib().resolve("vms/left.moved"), new MoveMark("left", "me", "h2", "u", "i", "t").toJson());
        Files.writeString(lib().resolve("vms/came.moved"), new MoveMark("came", "me", "h1", "u", "i", "t").toJson());

        TemplateState seen = TemplateState.parse(run(shell, TemplateState.script(t, "h1")), 1);
        assertThat(seen.clones()).containsExactlyInAnyOrder("own", "came");
        assertThat(seen.away()).containsExactly("left");

        for (String name : List.of("own", "others", "left", "came")) {
            Files.createDirectories(build);
            Files.writeString(lib().resolve("vms/" + name + "/backing"), build + "/disk.qcow2\n");
            run(shell, HostScripts.dropUnusedBuilds("base", "/none", "h1"));
            assertThat(Files.exists(build))
                    .as(name)
                    .isEqualTo(List.of("own", "came").contains(name));
            Files.delete(lib().resolve("vms/" + name + "/backing"));
        }
        run(shell, HostScripts.dropUnusedBuilds("base", "/none", "h1"));
        assertThat(build).doesNotExist();
    }

    @Shells
    void aStartedEmulatorHasItsPidFileWhenTheScriptEnds(List<String> shell) {
        Layout.Dirs dirs = Layout.vm("web");
        for (int i = 0; i < 10; i++) {
            run(shell, HostScripts.makeDirs(dirs));
            run(shell, HostScripts.start(dirs, List.of("sleep", "100"), Optional.empty()));
            long pid = pid(shell);
            assertThat(pid).isPositive();
            started.add(pid);
            run(shell, HostScripts.kill(dirs));
            assertThat(pid(shell)).isZero();
        }
    }

    @Shells
    void anEmulatorThatCannotBeStartedLeavesNothingAliveAndItsReasonInTheLog(List<String> shell) throws IOException {
        Layout.Dirs dirs = Layout.vm("web");
        run(shell, HostScripts.makeDirs(dirs));
        run(shell, HostScripts.start(dirs, List.of("/no/such/qemu", "-m"), Optional.empty()));
        assertThat(Files.readString(scratch.resolve("run/vms/web/qemu.log"))).contains("/no/such/qemu");
        await(() -> pid(shell) == 0);
    }

    @Shells
    void aStartedEmulatorInheritsTheStateAndGetsItsArgumentsAsTheyAre(List<String> shell) throws IOException {
        Layout.Dirs dirs = Layout.vm("web");
        Path state = Files.writeString(scratch.resolve("st'a te"), "STATE");
        run(shell, HostScripts.makeDirs(dirs));
        List<String> argv =
                List.of("sh", "-c", "cat <&7; printf ' <%s>' \"$@\"", "sh", "a b", "$(touch x)", "'", "", "\n");
        run(shell, HostScripts.start(dirs, argv, Optional.of(state.toString())));
        Path log = scratch.resolve("run/vms/web/qemu.log");
        await(() -> Files.readString(log).endsWith("<\n>"));
        assertThat(Files.readString(log)).isEqualTo("STATE <a b> <$(touch x)> <'> <> <\n>");
    }

    @Shells
    void aPidThatIsAnotherProcessNowIsNotAlive(List<String> shell) throws IOException {
        Path pid = Files.createDirectories(scratch.resolve("run/vms/web")).resolve("pid");
        String own = Files.readString(Path.of("/proc/self/stat")).strip();
        for (String text :
                List.of("", "\n", "garbage\n", "* * *\n", "1 (x) S\n", own.replaceAll("[0-9]+", "1") + "\n")) {
            Files.writeString(pid, text);
            assertThat(pid(shell)).as(text).isZero();
        }
    }

    @Shells
    void aCloneIsPreparedFromTheFrozenDisksAndForgottenWholly(List<String> shell) throws IOException {
        frozen(ID);
        VmRecord record = record("web", "base");
        run(shell, VmScripts.prepareClone(record, 1, false));
        Path vm = lib().resolve("vms/web");
        assertThat(vm.resolve("disk.qcow2")).hasContent("empty overlay");
        assertThat(vm.resolve("backing")).hasContent(lib() + "/templates/base/" + ID + "/disk.qcow2");
        assertThat(VmRecord.parse(Files.readString(vm.resolve("spec.json")))).contains(record);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(vm)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(scratch.resolve("run/vms/web"))))
                .isEqualTo("rwx------");
        Files.writeString(vm.resolve("up"), "");
        Files.writeString(vm.resolve("stale"), "");
        run(shell, VmScripts.prepareClone(record, 1, true));
        assertThat(vm.resolve("up")).doesNotExist();
        assertThat(vm.resolve("stale")).doesNotExist();
        run(shell, VmScripts.remove("web", "base", scratch + "/no/manifest"));
        assertThat(vm).doesNotExist();
        assertThat(lib().resolve("templates/base")).doesNotExist();
    }

    @Shells
    void keepsTheFrozenDisksThatTheManifestOrAnOverlayStandsOn(List<String> shell) throws IOException {
        frozen(ID);
        frozen("1111111111111111");
        frozen("2222222222222222");
        Path building = Files.createDirectories(lib().resolve("templates/base/.building"));
        Path vm = Files.createDirectories(lib().resolve("vms/old"));
        Files.writeString(vm.resolve("backing"), lib() + "/templates/base/1111111111111111/disk.qcow2\n");
        Path manifest = Files.writeString(scratch.resolve("state.json"), "{\"id\":\"" + ID + "\"}");
        run(shell, HostScripts.dropUnusedBuilds("base", manifest.toString()));
        assertThat(lib().resolve("templates/base"))
                .isDirectoryContaining(p -> p.endsWith(ID))
                .isDirectoryContaining(p -> p.endsWith("1111111111111111"))
                .isDirectoryContaining(building::equals)
                .isDirectoryNotContaining(p -> p.endsWith("2222222222222222"));
    }

    @Shells
    void placesAndRemovesFilesOfAnyName(List<String> shell) throws IOException {
        Path odd = Files.createDirectories(scratch.resolve("o'dd $(touch canary) \"x\"\nline"));
        TemplateInfo t = new TemplateInfo(
                "base",
                Samples.machine("{ram: 1G}"),
                new AbsPath(odd + "/-memory *"),
                new AbsPath(odd + "/-state"),
                Optional.empty());
        Files.writeString(Path.of(t.memory() + ".tplctl-new"), "ram");
        Files.writeString(Path.of(t.state() + ".tplctl-new"), "state");
        Files.writeString(Path.of(t.manifest().text()), "old");
        run(shell, TemplateScripts.place(t));
        assertThat(Path.of(t.memory().text())).hasContent("ram");
        assertThat(Path.of(t.state().text())).hasContent("state");
        assertThat(Path.of(t.manifest().text())).doesNotExist();
        Files.writeString(Path.of(t.manifest().text()), "new");
        ProbeOutput probe = run(shell, TemplateState.script(t, "h1"));
        assertThat(probe.stderr()).isEmpty();
        run(
                shell,
                TemplateScripts.remove("base", t.memory().text(), 1, t.state().text()));
        assertThat(odd).isEmptyDirectory();
        assertThat(scratch.resolve("canary")).doesNotExist();
    }

    @Shells
    void dropsARamFileInItsOldPlaceUnlessAnotherOneIsThereNow(List<String> shell) throws IOException {
        Path file = Files.writeString(scratch.resolve("old ram"), "ram");
        String stamp = stamp(shell, file);
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp.replace(":3:", ":4:"))));
        assertThat(file).exists();
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp)));
        assertThat(file).doesNotExist();
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp)));
    }

    private void assertAsked(List<String> shell, TemplateInfo t, Impact impact) {
        ProbeOutput out = run(shell, TemplateState.script(t, "h1"));
        assertThat(out.stderr()).isEmpty();
        TemplateState state = TemplateState.parse(out, 1);
        assertThat(state.difference(t)).map(TemplateState.Difference::impact).contains(impact);
        assertThat(state.emulator().version()).hasToString("Optional[10.0.3]");
        assertThat(state.emulator().machineType()).contains("pc-i440fx-10.0");
    }

    private TemplateInfo template(Machine machine) {
        return new TemplateInfo(
                "base",
                machine,
                new AbsPath(scratch + "/mem/memory"),
                new AbsPath(scratch + "/mem/state"),
                Optional.empty());
    }

    private static VmSpec clone(TemplateInfo template) {
        return new VmSpec(
                Optional.empty(),
                Optional.of(template),
                Optional.empty(),
                List.of(),
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                tplctl.machine.Ready.RUNNING,
                tplctl.machine.VmTask.StopVm.DEFAULT_GRACE,
                new VmSpec.Consoles(Optional.empty(), Optional.empty(), Optional.empty()),
                false);
    }

    private static VmRecord record(String name, String template) {
        return new VmRecord(name, "site", template, ID, "digest", "uuid", List.of(1L << 30), Samples.PLATFORM);
    }

    private void frozen(String id) throws IOException {
        Path build = Files.createDirectories(lib().resolve("templates/base/" + id));
        Files.writeString(build.resolve("disk.qcow2"), "frozen");
        Files.writeString(build.resolve("clone.qcow2"), "empty overlay");
    }

    /** Puts a template's files and a manifest with their stamps there. */
    private void seal(List<String> shell, TemplateInfo t) throws IOException {
        frozen(ID);
        Path memory = Path.of(t.memory().text());
        Files.createDirectories(memory.getParent());
        Files.writeString(memory, "ram");
        Files.writeString(Path.of(t.state().text()), "state");
        Path disk = lib().resolve("templates/base/" + ID + "/disk.qcow2");
        Manifest m = Samples.manifest(t);
        Manifest now = new Manifest(
                m.name(),
                m.owner(),
                ID,
                m.specDigest(),
                m.emulator(),
                stamp(shell, Path.of(t.machine().emulator())),
                m.platform(),
                m.ramBytes(),
                List.of(new Manifest.Sealed(t.memory().text(), "", stamp(shell, memory))),
                new Manifest.Sealed(
                        t.state().text(), "", stamp(shell, Path.of(t.state().text()))),
                List.of(new Manifest.Sealed(disk.toString(), "", stamp(shell, disk))),
                List.of());
        Files.writeString(Path.of(t.manifest().text()), now.toJson() + "\n");
    }

    private String stamp(List<String> shell, Path file) {
        return run(shell, TemplateScripts.stamps(List.of(file.toString())))
                .stdout()
                .strip();
    }

    /** A program that answers as QEMU does when it is asked what it is. */
    private String emulator() throws IOException {
        Path program = scratch.resolve("qemu");
        if (!Files.exists(program)) {
            Files.writeString(program, """
                    #!/bin/sh
                    case "$*" in
                      --version) echo 'QEMU emulator version 10.0.3 (Debian)' ;;
                      '-machine help') printf 'Supported machines are:\\npc   Standard PC (alias of pc-i440fx-10.0)\\n' ;;
                      *) exit 1 ;;
                    esac
                    """);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return program.toString();
    }

    private long pid(List<String> shell) {
        return VmState.parse(
                        "h1", run(shell, VmState.script("web", clone(template(Samples.machine("{ram: 1G}"))), "h1")))
                .pid();
    }

    /** The record that whoever made a VM leaves on its host. */
    private void owned(String vm) throws IOException {
        Path records = Files.createDirectories(lib().resolve("owned/me"));
        Files.writeString(records.resolve("vms." + vm + ".json"), "{\"template\":\"base\"}");
    }

    private Path lib() {
        return scratch.resolve("lib");
    }

    private ProbeOutput run(List<String> shell, Sh script) {
        String here = script.script()
                .replace(Layout.LIB, lib().toString())
                .replace(Layout.RUN, scratch.resolve("run").toString());
        ProbeOutput out = new Bench(shell, scratch).run(here);
        assertThat(out.exit()).as("%s%n%s", here, out.stderr()).isZero();
        return out;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
