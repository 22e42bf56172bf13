package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.LabHost;

/** A clone that runs on one host, is migrated to another over SSH and relays, and is destroyed from both. */
@Timeout(480)
class MigrationIT {
    @TempDir
    Path dir;

    private MoveLab lab;
    private LabHost from;
    private LabHost to;

    @BeforeEach
    void setUp() {
        lab = new MoveLab(dir);
        from = lab.from;
        to = lab.to;
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    @Test
    void aBusyCloneGoesOverWithOnlyWhatDiffersAndIsDestroyedFromBoth() {
        lab.write();
        lab.tplctl("apply", "-q").exits(0);
        MoveLab.counts(from, "web-1", 2);
        int before = MoveLab.count(from, "web-1");

        lab.write("web-1: { from: o41, to: o40, mode: template-aware }");
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        JsonObject moved = MoveLab.resource(report, "o40:migrations.web-1");
        JsonObject metrics = moved.getAsJsonObject("metrics");
        assertThat(metrics.get("mode").getAsString()).isEqualTo("template-aware");
        assertThat(metrics.get("pages_dropped").getAsLong())
                .isGreaterThan(metrics.get("pages_sent").getAsLong());
        assertThat(metrics.get("wire_bytes").getAsLong()).isLessThan(32L << 20);

        MoveLab.counts(to, "web-1", before);
        assertThat(MoveLab.console(to, "web-1")).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
        assertThat(MoveLab.emulators(from)).isZero();
        assertThat(MoveLab.emulators(to)).isEqualTo(1);
        assertThat(from.exec("ls /var/lib/tplctl/vms")).isEqualTo("web-1.moved\n");
        assertThat(to.exec("ls /var/lib/tplctl/vms /run/tplctl/vms/web-1"))
                .contains("web-1")
                .doesNotContain("incoming\n");
        assertThat(to.exec("stat -c %a /mnt/ram/memory /mnt/ram/state")).isEqualTo("400\n400\n");

        lab.settled();
        lab.write();
        lab.tplctl("apply").exits(0);
        assertThat(MoveLab.emulators(from)).isZero();
        MoveLab.counts(to, "web-1", MoveLab.count(to, "web-1") + 1);

        lab.write("web-1: { from: o41, to: o40 }");
        lab.tplctl("destroy", "--yes").exits(0);
        for (LabHost host : List.of(from, to)) {
            assertThat(MoveLab.emulators(host)).isZero();
            assertThat(host.exec("ls -d /var/lib/tplctl/vms/* /mnt/ram/* /var/lib/tplctl/templates/* 2>/dev/null || :"))
                    .isEmpty();
        }
    }

    @Test
    void clonesGoOverSideBySideInEveryWay() {
        String vms = "web: { template: base, count: 3 }";
        lab.vms(vms).write();
        lab.tplctl("apply", "-q").exits(0);
        lab.write(
                "web-1: { from: o41, to: o40 }",
                "web-2: { from: o41, to: o40, mode: full }",
                "web-3: { from: o41, to: o40, encryption: none }");
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        for (String vm : List.of("web-1", "web-2", "web-3")) {
            JsonObject metrics =
                    MoveLab.resource(report, "o40:migrations." + vm).getAsJsonObject("metrics");
            assertThat(metrics.get("mode").getAsString()).isEqualTo(vm.equals("web-1") ? "template-aware" : "full");
            MoveLab.counts(to, vm, 0);
        }
        assertThat(MoveLab.emulators(from)).isZero();
        assertThat(MoveLab.emulators(to)).isEqualTo(3);
        lab.settled();
    }

    @Test
    void anInterruptedMoveLeavesTheVmWhereItWasAndNothingWhereItWasGoing() {
        String slow = "web-1: { from: o41, to: o40, mode: full, bandwidth: 256K }";
        lab.write();
        lab.tplctl("apply", "-q").exits(0);
        lab.write(slow);
        for (String signal : List.of("INT", "TERM", "KILL")) {
            Tplctl.Running run = lab.started("apply", "--yes");
            Shell.await(
                    "the stream flows",
                    Duration.ofMinutes(2),
                    () -> !from.exec("ls /run/tplctl/vms/web-1/outgoing.sock 2>/dev/null || :")
                            .isEmpty());
            run.signal(signal);
            if (signal.equals("INT")) {
                // One alone, as TERM here, gives what runs some time to end.
                Shell.await(
                        "it says so", Duration.ofMinutes(2), () -> run.said().contains("interrupt again"));
                run.signal(signal);
            }
            run.await();
            Shell.await(
                    "the destination is clean after " + signal,
                    Duration.ofMinutes(2),
                    () -> MoveLab.emulators(to) == 0
                            && !from.exec("ls /var/lib/tplctl/vms").contains(".mov"));
            MoveLab.counts(from, "web-1", MoveLab.count(from, "web-1") + 1);
            if (!signal.equals("KILL")) {
                assertThat(to.exec("ls -d /run/tplctl/vms/* /var/lib/tplctl/vms/* 2>/dev/null || :"))
                        .isEmpty();
            }
        }
        lab.write("web-1: { from: o41, to: o40 }");
        int before = MoveLab.count(from, "web-1");
        lab.tplctl("apply", "--yes").exits(0);
        MoveLab.counts(to, "web-1", before);
        assertThat(MoveLab.emulators(from)).isZero();
    }

    @Test
    void sharedDiskStaysWhereItIsThereAndBack() {
        String disks = lab.lab.directory() + "/disks";
        for (LabHost host : List.of(from, to)) {
            host.exec("mkdir -p " + disks + " /var/lib/tplctl/vms && mount --bind " + disks + " /var/lib/tplctl/vms");
        }
        lab.vms("web: { template: base, count: 2 }").write();
        lab.tplctl("apply", "-q").exits(0);
        MoveLab.counts(from, "web-1", 1);
        lab.write("web-1: { from: o41, to: o40 }");
        assertThat(lab.tplctl("apply", "--yes").exits(2).out())
                .contains("o41 and o40 see the same /var/lib/tplctl/vms/web-1")
                .contains("say \"storage: shared\"");

        int before = MoveLab.count(from, "web-1");
        lab.write("web-1: { from: o41, to: o40, storage: shared }");
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        JsonObject metrics = MoveLab.resource(report, "o40:migrations.web-1").getAsJsonObject("metrics");
        assertThat(metrics.get("disk_bytes").getAsLong()).isZero();
        goesOn(to, before);
        assertThat(MoveLab.alive(from, "web-1")).isFalse();
        lab.settled();
        lab.write();
        lab.settled();
        String status = lab.tplctl("status").exits(0).out();
        assertThat(status.lines().filter(l -> l.contains("web-1"))).hasSize(2);
        assertThat(status).contains("moved to o40").contains("running");

        before = MoveLab.count(to, "web-1");
        lab.vms("web-2: { template: base }").fleet("web-1: { template: base }");
        lab.write("web-1: { from: o40, to: o41, storage: shared }");
        lab.tplctl("apply", "--yes").exits(0);
        goesOn(from, before);
        assertThat(MoveLab.alive(to, "web-1")).isFalse();
        lab.settled();

        lab.tplctl("destroy", "--yes").exits(0);
        for (LabHost host : List.of(from, to)) {
            assertThat(MoveLab.emulators(host)).isZero();
            assertThat(host.exec("ls -d /var/lib/tplctl/vms/* /mnt/ram/* /var/lib/tplctl/templates/* 2>/dev/null || :"))
                    .isEmpty();
        }
    }

    private static void goesOn(LabHost host, int before) {
        MoveLab.counts(host, "web-1", before);
        assertThat(MoveLab.console(host, "web-1")).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
    }
}
