package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over many streams made by chance; a failure names its seed. */
final class StreamPropertyTest {
    private static final int SEEDS = 1500;

    @Test
    void outputOverTheTemplateIsInputOverNothing() {
        long dropped = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            GeneratedStream stream = GeneratedStream.of(seed, 12);
            Oracle.Outcome outcome = checked(seed, stream);
            assertThat(outcome.refusal()).as("seed %d", seed).isEmpty();
            dropped += outcome.statistics().dataPagesDropped();
        }
        assertThat(dropped).isGreaterThan(SEEDS);
    }

    /** But for differences, which no filter takes. */
    @Test
    void outputIsOfTheFormThatAFilterWithoutTemplatesKeepsByteForByte() {
        int kept = 0;
        for (long seed = 0; seed < SEEDS / 5; seed++) {
            GeneratedStream stream = GeneratedStream.of(seed, 12);
            byte[] once = Oracle.filter(stream.bytes(), stream.templates()).output();
            Oracle.Outcome twice = Oracle.filter(once, Map.of());
            if (twice.refusal().isPresent()) {
                assertThat(twice.refusal().get()).as("seed %d", seed).hasMessageContaining("XBZRLE");
            } else {
                assertThat(Arrays.equals(twice.output(), once))
                        .as("seed %d", seed)
                        .isTrue();
                kept++;
            }
        }
        assertThat(kept).isGreaterThan(SEEDS / 50);
    }

    @Test
    void templateThatHoldsNoneOfThePagesLeavesNothingOut() {
        for (long seed = 0; seed < SEEDS / 5; seed++) {
            GeneratedStream stream = GeneratedStream.of(seed, 12);
            Map<String, byte[]> others = new HashMap<>();
            stream.templates().forEach((name, content) -> {
                byte[] other = new byte[content.length];
                Arrays.fill(other, (byte) 0xa5);
                others.put(name, other);
            });
            FilterStatistics counted = Oracle.check(stream.bytes(), others).statistics();
            assertThat(counted.dataPagesDropped() + counted.zeroPagesDropped()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 17})
    void cutAnywhereIsRefusedAndNothingIsInvented(long seed) {
        GeneratedStream stream = GeneratedStream.of(seed, 1);
        byte[] whole = Oracle.filter(stream.bytes(), stream.templates()).output();
        for (int length = 0; length < stream.bytes().length; length++) {
            Oracle.Outcome outcome = Oracle.filter(Arrays.copyOf(stream.bytes(), length), stream.templates());
            int written = outcome.output().length;
            boolean prefix = written <= whole.length && Arrays.equals(outcome.output(), 0, written, whole, 0, written);
            assertThat(outcome.refusal().isPresent() && prefix)
                    .as("cut at %d", length)
                    .isTrue();
        }
    }

    private static Oracle.Outcome checked(long seed, GeneratedStream stream) {
        try {
            return Oracle.check(stream.bytes(), stream.templates());
        } catch (AssertionError | Loaded.RejectedException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void generatesStreamsThatTheModelAccepts() {
        Optional<Loaded> one = Optional.of(Loaded.load(GeneratedStream.of(3, 12).bytes()));
        assertThat(one.get().lengths()).containsKey("mem0");
    }
}
