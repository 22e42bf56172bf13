package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real emulators and agents: a clone goes over. */
@Timeout(120)
final class MoveIT {
    @Test
    void destinationHoldsWhatTheSourceHeld() throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.haltingBios())) {
            setup.start(false);
            TestEmulator source = setup.source();
            byte[] last = {(byte) WritingGuest.LAST_COUNT, (byte) (WritingGuest.LAST_COUNT >> 8)};
            while (!Arrays.equals(source.memory(0x7f000, 2), last)) {
                Thread.onSpinWait();
            }
            byte[] memory = source.memory(0, TestEmulator.MEMORY);
            byte[] template = Files.readAllBytes(setup.there.resolve("memory"));
            setup.begin("template-aware");
            List<String> moved = setup.out().end("1");
            assertThat(moved).startsWith("ok", "mode=template-aware");
            assertThat(setup.in().end("1")).containsExactly("ok", "running");
            assertThat(source.state()).isEqualTo("gone");
            assertThat(setup.destination().state()).isEqualTo("running");
            assertThat(Arrays.mismatch(setup.destination().memory(0, TestEmulator.MEMORY), memory))
                    .as("first byte that differs")
                    .isNegative();
            assertThat(Files.readAllBytes(setup.there.resolve("memory"))).isEqualTo(template);
            assertThat(Files.mismatch(setup.here.resolve("disk"), setup.there.resolve("disk")))
                    .isNegative();
            assertThat(setup.here.resolve("vm.moved")).hasContent("{\"name\": \"vm\"}\n");
            assertThat(setup.here.resolve("vm.moving")).doesNotExist();
            assertThat(setup.here.resolve("outgoing.sock")).doesNotExist();
            assertThat(setup.there.resolve("incoming")).doesNotExist();
            assertThat(setup.there.resolve("moved-once")).doesNotExist();
            assertThat(setup.there.resolve("up")).exists();

            long disk = 3 << 20;
            assertThat(number(moved, "pages_dropped")).isGreaterThan(3800);
            assertThat(number(moved, "data_pages_sent")).isBetween(128L, 300L);
            assertThat(number(moved, "disk_bytes")).isBetween(disk, disk + (1 << 20));
            assertThat(number(moved, "wire_bytes"))
                    // Of many pages only what differs from the template's.
                    .isGreaterThan(number(moved, "disk_bytes"))
                    .isLessThan(
                            (number(moved, "disk_bytes") + number(moved, "pages_sent") * 4120) * 101 / 100 + 100_000);
            assertThat(number(moved, "downtime_ms")).isBetween(1L, number(moved, "total_ms"));
        }
    }

    @Test
    void strangersGetNothingBreakNothingAndDelayNobody() throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            setup.start(true);
            try (Strangers strangers = new Strangers(setup.port())) {
                strangers.come(
                        100,
                        Identity.certificate(setup.in().ask("s", "identity").get(1)));
                setup.begin("template-aware");
                strangers.come(
                        30, Identity.certificate(setup.in().ask("t", "identity").get(1)));
                assertThat(setup.out().end("1")).startsWith("ok", "mode=template-aware");
                assertThat(setup.in().end("1")).containsExactly("ok", "running");
                assertThat(strangers.anyGotIn()).isFalse();
                setup.destination().awaitProgress();
            }
        }
    }

    private static long number(List<String> fields, String name) {
        String field = fields.stream()
                .filter(each -> each.startsWith(name + "="))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(field.substring(name.length() + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"template-aware", "full", "plain"})
    void busyGuestGoesOnAtTheDestination(String mode) throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            setup.start(true);
            setup.source().awaitProgress();
            setup.begin(mode);
            assertThat(setup.out().end("1")).startsWith("ok", "mode=" + mode);
            assertThat(setup.in().end("1")).containsExactly("ok", "running");
            assertThat(setup.source().state()).isEqualTo("gone");
            setup.destination().awaitProgress();
        }
    }

    @Test
    void refusedStreamLeavesTheSourceRunning() throws Exception {
        try (MoveSetup setup = new MoveSetup(WritingGuest.bios())) {
            setup.start(true);
            Path memory = setup.here.resolve("template-memory");
            Files.write(memory, Arrays.copyOf(Files.readAllBytes(memory), 8 << 20));
            setup.begin("template-aware");
            assertThat(setup.out().end("1"))
                    .startsWith("error", "refused")
                    .last()
                    .asString()
                    .startsWith("the migration stream is not understood; at byte ")
                    .endsWith("; the machine runs on where it was");
            assertThat(setup.in().end("1")).startsWith("error", "refused");
            runsOnlyHere(setup);
        }
    }

    static void runsOnlyHere(MoveSetup setup) throws Exception {
        assertThat(setup.destination().state()).isEqualTo("gone");
        setup.source().awaitProgress();
        assertThat(setup.here.resolve("vm.moving")).doesNotExist();
        assertThat(setup.here.resolve("vm.moved")).doesNotExist();
        assertThat(setup.there.resolve("incoming")).exists();
        assertThat(setup.there.resolve("up")).doesNotExist();
    }
}
