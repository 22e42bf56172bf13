package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.lab.HostSpec;

/** What Ctrl-C and SIGTERM leave of a run on other hosts, and the next run. */
class FleetInterruptionIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    private static Fleet fleet;

    @TempDir
    Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN);
    }

    @AfterAll
    static void down() {
        fleet.close();
    }

    @BeforeEach
    void write() {
        fleet.inventory(dir, "ansible_user: deploy");
        for (int i = 0; i < 2; i++) {
            fleet.on(i, "rm -rf /mnt/*");
        }
    }

    /** A command on both hosts that says when it began, and a directory after it. */
    private void play(String run) {
        Tplctl.write(dir, "site.yml", """
                - hosts: all
                  become: true
                  commands:
                    slow: { run: 'touch /mnt/began; %s', creates: /mnt/done }
                  directories:
                    after: { path: /mnt/after, needs: commands.slow }
                """.formatted(run));
    }

    private Tplctl.Running begun() {
        Tplctl.Running running = Tplctl.start(dir, "apply", "-i", "hosts.yml", "site.yml");
        for (int i = 0; i < 2; i++) {
            int host = i;
            Shell.await("the step runs", SOON, () -> exists(host, "/mnt/began"));
        }
        return running;
    }

    private static boolean exists(int host, String path) {
        return fleet.on(host, "[ ! -e " + path + " ] || echo yes").equals("yes");
    }

    private static void nothingIsLeftBehind() {
        for (int i = 0; i < 2; i++) {
            int host = i;
            Shell.await(
                    "nothing runs there",
                    SOON,
                    () -> fleet.on(host, "pgrep -f 'sleep [1]234.5' || :").isEmpty());
            Shell.await(
                    "no temporary file is there",
                    SOON,
                    () -> fleet.on(host, "find / -xdev -name '.tplctl-*' 2>/dev/null; find /mnt -name '.tplctl-*'")
                            .isEmpty());
            assertThat(fleet.on(host, "cat /run/tplctl/lock")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 1, 130", "INT, 2, 130", "TERM, 1, 143", "TERM, 2, 143"})
    void whatRunsIsEndedThereAfterAWhileOrAtOnceAndTheNextRunConverges(String signal, int times, int exit) {
        play("exec sleep 1234.5");
        Tplctl.Running running = begun();
        running.signal(signal);
        Shell.await("it says that it stops", SOON, () -> running.said().contains("stopping"));
        assertThat(running.said())
                .containsPattern("stopping: h[01]:commands.slow and h[01]:commands.slow have 10 s to end;"
                        + " interrupt again to end them at once\n");
        if (times == 2) {
            running.signal(signal);
        }
        Tplctl.Result result = running.await().exits(exit);
        assertThat(result.err()).contains("ending what runs");
        assertThat(result.out()).contains("Interrupted.", "h0 : ok=0 changed=0 unreachable=0 failed=1 skipped=1");
        nothingIsLeftBehind();
        for (int i = 0; i < 2; i++) {
            assertThat(exists(i, "/mnt/after")).isFalse();
        }

        play("touch /mnt/done");
        Tplctl.run(dir, "apply", "-i", "hosts.yml", "site.yml").exits(0);
        assertThat(Tplctl.run(dir, "apply", "-i", "hosts.yml", "site.yml")
                        .exits(0)
                        .out())
                .contains("h0 : ok=2 changed=0", "h1 : ok=2 changed=0");
    }

    @Test
    void whatEndsInTheMeantimeIsDoneAndNothingComesAfterIt() {
        play("until [ -e /mnt/go ]; do sleep 0.1; done; touch /mnt/done");
        Tplctl.Running running = begun();
        running.signal("INT");
        Shell.await("it says that it stops", SOON, () -> running.said().contains("stopping"));
        for (int i = 0; i < 2; i++) {
            fleet.on(i, "touch /mnt/go");
        }
        Tplctl.Result result = running.await().exits(130);
        assertThat(result.out())
                .contains("h0 : ok=1 changed=1 unreachable=0 failed=0 skipped=1")
                .contains("h1 : ok=1 changed=1 unreachable=0 failed=0 skipped=1");
        assertThat(result.err()).doesNotContain("ending what runs");
        nothingIsLeftBehind();
    }

    @Test
    void ofAFileThatIsOnItsWayNothingIsLeft() {
        Tplctl.write(dir, "big", "x".repeat(30_000_000));
        Tplctl.write(dir, "site.yml", """
                - hosts: h0
                  become: true
                  files:
                    big: { path: /mnt/big, source: big }
                """);
        fleet.lab.host(0).limitRate("4mbit");
        Tplctl.Running running = Tplctl.start(dir, "apply", "-i", "hosts.yml", "site.yml");
        Shell.await(
                "some of it is there",
                SOON,
                () -> !fleet.on(0, "find /mnt -name '.tplctl-*' -size +0").isEmpty());
        running.signal("TERM");
        assertThat(running.await().exits(143).err()).contains("stopping: h0:files.big has 10 s to end");
        nothingIsLeftBehind();
        assertThat(fleet.on(0, "ls -A /mnt")).isEmpty();

        fleet.lab.host(0).limitRate("10gbit");
        Tplctl.run(dir, "apply", "-i", "hosts.yml", "site.yml").exits(0);
        assertThat(fleet.on(0, "stat -c %s /mnt/big")).isEqualTo("30000000");
    }
}
