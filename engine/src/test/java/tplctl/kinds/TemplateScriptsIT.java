package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.machine.HostScripts;
import tplctl.machine.Layout;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmScripts;

/** What is looked at of a template, under each shell. */
class TemplateScriptsIT extends MachineScriptsCase {
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
    void dropsARamFileInItsOldPlaceUnlessAnotherOneIsThereNow(List<String> shell) throws IOException {
        Path file = Files.writeString(scratch.resolve("old ram"), "ram");
        String stamp = stamp(shell, file);
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp.replace(":3:", ":4:"))));
        assertThat(file).exists();
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp)));
        assertThat(file).doesNotExist();
        run(shell, TemplateScripts.dropSealed(new Manifest.Sealed(file.toString(), "", stamp)));
    }
}
