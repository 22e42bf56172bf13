package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.LabHost;

/** What stands in a move's way, and what it does about that; and what the hosts do once the VM is elsewhere. */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MoveWaysIT {
    private static final String SLOW = ", mode: full, bandwidth: 256K";

    @TempDir
    static Path dir;

    private MoveLab lab;
    private LabHost from;
    private LabHost to;

    @BeforeAll
    void setUp() {
        // Without footers a stream is one that the filter does not know.
        lab = new MoveLab(dir)
                .template("odd", "extra_args: [-global, migration.send-section-footer=off]")
                .vms("web: { template: base, count: 6 }\n    odd: { template: odd, count: 2 }");
        from = lab.from;
        to = lab.to;
        lab.write();
        lab.tplctl("apply", "-q").exits(0);
    }

    @AfterAll
    void tearDown() {
        lab.close();
    }

    private void moving(String vm, String how) {
        MoveLab.counts(from, vm, 0);
        lab.write(vm + ": { from: o41, to: o40" + how + " }");
    }

    private String fails() {
        return said(lab.tplctl("apply", "--yes"));
    }

    private static String said(Tplctl.Result failed) {
        return failed.exits(2).out() + failed.err();
    }

    /** Begins a move that takes a while, and returns when its stream flows. */
    private Tplctl.Running flows(String vm) {
        Tplctl.Running run = lab.started("apply", "--yes");
        Shell.await(
                "the stream flows",
                Duration.ofMinutes(2),
                () -> MoveLab.exists(from, "/run/tplctl/vms/" + vm + "/outgoing.sock"));
        return run;
    }

    private void staysAndLeavesNothing(String vm) {
        assertThat(MoveLab.alive(to, vm)).isFalse();
        assertThat(to.exec("ls -d /run/tplctl/vms/" + vm + " /var/lib/tplctl/vms/" + vm + " 2>/dev/null || :"))
                .isEmpty();
        assertThat(MoveLab.state(from, vm)).isEqualTo("running");
        MoveLab.counts(from, vm, MoveLab.count(from, vm) + 1);
    }

    private JsonObject moves(String vm) {
        int before = MoveLab.count(from, vm);
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        MoveLab.counts(to, vm, before);
        assertThat(MoveLab.console(to, vm)).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
        lab.hasLeft(vm);
        return MoveLab.resource(report, "o40:migrations." + vm).getAsJsonObject("metrics");
    }

    @Test
    @Order(1)
    void streamThatTheFilterDoesNotKnowIsSentWholeOrNotAtAll() {
        moving("odd-1", ", mode: template-aware");
        assertThat(fails())
                .contains("the migration stream is not understood; at byte ")
                .contains("the machine runs on where it was");
        staysAndLeavesNothing("odd-1");

        moving("odd-1", "");
        Tplctl.Result result = lab.tplctl("apply", "--yes", "-o", "json").exits(0);
        assertThat(result.err())
                .contains(
                        "warning: move odd-1 from o41 to o40: all of its RAM is sent, and none of it is shared there: ")
                .contains("the migration stream is not understood; at byte ");
        JsonObject metrics =
                MoveLab.resource(Json.of(result), "o40:migrations.odd-1").getAsJsonObject("metrics");
        assertThat(metrics.get("mode").getAsString()).isEqualTo("full");
        MoveLab.counts(to, "odd-1", 1);
        lab.hasLeft("odd-1");
        lab.settled();
    }

    @Test
    @Order(2)
    void fullDiskAtTheSwitchOverLeavesTheVmWhereItWas() {
        String disks = "/var/lib/tplctl/vms";
        to.exec("mkdir -p " + disks + " && mount -t tmpfs -o size=8m none " + disks);
        moving("web-1", ", mode: full, bandwidth: 8M");
        Tplctl.Running run = flows("web-1");
        to.exec("dd if=/dev/zero of=" + disks + "/filler bs=4k 2>/dev/null || :");
        assertThat(said(run.await())).contains("No space left on device").contains("the machine runs on where it was");
        staysAndLeavesNothing("web-1");
        to.exec("umount " + disks);
        moving("web-1", "");
        assertThat(moves("web-1").get("mode").getAsString()).isEqualTo("template-aware");
    }

    @Test
    @Order(3)
    void deadNetworkLeavesTheVmWhereItWasAndASlowOneIsEnough() {
        moving("web-2", SLOW);
        Tplctl.Running run = flows("web-2");
        to.linkDown();
        try {
            Shell.await(
                    "both sides gave up",
                    Duration.ofMinutes(2),
                    () -> !MoveLab.exists(from, "/var/lib/tplctl/vms/web-2.moving") && !MoveLab.alive(to, "web-2"));
            MoveLab.counts(from, "web-2", MoveLab.count(from, "web-2") + 1);
            assertThat(run.await().exit()).isIn(2, 4);
        } finally {
            to.linkUp();
        }
        assertThat(MoveLab.state(from, "web-2")).isEqualTo("running");

        to.limitRate("4mbit");
        try {
            moving("web-2", "");
            assertThat(moves("web-2").get("mode").getAsString()).isEqualTo("template-aware");
        } finally {
            to.unlimitRate();
        }
    }

    @Test
    @Order(4)
    void emulatorThatIsKilledThereAsForWantOfMemoryLeavesTheVmWhereItWas() {
        moving("web-3", SLOW);
        Tplctl.Running run = flows("web-3");
        MoveLab.killEmulator(to, "web-3");
        assertThat(said(run.await())).contains("the emulator ended").contains("the machine runs on where it was");
        staysAndLeavesNothing("web-3");
        moving("web-3", "");
        moves("web-3");
    }

    @Test
    @Order(5)
    void movedVmIsNeverStartedASecondTimeAndComesBack() {
        moving("web-4", "");
        moves("web-4");
        String back = "web-4: { from: o41, to: o40 }";

        lab.write();
        lab.settled();
        lab.write(back);
        assertThat(lab.tplctl("apply", "-l", "o41").exits(0).out()).contains("changed=0");
        assertThat(lab.tplctl("status").exits(0).out())
                .containsPattern("o41 .*web-4 .*moved to o40|web-4 +.*moved to o40");
        assertThat(MoveLab.alive(from, "web-4")).isFalse();

        to.stopSshd();
        to.dropConnections();
        try {
            assertThat(lab.tplctl("apply").exits(4).err()).contains("o40");
            assertThat(MoveLab.alive(from, "web-4")).isFalse();
        } finally {
            to.startSshd();
        }
        assertThat(MoveLab.state(to, "web-4")).isEqualTo("running");

        int before = MoveLab.count(to, "web-4");
        lab.vms("web: { template: base, count: 3 }\n    odd: { template: odd, count: 2 }")
                .fleet("web-4: { template: base }");
        lab.write("web-4: { from: o40, to: o41 }");
        lab.tplctl("apply", "--yes").exits(0);
        MoveLab.counts(from, "web-4", before);
        assertThat(MoveLab.console(from, "web-4")).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
        assertThat(MoveLab.alive(to, "web-4")).isFalse();
        lab.settled();
    }

    @Test
    @Order(6)
    void alteredTemplateThereIsLeftAloneUntilItIsRemoved() {
        lab.vms("web: { template: base, count: 6 }");
        lab.unfleet();
        to.exec("chmod u+w /mnt/ram/memory; printf x | dd of=/mnt/ram/memory conv=notrunc 2>/dev/null");
        moving("web-5", "");
        assertThat(fails())
                .contains("the template base on o40 (/mnt/ram/state) was altered after it was sealed; remove it there");
        assertThat(to.exec("head -c 1 /mnt/ram/memory")).isEqualTo("x");
        staysAndLeavesNothing("web-5");
        to.exec("rm /mnt/ram/memory /mnt/ram/state /mnt/ram/state.json");
        assertThat(moves("web-5").get("mode").getAsString()).isEqualTo("template-aware");
    }

    @Test
    @Order(7)
    void cloneOfATemplateThatWasMadeAnewIsSentWholeOrNotAtAll() {
        String files = "/mnt/ram/memory /mnt/ram/state /mnt/ram/state.json";
        from.exec("rm " + files);
        moving("web-6", ", mode: template-aware");
        assertThat(fails()).contains("its template is not on o41 any more");
        staysAndLeavesNothing("web-6");
        to.exec("rm " + files);
        moving("web-6", "");
        assertThat(lab.tplctl("plan").exits(0).out())
                .contains(
                        "warning: all of its RAM is sent, and none of it is shared there: its template is not on o41");
        assertThat(moves("web-6").get("mode").getAsString()).isEqualTo("full");
    }
}
