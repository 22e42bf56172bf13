package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import tplctl.diag.Position;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Ref;
import tplctl.kind.Sh;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.MoveMark;
import tplctl.machine.Remnants;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** What the scripts of a move say and do under real shells. */
class MigrationScriptsIT {
    private static final Identity WEB = Identity.of("o41", "site", "web");

    @TempDir
    Path scratch;

    @Shells
    void ofAVmThatIsNowhereTheProbeSaysSoWithoutNoise(List<String> shell) {
        MigrationState state = observed(shell, spec());
        assertThat(state.there().vm().leftovers()).isFalse();
        assertThat(state.there().freeBytes()).isPositive();
        assertThat(state.there().memoryBytes()).isPositive();
        assertThat(state.there().listening()).isFalse();
        assertThat(state.there().processor().flags()).isNotEmpty();
        assertThat(state.there().processor().missedOn(state.here().orElseThrow().processor()))
                .isEmpty();
        assertThat(state.there().place()).isEmpty();
        assertThat(state.here().orElseThrow().diskBytes()).isEmpty();
        assertThat(state.here().orElseThrow().backing()).isEmpty();
    }

    @Shells
    void marksDisksAndBackingAreRead(List<String> shell) throws IOException {
        Path vm = Files.createDirectories(lib().resolve("vms/web"));
        Files.writeString(vm.resolve("disk.qcow2"), "x".repeat(5000));
        Files.writeString(vm.resolve("backing"), "/base/disk\n/base/disk1\n");
        MoveMark mark = new MoveMark("web", "site", "o40", WEB.uuid(), "x", "t");
        Files.writeString(lib().resolve("vms/web.moving"), mark.toJson() + "\n");
        MigrationState.Here here = observed(shell, spec()).here().orElseThrow();
        assertThat(here.vm().marks().leaving()).isEqualTo(Remnants.Mark.MOVING);
        assertThat(here.vm().marks().said()).contains(mark);
        assertThat(here.allDiskBytes()).isBetween(4096L, 1L << 20);
        assertThat(here.backing()).containsExactly("/base/disk", "/base/disk1");
        Files.writeString(vm.resolve("spec.json"), "{}\n");
        MigrationState both = observed(shell, spec());
        assertThat(both.samePlace()).isTrue();
        assertThat(both.there().vm().marks().leaving()).isEqualTo(Remnants.Mark.NONE);
        Files.move(lib().resolve("vms/web.moving"), lib().resolve("vms/web.moved"));
        assertThat(observed(shell, spec()).here().orElseThrow().vm().marks().isMoved())
                .isTrue();
    }

    @Shells
    void aVmThatArrivesIsNotUp(List<String> shell) throws IOException {
        Files.createDirectories(lib().resolve("vms/web"));
        Files.writeString(lib().resolve("vms/web/up"), "");
        Files.writeString(
                Files.createDirectories(scratch.resolve("run/vms/web")).resolve("incoming"), "{}\n");
        Files.writeString(
                lib().resolve("vms/web/spec.json"),
                "{\"digest\":\"" + spec().machine().digest() + "\"}\n");
        Files.writeString(scratch.resolve("run/vms/web/pid"), Files.readString(Path.of("/proc/self/stat")));
        MigrationState.There found = observed(shell, spec()).there();
        VmState there = found.vm();
        assertThat(there.marks().incoming()).isTrue();
        assertThat(there.wasUp()).isFalse();
        assertThat(there.isAlive()).isTrue();
        // What an earlier attempt left there will go: all that a new one needs is asked.
        assertThat(found.freeBytes()).isPositive();
    }

    @Shells
    void aListeningPortIsSeen(List<String> shell) throws IOException {
        try (java.net.ServerSocket server =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThat(observed(shell, spec(OptionalInt.of(server.getLocalPort())))
                            .there()
                            .listening())
                    .isTrue();
        }
    }

    @Shells
    void whatIsRememberedOfAVmStaysWhileItIsElsewhere(List<String> shell) throws IOException {
        Files.createDirectories(lib().resolve("vms"));
        Path mark = Files.writeString(lib().resolve("vms/web.moved"), "{}\n");
        ProbeOutput refused = new Bench(shell, scratch).run(here(VmScripts.remove("web", "base", "/no/manifest")));
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.stderr()).contains("web was moved to another host");
        assertThat(mark).exists();
        run(shell, new VmTask.ForgetMove("web", "o41").script());
        assertThat(mark).doesNotExist();
        run(shell, VmScripts.remove("web", "base", "/no/manifest"));
    }

    @Shells
    void theTemplateGoesWithTheLastVmThatCameUnlessItWasMadeThere(List<String> shell) throws IOException {
        Path memory = scratch.resolve("memory");
        Path state = scratch.resolve("state");
        for (String keeper : List.of("owned/site/templates.base@00aa.json", "vms/other/spec.json", "")) {
            Files.writeString(memory, "");
            Files.writeString(state, "");
            Files.createDirectories(lib().resolve("vms/web"));
            Path kept = lib().resolve(keeper.isEmpty() ? "vms/web/up" : keeper);
            Files.createDirectories(kept.getParent());
            Files.writeString(kept, "{\"template\":\"base\"}\n");
            run(shell, VmScripts.removeArrived("web", "base", memory.toString(), 1, state.toString(), ""));
            assertThat(Files.exists(memory)).as(keeper).isEqualTo(!keeper.isEmpty());
            assertThat(lib().resolve("vms/web")).doesNotExist();
            Files.deleteIfExists(kept);
        }
        assertThat(state).doesNotExist();
    }

    private MigrationState observed(List<String> shell, MigrationSpec spec) {
        ProbeOutput there = run(shell, MigrationState.script(spec));
        ProbeOutput here = run(shell, MigrationState.elsewhere(spec));
        assertThat(there.stderr()).isEmpty();
        assertThat(here.stderr()).isEmpty();
        return MigrationState.parse(spec, "o40", WEB, there.with(Map.of("o41", ProbeOutput.Elsewhere.of(here))));
    }

    private MigrationSpec spec() {
        return spec(OptionalInt.empty());
    }

    private MigrationSpec spec(OptionalInt port) {
        TemplateInfo template = new TemplateInfo(
                "base",
                Samples.machine("{ram: 1G, disk: vm, emulator: no-such-qemu}"),
                new AbsPath(scratch.resolve("memory").toString()),
                new AbsPath(scratch.resolve("state").toString()),
                Optional.empty());
        return new MigrationSpec(
                new Ref("o41", "vms", "web", new Position("p.yml", 1, 1)),
                Optional.of(VmSpecs.moved(template)),
                Optional.of(template),
                Set.of(),
                VmTask.MoveVm.Mode.AUTO,
                Optional.empty(),
                Optional.empty(),
                port,
                "10.0.0.40",
                true,
                false);
    }

    private Path lib() {
        return scratch.resolve("lib");
    }

    private String here(Sh script) {
        return script.script()
                .replace(Layout.LIB, lib().toString())
                .replace(Layout.RUN, scratch.resolve("run").toString());
    }

    private ProbeOutput run(List<String> shell, Sh script) {
        ProbeOutput out = new Bench(shell, scratch).run(here(script));
        assertThat(out.exit()).as("%s%n%s", here(script), out.stderr()).isZero();
        return out;
    }
}
