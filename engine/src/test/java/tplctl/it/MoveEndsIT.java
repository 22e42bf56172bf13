package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.WholeMachine;

/** Moves between other ends than two hosts with a tmpfs: this machine, and huge pages. */
@Timeout(600)
@ExtendWith(WholeMachine.class)
class MoveEndsIT {
    @TempDir
    Path dir;

    private MoveLab lab;

    @BeforeEach
    void setUp() {
        lab = new MoveLab(dir);
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    private JsonObject moved(String id) {
        JsonObject report = Json.of(lab.tplctl("apply", "--yes", "-o", "json").exits(0));
        JsonObject metrics = MoveLab.resource(report, id).getAsJsonObject("metrics");
        assertThat(metrics.get("mode").getAsString()).isEqualTo("template-aware");
        return metrics;
    }

    @Test
    void fromThisMachineToAnotherAndBack() {
        lab.local("/var/lib/tplctl/move-it").vms("far: { template: base }").write();
        try {
            lab.tplctl("apply", "-q").exits(0);
            lab.write("far: { from: o41, to: o40 }");
            moved("o40:migrations.far");
            MoveLab.counts(lab.to, "far", 1);
            assertThat(MoveLab.console(lab.to, "far")).doesNotContain("boot-count");
            assertThat(Machine.serialLog("far")).isEmpty();
            lab.settled();

            int before = MoveLab.count(lab.to, "far");
            lab.vms("{}").fleet("far: { template: base }");
            lab.write("far: { from: o40, to: o41 }");
            moved("o41:migrations.far");
            Shell.await(
                    "it counts on here",
                    Duration.ofSeconds(60),
                    () -> MoveLab.counted(String.join("\n", Machine.serialLog("far"))).stream()
                            .anyMatch(count -> count > before));
            assertThat(Machine.serialLog("far")).noneMatch(l -> l.startsWith("boot-count"));
            assertThat(MoveLab.emulators(lab.to)).isZero();
            lab.settled();
        } finally {
            lab.tplctl("destroy", "--yes");
        }
        assertThat(Shell.sh("ls -d /var/lib/tplctl/vms/far* /var/lib/tplctl/move-it/* 2>/dev/null"))
                .isEmpty();
    }

    @Test
    void fromHugePagesToHugePagesWhichKeepTheirTemplateToShare() {
        String pool = Shell.sh("cat /proc/sys/vm/nr_hugepages");
        int used = 256;
        try {
            Shell.sh("echo $(($(cat /proc/sys/vm/nr_hugepages) + " + used + ")) > /proc/sys/vm/nr_hugepages");
            lab.onHugePages().vms("web-1: { template: base }").write();
            lab.tplctl("apply", "-q").exits(0);
            MoveLab.counts(lab.from, "web-1", 0);
            lab.write("web-1: { from: o41, to: o40 }");
            int before = MoveLab.count(lab.from, "web-1");
            moved("o40:migrations.web-1");
            MoveLab.counts(lab.to, "web-1", before);
            assertThat(MoveLab.console(lab.to, "web-1")).doesNotContain("boot-count");
            assertThat(lab.to.exec("stat -f -c %T /mnt/huge/memory; stat -c %a /mnt/huge/memory"))
                    .isEqualTo("hugetlbfs\n400\n");
            lab.settled();
            lab.tplctl("destroy", "--yes").exits(0);
        } finally {
            lab.close();
            Shell.sh("echo " + pool + " > /proc/sys/vm/nr_hugepages");
        }
        assertThat(Shell.sh("cat /proc/sys/vm/nr_hugepages")).isEqualTo(pool);
    }
}
