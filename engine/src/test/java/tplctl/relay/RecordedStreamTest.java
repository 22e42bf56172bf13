package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against what a real QEMU sent. */
final class RecordedStreamTest {
    private static final Map<String, byte[]> EMPTY = Map.of("mem0", new byte[Recording.MEMORY]);

    @ParameterizedTest
    @EnumSource
    void withoutATemplateItIsKeptByteForByte(Recording recording) {
        byte[] stream = recording.bytes();
        Oracle.Outcome outcome = Oracle.filter(stream, Map.of());
        assertThat(outcome.refusal()).isEmpty();
        assertThat(Arrays.equals(outcome.output(), stream)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void withATemplateThatHoldsNothingOfItItIsKeptByteForByte(Recording recording) {
        byte[] other = new byte[Recording.MEMORY];
        Arrays.fill(other, (byte) 0xa5);
        byte[] stream = recording.bytes();
        assertThat(Arrays.equals(Oracle.filter(stream, Map.of("mem0", other)).output(), stream))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void emptyPagesOfAnEmptyTemplateAreLeftOut(Recording recording) {
        Oracle.Outcome outcome = Oracle.check(recording.bytes(), EMPTY);
        assertThat(outcome.refusal()).isEmpty();
        assertThat(outcome.statistics().zeroPagesDropped()).isGreaterThan(3900);
    }

    @Test
    void dirtyRoundsAreCountedAndSentAgain() {
        FilterStatistics counted =
                Oracle.check(Recording.RUNNING.bytes(), EMPTY).statistics();
        assertThat(counted.rounds()).isEqualTo(2);
        assertThat(counted.dataPagesSent()).isGreaterThan(128);
        assertThat(counted.deviceStateBytes()).isGreaterThan(10_000);
    }

    @ParameterizedTest
    @EnumSource
    void fullModeKeepsEveryByte(Recording recording) throws Exception {
        byte[] stream = recording.bytes();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FilterStatistics counted = StreamFilter.full()
                .filter(Channels.newChannel(new ByteArrayInputStream(stream)), Channels.newChannel(out));
        assertThat(Arrays.equals(out.toByteArray(), stream)).isTrue();
        assertThat(counted.bytesIn()).isEqualTo(stream.length);
        assertThat(counted.bytesOut()).isEqualTo(stream.length);
    }

    @ParameterizedTest
    @EnumSource
    void cutAnywhereItIsRefusedAndNothingIsInvented(Recording recording) {
        byte[] stream = recording.bytes();
        byte[] whole = Oracle.filter(stream, EMPTY).output();
        for (int length = 0; length < stream.length; length += length < 600 ? 1 : 1009) {
            refusesPrefix(stream, length, whole);
        }
        for (int length = stream.length - 600; length < stream.length; length++) {
            refusesPrefix(stream, length, whole);
        }
    }

    private static void refusesPrefix(byte[] stream, int length, byte[] whole) {
        Oracle.Outcome outcome = Oracle.filter(Arrays.copyOf(stream, length), EMPTY);
        int written = outcome.output().length;
        boolean prefix = written <= whole.length && Arrays.equals(outcome.output(), 0, written, whole, 0, written);
        assertThat(outcome.refusal().isPresent() && prefix)
                .as("cut at %d", length)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anyCorruptByteOfTheHeadIsRefusedOrMakesNoDifference(Recording recording) {
        byte[] stream = recording.bytes();
        int refused = 0;
        int head = 0xc0;
        for (int at = 0; at < head; at++) {
            for (int mask : new int[] {0x01, 0x10, 0x80, 0xff}) {
                byte[] corrupt = stream.clone();
                corrupt[at] ^= (byte) mask;
                try {
                    refused += Oracle.check(corrupt, EMPTY).refusal().isPresent() ? 1 : 0;
                } catch (AssertionError | Loaded.RejectedException e) {
                    throw new AssertionError("byte " + at + " xor " + mask, e);
                }
            }
        }
        assertThat(refused).isGreaterThan(head * 2);
    }
}
