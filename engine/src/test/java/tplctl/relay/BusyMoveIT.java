package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real emulators and agents: a guest that writes patterns, frees and restores pages over several dirty rounds arrives byte for byte. It
 * writes while a round is held back, and rests while the emulator asks which pages are dirty: under TCG QEMU loses writes otherwise,
 * with a filter or without.
 */
@Timeout(300)
final class BusyMoveIT {
    /** A page each 100 ms, and 448 pages in 2 s. */
    private static final long HELD = 10 * 4096;

    private static final long FLOWING = 1 << 20;

    /** What the guest does in each round: the pages that a round sends take so long that the next one is seen to begin. */
    private static final List<String> ROUNDS = List.of("wr", "wz", "wrz", "w", "wzr");

    @ParameterizedTest
    @ValueSource(strings = {"template-aware", "full"})
    void destinationHoldsWhatTheSourceHeldAfterSeveralRounds(String mode) throws Exception {
        try (MoveSetup setup = new MoveSetup(CommandedGuest.bios(), true)) {
            setup.start(false);
            TestEmulator source = setup.source();
            byte[] template = Files.readAllBytes(setup.there.resolve("memory"));
            try (SocketChannel serial =
                    SocketChannel.open(UnixDomainSocketAddress.of(setup.here.resolve("source.serial")))) {
                tell(serial, "wzr");
                source.execute("migrate-set-parameters", Map.of("max-bandwidth", HELD, "downtime-limit", 1));
                setup.begin(mode);
                int round = 1;
                for (String work : ROUNDS) {
                    awaitRound(source, round);
                    tell(serial, work);
                    assertThat(round(source))
                            .as("the round in which %s was written", work)
                            .isEqualTo(round);
                    bandwidth(source, FLOWING);
                    round++;
                    awaitRound(source, round);
                    bandwidth(source, HELD);
                }
            }
            byte[] memory = source.memory(0, TestEmulator.MEMORY);
            source.execute("migrate-set-parameters", Map.of("max-bandwidth", 1L << 40, "downtime-limit", 5000));
            assertThat(setup.out().end("1")).startsWith("ok", "mode=" + mode);
            assertThat(setup.in().end("1")).containsExactly("ok", "running");

            TestEmulator destination = setup.destination();
            destination.execute("stop", Map.of());
            assertThat(Arrays.mismatch(destination.memory(0, TestEmulator.MEMORY), memory))
                    .as("first byte that differs")
                    .isNegative();
            // Patterns, what was freed, and what is again as in the template.
            assertThat(CommandedGuest.has(destination, 0x70000, CommandedGuest.BEGUN + 1 + ROUNDS.size()))
                    .isTrue();
            assertThat(CommandedGuest.has(destination, 0x50000, 0)).isTrue();
            assertThat(CommandedGuest.has(destination, 0x30000, CommandedGuest.BEGUN))
                    .isTrue();
            assertThat(Files.readAllBytes(setup.there.resolve("memory"))).isEqualTo(template);
        }
    }

    private static void tell(SocketChannel serial, String commands) throws Exception {
        for (byte command : commands.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
            serial.write(ByteBuffer.wrap(new byte[] {command}));
            ByteBuffer answer = ByteBuffer.allocate(1);
            assertThat(serial.read(answer)).isEqualTo(1);
            assertThat(answer.get(0)).isEqualTo((byte) 'k');
        }
    }

    private static void bandwidth(TestEmulator source, long bytes) {
        source.execute("migrate-set-parameters", Map.of("max-bandwidth", bytes));
    }

    private static int round(TestEmulator source) {
        JsonObject migration = source.execute("query-migrate", Map.of()).getAsJsonObject();
        assertThat(migration.toString()).doesNotContain("failed", "cancelled", "pre-switchover");
        return migration.has("ram")
                ? migration.getAsJsonObject("ram").get("dirty-sync-count").getAsInt()
                : 0;
    }

    private static void awaitRound(TestEmulator source, int wanted) {
        while (round(source) < wanted) {
            Thread.onSpinWait();
        }
    }
}
