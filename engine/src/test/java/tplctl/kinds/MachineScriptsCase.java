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
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.Manifest;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmRecord;

/** Templates and VMs laid out in a directory, and a program that answers as QEMU does. */
abstract class MachineScriptsCase {
    static final String ID = "00112233445566aa";

    @TempDir
    Path scratch;

    final List<Long> started = new ArrayList<>();

    @AfterEach
    void endWhatWasStarted() {
        started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    void assertAsked(List<String> shell, TemplateInfo t, Impact impact) {
        ProbeOutput out = run(shell, TemplateState.script(t, "h1"));
        assertThat(out.stderr()).isEmpty();
        TemplateState state = TemplateState.parse(out, 1);
        assertThat(state.difference(t)).map(TemplateState.Difference::impact).contains(impact);
        assertThat(state.emulator().version()).hasToString("Optional[10.0.3]");
        assertThat(state.emulator().machineType()).contains("pc-i440fx-10.0");
    }

    TemplateInfo template(Machine machine) {
        return new TemplateInfo(
                "base",
                machine,
                new AbsPath(scratch + "/mem/memory"),
                new AbsPath(scratch + "/mem/state"),
                Optional.empty());
    }

    static VmRecord record(String name, String template) {
        return new VmRecord(name, "site", template, ID, "digest", "uuid", List.of(1L << 30), Samples.PLATFORM);
    }

    void frozen(String id) throws IOException {
        Path build = Files.createDirectories(lib().resolve("templates/base/" + id));
        Files.writeString(build.resolve("disk.qcow2"), "frozen");
        Files.writeString(build.resolve("clone.qcow2"), "empty overlay");
    }

    /** Puts a template's files and a manifest with their stamps there. */
    void seal(List<String> shell, TemplateInfo t) throws IOException {
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

    String stamp(List<String> shell, Path file) {
        return run(shell, TemplateScripts.stamps(List.of(file.toString())))
                .stdout()
                .strip();
    }

    /** A program that answers as QEMU does when it is asked what it is. */
    String emulator() throws IOException {
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

    long pid(List<String> shell) {
        return VmState.parse(
                        "h1",
                        run(shell, VmState.script("web", VmSpecs.clone(template(Samples.machine("{ram: 1G}"))), "h1")))
                .pid();
    }

    /** The record that whoever made a VM leaves on its host. */
    void owned(String vm) throws IOException {
        Path records = Files.createDirectories(lib().resolve("owned/me"));
        Files.writeString(records.resolve("vms." + vm + ".json"), "{\"template\":\"base\"}");
    }

    Path lib() {
        return scratch.resolve("lib");
    }

    ProbeOutput run(List<String> shell, Sh script) {
        String here = script.script()
                .replace(Layout.LIB, lib().toString())
                .replace(Layout.RUN, scratch.resolve("run").toString());
        ProbeOutput out = new Bench(shell, scratch).run(here);
        assertThat(out.exit()).as("%s%n%s", here, out.stderr()).isZero();
        return out;
    }

    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
