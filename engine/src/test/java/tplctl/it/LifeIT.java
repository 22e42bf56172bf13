package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A template and its clones from the first apply to destroy. */
class LifeIT {
    private static final String RAM_128M = "ram: 128M";

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    private Path home;
    private Path playbook;

    @BeforeEach
    void setUp() {
        home = dir.resolve("home");
        playbook = dir.resolve("life.yml");
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        Tplctl.run(dir, "destroy", "--yes", "--prune", playbook.toString()).exits(0);
        before.isAsBefore();
    }

    private void write(String machine, String vms) {
        Tplctl.write(dir, "life.yml", Playbooks.onTmpfs(home, "life", machine, vms));
    }

    private Tplctl.Result tplctl(String... arguments) {
        return Tplctl.run(dir, arguments);
    }

    private JsonObject plan() {
        return Json.of(tplctl("plan", "-o", "json", "life.yml").exits(0));
    }

    private JsonObject status() {
        return Json.of(tplctl("status", "-o", "json", "life.yml").exits(0));
    }

    @Test
    void appliesOnceAndChangesNothingTheSecondTime() {
        write(RAM_128M, "life: { template: life-base, count: 3 }");

        JsonObject report = Json.of(tplctl("apply", "-o", "json", "life.yml").exits(0));
        assertThat(report.getAsJsonObject("summary").get("changed").getAsInt()).isEqualTo(7);

        JsonObject again = Json.of(tplctl("apply", "-o", "json", "life.yml").exits(0));
        assertThat(again.getAsJsonObject("summary").get("changed").getAsInt()).isZero();
        assertThat(again.getAsJsonObject("summary").get("ok").getAsInt()).isEqualTo(7);
        assertThat(plan().getAsJsonObject("summary").get("unchanged").getAsInt())
                .isEqualTo(7);

        JsonObject status = status();
        assertThat(Json.vms(status)).hasSize(3).allSatisfy(vm -> {
            assertThat(vm.get("state").getAsString()).isEqualTo("running");
            assertThat(vm.get("template").getAsString()).isEqualTo("life-base");
            assertThat(vm.get("private_bytes").getAsLong()).isBetween(1L, 32L << 20);
            assertThat(vm.get("shared_bytes").getAsLong()).isPositive();
        });
        for (int i = 1; i <= 3; i++) {
            String name = "life-" + i;
            Shell.await(
                    name + " counts",
                    Duration.ofMinutes(2),
                    () -> Machine.serialLog(name).stream().anyMatch(l -> l.startsWith("count ")));
            assertThat(Machine.serialLog(name)).noneMatch(l -> l.startsWith("boot-count"));
        }
    }

    @Test
    void prunesWhatIsNoLongerDeclaredAndOnlyWhatIsItsOwn() {
        write(RAM_128M, "life: { template: life-base, count: 3 }");
        tplctl("apply", "-q", "life.yml").exits(0);
        write(RAM_128M, "life: { template: life-base, count: 2 }");

        assertThat(plan().getAsJsonArray("orphans").toString()).isEqualTo("[\"localhost:vms.life-3\"]");
        Tplctl.write(dir, "other.yml", "- hosts: localhost\n  directories:\n    other: { path: " + dir + "/other }\n");
        tplctl("apply", "other.yml").exits(0);
        JsonObject others =
                Json.of(tplctl("plan", "--prune", "-o", "json", "other.yml").exits(0));
        assertThat(others.getAsJsonArray("orphans")).isEmpty();
        tplctl("apply", "--prune", "--yes", "other.yml").exits(0);
        assertThat(Json.vms(status())).hasSize(3);

        tplctl("apply", "--prune", "life.yml").exits(7);
        assertThat(Json.vms(status())).hasSize(3);
        tplctl("apply", "--prune", "--yes", "life.yml").exits(0);
        assertThat(Json.vms(status())).hasSize(2);
        assertThat(Path.of("/var/lib/tplctl/vms/life-3")).doesNotExist();
        tplctl("destroy", "--yes", "other.yml").exits(0);
    }

    @Test
    void replacesTheClonesOfATemplateThatChangedAndAsksFirst() {
        write(RAM_128M, "life: { template: life-base, count: 2 }");
        tplctl("apply", "-q", "life.yml").exits(0);
        long pid = Json.vm(status(), "life-1").get("pid").getAsLong();

        write("ram: 96M", "life: { template: life-base, count: 2 }");
        JsonObject plan = plan();
        assertThat(plan.getAsJsonObject("summary").get("replace").getAsInt()).isEqualTo(3);
        assertThat(tplctl("apply", "life.yml").exits(7).err()).contains("--yes");
        assertThat(Machine.runs(pid)).isTrue();

        tplctl("apply", "--yes", "life.yml").exits(0);
        assertThat(Machine.runs(pid)).isFalse();
        assertThat(Json.vms(status()))
                .hasSize(2)
                .allSatisfy(vm -> assertThat(vm.get("state").getAsString()).isEqualTo("running"));
        assertThat(plan().getAsJsonObject("summary").get("unchanged").getAsInt())
                .isEqualTo(6);
    }

    @Test
    void neverLoadsATemplatesStateOverADiskThatWasUsed() {
        write(RAM_128M, "life: { template: life-base }");
        tplctl("apply", "-q", "life.yml").exits(0);
        long pid = Json.vm(status(), "life").get("pid").getAsLong();
        Shell.await(
                "the guest wrote to its disk",
                Duration.ofMinutes(2),
                () -> Machine.serialLog("life").stream().anyMatch(l -> l.matches("disk-mark [0-9]+")));
        Shell.run("kill", "-KILL", Long.toString(pid));
        Shell.await("the emulator is gone", Duration.ofMinutes(2), () -> !Machine.runs(pid));

        assertThat(plan().getAsJsonObject("summary").get("update").getAsInt()).isEqualTo(1);
        assertThat(tplctl("apply", "life.yml").exits(0).out()).contains("not shared");
        Shell.awaitSerial("life", Duration.ofMinutes(2), "boot-count 2");
        Shell.await(
                "the guest went on",
                Duration.ofMinutes(2),
                () -> Machine.serialLog("life").stream().anyMatch(l -> l.matches("count 1?[0-9]")));
        assertThat(Machine.serialLog("life")).noneMatch(l -> l.startsWith("DISK-CHANGED"));

        write(RAM_128M, "life: { template: life-base, restart: fresh }");
        long booted = Json.vm(status(), "life").get("pid").getAsLong();
        Shell.run("kill", "-KILL", Long.toString(booted));
        Shell.await("the emulator is gone", Duration.ofMinutes(2), () -> !Machine.runs(booted));
        tplctl("apply", "life.yml").exits(7);
        tplctl("apply", "--yes", "life.yml").exits(0);
        Shell.await(
                "the fresh clone counts on",
                Duration.ofMinutes(2),
                () -> Machine.serialLog("life").stream().anyMatch(l -> l.startsWith("count ")));
        assertThat(Machine.serialLog("life")).noneMatch(l -> l.startsWith("boot-count"));
    }

    @Test
    void losesNoClonesDiskWhenTheTemplateIsGone() {
        write(RAM_128M, "life: { template: life-base, count: 2 }");
        tplctl("apply", "-q", "life.yml").exits(0);
        for (String vm : new String[] {"life-1", "life-2"}) {
            Shell.await(
                    vm + " wrote to its disk",
                    Duration.ofMinutes(2),
                    () -> Machine.serialLog(vm).stream().anyMatch(l -> l.matches("disk-mark [0-9]+")));
        }
        // What a reboot takes: every process, /run, and what lies on a tmpfs.
        Json.vms(status())
                .forEach(vm -> Shell.run("kill", "-KILL", vm.get("pid").getAsString()));
        Shell.await(
                "the emulators are gone",
                Duration.ofMinutes(2),
                () -> Machine.emulatorsRunning().equals(before.emulators()));
        Shell.run("umount", home.resolve("ram").toString());
        Shell.run("rm", "-rf", "/run/tplctl/vms/life-1", "/run/tplctl/vms/life-2", "/run/tplctl/templates/life-base");

        String applied = tplctl("apply", "life.yml").exits(0).out();
        assertThat(applied).contains("not shared").doesNotContain("-/+");
        for (String vm : new String[] {"life-1", "life-2"}) {
            Shell.awaitSerial(vm, Duration.ofMinutes(2), "boot-count 2");
            assertThat(Machine.serialLog(vm)).noneMatch(l -> l.startsWith("DISK-CHANGED"));
        }
        assertThat(plan().getAsJsonObject("summary").get("unchanged").getAsInt())
                .isEqualTo(6);
    }

    @Test
    void keepsAVmDefinedButOffAndStartsItWhenTold() {
        write(RAM_128M, "life: { template: life-base, running: false }");
        tplctl("apply", "-q", "life.yml").exits(0);
        assertThat(Json.vm(status(), "life").get("state").getAsString()).isEqualTo("defined");
        write(RAM_128M, "life: { template: life-base }");
        tplctl("apply", "-q", "life.yml").exits(0);
        assertThat(Json.vm(status(), "life").get("state").getAsString()).isEqualTo("running");
        write(RAM_128M, "life: { template: life-base, running: false }");
        tplctl("apply", "-q", "life.yml").exits(0);
        assertThat(Json.vm(status(), "life").get("state").getAsString()).isEqualTo("off");
        assertThat(plan().getAsJsonObject("summary").get("unchanged").getAsInt())
                .isEqualTo(5);
    }

    @Test
    void plugsACardInAfterTheLoadAndKeepsTheTemplateReadOnly() throws Exception {
        write(RAM_128M, "life: { template: life-base, nics: [{ netdev: user }] }");
        tplctl("apply", "-q", "life.yml").exits(0);
        assertThat(Files.getPosixFilePermissions(home.resolve("ram/memory"))).hasSize(1);
        assertThat(Files.getPosixFilePermissions(home.resolve("ram/state"))).hasSize(1);
        assertThat(tplctl("status", "--verify", "life.yml").exits(0).out()).contains("ok");
    }

    @Test
    void showsTheCommandsOfAPlan() {
        write(RAM_128M, "life: { template: life-base }");
        String shown = tplctl("plan", "--show-commands", "life.yml").exits(0).out();
        assertThat(shown)
                .contains("-object memory-backend-file,id=mem0,size=128M,mem-path=", "share=on", "-incoming defer");
        assertThat(tplctl("destroy", "--yes", "life.yml").exits(0).err()).doesNotContain("error");
    }
}
