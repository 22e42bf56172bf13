package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeOutput;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;

/** The scripts around emulators, run for real, with the directories of tplctl under a directory of the test's own. */
class MachineScriptsIT extends MachineScriptsCase {
    @Shells
    void ofAnAbsentVmTheProbeSaysSoWithoutNoise(List<String> shell) {
        VmSpec clone = VmSpecs.clone(template(Samples.machine("{ram: 1G}")));
        VmSpec plain = VmSpecs.plain(Samples.machine("{ram: 1G, emulator: no-such-qemu}"));
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
}
