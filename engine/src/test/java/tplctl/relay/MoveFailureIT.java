package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real emulators and agents: something dies at each moment of a move, and the machine never runs twice. */
@Timeout(120)
final class MoveFailureIT {
    private static final long FAST = 1_500_000;
    private static final long NEVER_READY = 100_000;

    enum Victim {
        SOURCE_AGENT,
        DESTINATION_AGENT,
        SOURCE_EMULATOR,
        DESTINATION_EMULATOR,
        SOURCE_CONTROL,
        DESTINATION_CONTROL;

        private void strike(MoveSetup setup) {
            switch (this) {
                case SOURCE_AGENT -> setup.out().kill();
                case DESTINATION_AGENT -> setup.in().kill();
                case SOURCE_EMULATOR -> setup.source().kill();
                case DESTINATION_EMULATOR -> setup.destination().kill();
                case SOURCE_CONTROL -> setup.out().endInput();
                case DESTINATION_CONTROL -> setup.in().endInput();
            }
        }
    }

    /** A move that has come to this phase, over a slow link. */
    private static void reach(MoveSetup setup, String phase) throws Exception {
        setup.start(true);
        setup.source().execute("migrate-set-parameters", Map.of("downtime-limit", phase.equals("memory") ? 1 : 5000));
        setup.source().awaitProgress();
        setup.link().bytesPerSecond(phase.equals("memory") ? NEVER_READY : FAST);
        setup.begin("full");
        String wanted = phase.equals("memory") ? "1 ram " : "1 phase " + phase;
        for (String line = setup.out().line();
                !line.startsWith(wanted);
                line = setup.out().line()) {
            assertThat(line).doesNotContain("error");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SOURCE_AGENT, memory, running, gone",
        "DESTINATION_AGENT, memory, running, gone",
        "SOURCE_EMULATOR, memory, gone, gone",
        "DESTINATION_EMULATOR, memory, running, gone",
        "SOURCE_CONTROL, memory, running, gone",
        "DESTINATION_CONTROL, memory, running, gone",
        "SOURCE_AGENT, disks, running, gone",
        "DESTINATION_AGENT, disks, running, gone",
        "SOURCE_EMULATOR, disks, gone, gone",
        "DESTINATION_EMULATOR, disks, running, gone",
        "SOURCE_CONTROL, disks, running, gone",
        "DESTINATION_CONTROL, disks, running, gone",
        "SOURCE_AGENT, switch-over, running, gone",
        "DESTINATION_AGENT, switch-over, running, gone",
        "SOURCE_EMULATOR, switch-over, gone, gone",
        "DESTINATION_EMULATOR, switch-over, running, gone",
        "SOURCE_CONTROL, switch-over, gone, running",
        "DESTINATION_CONTROL, switch-over, gone, running",
    })
    void machineNeverRunsTwice(Victim victim, String phase, String here, String there) throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            reach(setup, phase);
            victim.strike(setup);
            String word = there.equals("running") ? "ok" : "error";
            if (victim != Victim.SOURCE_AGENT) {
                assertThat(setup.out().end("1")).first().isEqualTo(word);
            }
            if (victim != Victim.DESTINATION_AGENT) {
                assertThat(setup.in().end("1")).first().isEqualTo(word);
            }
            if (victim == Victim.SOURCE_AGENT) {
                cancelIfItWaits(setup.source());
            }
            awaitState(setup.source(), here);
            awaitState(setup.destination(), there);
            assertThat(setup.here.resolve("vm.moved").toFile().exists()).isEqualTo(there.equals("running"));
            assertThat(setup.there.resolve("incoming").toFile().exists()).isNotEqualTo(there.equals("running"));
            if (there.equals("running")) {
                setup.destination().awaitProgress();
            }
            if (victim == Victim.SOURCE_CONTROL) {
                assertThat(setup.out().exit()).isZero();
            }
        }
    }

    /** Without its relay an emulator that has stopped the machine waits, until somebody cancels the migration. */
    private static void cancelIfItWaits(TestEmulator source) {
        String status = "active";
        while (List.of("active", "device", "pre-switchover").contains(status)) {
            if (status.equals("pre-switchover")) {
                source.execute("migrate_cancel", Map.of());
            }
            status = source.execute("query-migrate", Map.of())
                    .getAsJsonObject()
                    .get("status")
                    .getAsString();
        }
    }

    private static void awaitState(TestEmulator emulator, String wanted) {
        long start = System.nanoTime();
        String state = emulator.state();
        while (!state.equals(wanted)) {
            assertThat((System.nanoTime() - start) / 1_000_000_000L)
                    .as("seconds that it has not been %s, but %s", wanted, state)
                    .isLessThan(60);
            Thread.onSpinWait();
            state = emulator.state();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "disks", "switch-over"})
    void deadNetworkIsNoticedByBoth(String phase) throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            reach(setup, phase);
            setup.link().deadAt(0);
            assertThat(setup.out().end("1").toString())
                    .contains("error, peer, nothing was heard of the other relay for 10 s; is the network down?")
                    .contains("the machine runs on where it was");
            assertThat(setup.in().end("1").toString())
                    .contains("error, peer, nothing was heard of the other relay for 10 s");
            MoveIT.runsOnlyHere(setup);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3000, 300_000, 1_500_000, 4_200_000})
    void cutNetworkLeavesTheMachineHere(long bytes) throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            setup.start(true);
            setup.link().cutAt(bytes);
            setup.begin("full");
            assertThat(setup.out().end("1")).startsWith("error", "peer");
            if (bytes > 3000) {
                assertThat(setup.in().end("1")).startsWith("error", "peer");
                MoveIT.runsOnlyHere(setup);
            } else {
                // Nobody came; the other relay waits on.
                setup.in().endInput();
                assertThat(setup.in().end("1")).first().isEqualTo("error");
                awaitState(setup.destination(), "gone");
                setup.source().awaitProgress();
            }
        }
    }

    @Test
    void fullDiskLeavesTheMachineHere() throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            setup.start(true);
            Path mount = Files.createDirectory(setup.there.resolve("mount"));
            setup.destinationAgent(
                    "unshare",
                    "--mount",
                    "--propagation",
                    "private",
                    "sh",
                    "-c",
                    "mount -t tmpfs -o size=1m none \"$1\" && : >\"$1/disk\" && shift && exec \"$@\"",
                    "sh",
                    mount.toString());
            setup.begin("full", mount.resolve("disk"));
            List<String> end = setup.out().end("1");
            assertThat(end).startsWith("error", "no-space");
            assertThat(end.get(2))
                    .isEqualTo("at the other host: write the disk " + mount
                            + "/disk: No space left on device; the machine runs on where it was");
            assertThat(setup.in().end("1")).startsWith("error", "no-space");
            MoveIT.runsOnlyHere(setup);
        }
    }
}
