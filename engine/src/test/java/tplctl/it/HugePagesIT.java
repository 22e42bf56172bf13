package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.WholeMachine;

/** A template on hugetlbfs, and the arithmetic of its pages: 64 for a guest of 128M, and 64 more for each clone. */
@ExtendWith(WholeMachine.class)
class HugePagesIT {
    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @AfterEach
    void leavesTheMachineAsItWas() {
        Tplctl.run(dir, "destroy", "--yes", "--prune", "huge.yml");
        before.isAsBefore();
    }

    private void write(int pages, int clones) {
        Path home = dir.resolve("home");
        Tplctl.write(dir, "huge.yml", """
                - hosts: localhost
                  hugepages:
                    2M: { count: %1$d }
                  directories:
                    home: { path: "%2$s" }
                  mounts:
                    huge: { type: hugetlbfs, path: "%2$s/huge" }
                  images:
                    disk: { path: "%2$s/disk.qcow2", size: 64M }
                  templates:
                    huge-base:
                      machine:
                        ram: 128M
                        disk: disk
                        kernel: "%3$s"
                        initrd: "%4$s"
                        append: console=ttyS0 quiet mitigations=off no_timer_check
                      memory: "%2$s/huge/memory"
                      state: "%2$s/state"
                      ready: { serial: GUEST-READY, timeout: 2m }
                  vms:
                    huge: { template: huge-base, count: %5$d }
                """.formatted(pages, home, Guest.kernel(), Guest.initrd(), clones));
    }

    @Test
    void refusesAPoolThatIsTooSmallBeforeAnythingStarts() {
        write(100, 2);
        Tplctl.Result result = Tplctl.run(dir, "apply", "huge.yml").exits(2);
        assertThat(result.out() + result.err())
                .contains("not enough huge pages of 2M on localhost: the plan takes 192")
                .contains("templates.huge-base 64", "vms.huge-1 64", "vms.huge-2 64")
                .contains("there will be " + Math.max(100, free()));
        assertThat(dir.resolve("home")).doesNotExist();
        assertThat(Machine.now()).isEqualTo(before);
    }

    @Test
    void sharesATemplateOnHugePagesAndGivesThemBack() {
        write(200, 2);
        Tplctl.run(dir, "apply", "huge.yml").exits(0);
        assertThat(Json.vms(Json.of(
                        Tplctl.run(dir, "status", "-o", "json", "huge.yml").exits(0))))
                .hasSize(2)
                .allSatisfy(vm -> {
                    assertThat(vm.get("state").getAsString()).isEqualTo("running");
                    assertThat(vm.get("private_bytes").getAsLong() % (2 << 20)).isZero();
                    assertThat(vm.get("shared_bytes").getAsLong()).isPositive();
                });
        Tplctl.run(dir, "plan", "--detailed-exitcode", "huge.yml").exits(0);

        write(200, 3);
        Tplctl.Result third = Tplctl.run(dir, "apply", "huge.yml").exits(2);
        assertThat(third.out() + third.err()).contains("the plan takes 64", "there will be 8");
        Tplctl.run(dir, "destroy", "--yes", "huge.yml").exits(0);
    }

    private static int free() {
        return Integer.parseInt(Shell.sh("cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"));
    }
}
