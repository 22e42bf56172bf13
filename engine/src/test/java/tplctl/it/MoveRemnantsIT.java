package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.LabHost;
import tplctl.lab.SlowLink;

/**
 * Moves that end in the middle, over a network slow enough to see each stage of the switch-over: tplctl, relays and emulators are
 * killed there, and the next apply brings the VM to its end. Its guest counts on its console, so what both consoles have printed
 * tells whether it went on, ran twice, or began again.
 */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MoveRemnantsIT {
    private static final Duration SLOW = Duration.ofSeconds(4);

    /** Longer than what a busy machine takes for what a test does meanwhile. */
    private static final Duration HELD = Duration.ofMinutes(2);

    private static final int PORT = 4470;

    @TempDir
    static Path dir;

    private MoveLab lab;
    private SlowLink link;
    private LabHost from;
    private LabHost to;

    @BeforeAll
    void setUp() {
        lab = new MoveLab(dir).vms("web: { template: base, count: 8, ready: { serial: \"count \" } }");
        from = lab.from;
        to = lab.to;
        link = lab.detour(PORT);
        lab.write();
        lab.tplctl("apply", "-q").exits(0);
    }

    @AfterAll
    void tearDown() throws IOException {
        link.close();
        lab.close();
    }

    /** Begins to move a VM, with its words about the way, and waits for a stage of the switch-over. */
    private Tplctl.Running begin(String vm, String stage, String how) {
        MoveLab.counts(from, vm, 0);
        lab.write(vm + ": { from: o41, to: o40, " + lab.by(PORT) + how + " }");
        while (true) {
            Tplctl.Running run = lab.started("apply", "--yes", "-o", "ndjson");
            Shell.await(
                    vm + " comes to " + stage,
                    Duration.ofMinutes(2),
                    () -> run.printed().contains(stage) || !run.process().isAlive(),
                    run::printed);
            if (run.printed().contains(stage)) {
                return run;
            }
            // The lock of a run that was killed goes with its connection.
            run.await().exits(MoveLab.LOCKED);
        }
    }

    private static String doing(String phase) {
        return "from o41 to o40: " + phase;
    }

    /** Kills, while tplctl can do nothing about it, and tplctl last. */
    private static void kill(Tplctl.Running run, Runnable victims) {
        run.signal("STOP");
        victims.run();
        run.signal("KILL");
        run.await();
    }

    private Tplctl.Result applied() {
        link.latency(Duration.ZERO, Duration.ZERO);
        return lab.applied().exits(0);
    }

    /** It runs at the destination only, and went on where it had stopped. */
    private void wentOver(String vm, List<Integer> before) {
        MoveLab.counts(to, vm, before.get(before.size() - 1) + 2);
        List<Integer> after = MoveLab.counted(MoveLab.console(to, vm));
        assertThat(after.get(0)).isGreaterThan(before.get(before.size() - 1));
        assertThat(after).isEqualTo(consecutive(after.get(0), after.size()));
        assertThat(MoveLab.console(to, vm)).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
        isSettled(vm);
    }

    private void isSettled(String vm) {
        lab.hasLeft(vm);
        assertThat(MoveLab.state(to, vm)).isEqualTo("running");
        assertThat(MoveLab.exists(to, "/run/tplctl/vms/" + vm + "/incoming")).isFalse();
        lab.settled();
    }

    private static List<Integer> consecutive(int first, int size) {
        return IntStream.range(first, first + size).boxed().toList();
    }

    private List<Integer> countedHere(String vm) {
        return MoveLab.counted(MoveLab.console(from, vm));
    }

    @Test
    void sourceWithoutItsRelayThatWaitsForItsSwitchOverRunsOnAndIsMoved() {
        link.latency(Duration.ZERO, SLOW);
        Tplctl.Running run = begin("web-1", doing("disks"), "");
        kill(run, () -> MoveLab.killRelays(from));
        assertThat(MoveLab.state(from, "web-1")).isEqualTo("paused (finish-migrate)");
        List<Integer> before = countedHere("web-1");
        applied();
        wentOver("web-1", before);
    }

    @Test
    void sourceThatHandedOverIsEndedWhenTheOtherRuns() {
        link.latency(Duration.ZERO, SLOW);
        Tplctl.Running run = begin("web-2", doing("completed"), "");
        link.latency(Duration.ZERO, HELD);
        MoveLab.awaitState(to, "web-2", "running");
        kill(run, () -> MoveLab.killRelays(from));
        assertThat(MoveLab.state(from, "web-2")).isEqualTo("paused (postmigrate)");
        List<Integer> before = countedHere("web-2");
        applied();
        wentOver("web-2", before);
    }

    @Test
    void loadedDestinationIsContinuedWhenTheSourceHandedOver() {
        link.latency(SLOW, Duration.ZERO);
        Tplctl.Running run = begin("web-3", doing("completed"), "");
        link.deadAt(0);
        kill(run, () -> {
            MoveLab.killRelays(to);
            MoveLab.killRelays(from);
        });
        link.deadAt(Long.MAX_VALUE);
        assertThat(MoveLab.state(from, "web-3")).isEqualTo("paused (postmigrate)");
        assertThat(MoveLab.state(to, "web-3")).startsWith("paused");
        List<Integer> before = countedHere("web-3");
        applied();
        wentOver("web-3", before);
    }

    @Test
    void machineWhoseRamIsLostAfterItWasHandedOverBootsAtTheDestination() {
        link.latency(SLOW, Duration.ZERO);
        Tplctl.Running run = begin("web-4", doing("completed"), "");
        link.deadAt(0);
        kill(run, () -> {
            MoveLab.killRelays(to);
            MoveLab.killRelays(from);
            MoveLab.killEmulator(to, "web-4");
        });
        link.deadAt(Long.MAX_VALUE);
        assertThat(MoveLab.state(from, "web-4")).isEqualTo("paused (postmigrate)");
        assertThat(applied().err())
                .contains(
                        "warning: move web-4 from o41 to o40: it boots on o40 from its disk: it had been handed over");
        MoveLab.counts(to, "web-4", 1);
        assertThat(MoveLab.console(to, "web-4")).contains("boot-count 2").doesNotContain("DISK-CHANGED");
        isSettled("web-4");
    }

    @Test
    void machineWhoseEmulatorEndedDuringTheMoveBootsAtTheSourceAndIsMoved() {
        Tplctl.Running run = begin("web-5", doing("memory, "), ", mode: full, bandwidth: 256K");
        kill(run, () -> {
            MoveLab.killRelays(from);
            MoveLab.killEmulator(from, "web-5");
        });
        Shell.await("nothing is left there", Duration.ofSeconds(60), () -> !MoveLab.alive(to, "web-5"));
        assertThat(MoveLab.exists(from, "/var/lib/tplctl/vms/web-5.moving")).isTrue();
        lab.write("web-5: { from: o41, to: o40 }");
        assertThat(applied().err())
                .contains("warning: move web-5 from o41 to o40: it boots on o41 from its disk first");
        MoveLab.counts(to, "web-5", 1);
        isSettled("web-5");
    }

    @Test
    void bothRunningIsLeftToAPersonAndALoadedCopyBesideARunningSourceIsDiscarded() {
        link.latency(Duration.ZERO, SLOW);
        Tplctl.Running run = begin("web-6", doing("switch-over"), "");
        link.latency(Duration.ZERO, HELD);
        Shell.await(
                "all of it is there",
                Duration.ofSeconds(30),
                () -> MoveLab.state(to, "web-6").equals("paused"));
        kill(run, () -> MoveLab.killRelays(to));
        MoveLab.awaitState(from, "web-6", "running");
        List<Integer> before = countedHere("web-6");
        MoveLab.monitor(to, "web-6", "cont");
        link.latency(Duration.ZERO, Duration.ZERO);
        Tplctl.Result refused = lab.applied().exits(2);
        assertThat(refused.out() + refused.err())
                .contains("its emulator on o41 is in the state \"running\" and the one on o40 in the state \"running\"")
                .contains("End the wrong one");
        MoveLab.monitor(to, "web-6", "stop");
        MoveLab.awaitState(to, "web-6", "paused");
        applied();
        wentOver("web-6", before);
    }

    @Test
    void killedBeforeTheSwitchOverItStaysAndDuringItItGoes() {
        link.latency(Duration.ZERO, SLOW);
        Tplctl.Running run = begin("web-7", doing("disks"), "");
        run.signal("KILL");
        run.await();
        MoveLab.awaitState(from, "web-7", "running");
        Shell.await("nothing is left there", Duration.ofSeconds(60), () -> !MoveLab.alive(to, "web-7"));
        MoveLab.counts(from, "web-7", MoveLab.count(from, "web-7") + 1);

        run = begin("web-7", doing("switch-over"), "");
        run.signal("KILL");
        run.await();
        MoveLab.awaitState(to, "web-7", "running");
        Shell.await("the source ends", Duration.ofSeconds(60), () -> !MoveLab.alive(from, "web-7"));
        List<Integer> before = countedHere("web-7");
        applied();
        wentOver("web-7", before);
    }

    @Test
    void cutConnectionJustAfterTheSwitchOverIsMendedInTheSameRun() {
        link.latency(SLOW, Duration.ZERO);
        Tplctl.Running run = begin("web-8", doing("completed"), "");
        link.deadAt(0);
        List<Integer> before = countedHere("web-8");
        link.cut();
        link.deadAt(Long.MAX_VALUE);
        run.await().exits(0);
        wentOver("web-8", before);
    }
}
