package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a loader makes of the differences; what they look like is in {@link TemplateAwareFilterTest}. */
final class PageDifferenceTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 4;

    /** Pages with a few changes, each of a few bytes or of many, anywhere; some in so many that the page itself goes over. */
    @Test
    void differencesInTheTemplatesPagesMakeThePagesThatWereSent() {
        long smaller = 0;
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] memory = new byte[PAGES * PAGE];
            if (random.nextBoolean()) {
                random.nextBytes(memory);
            }
            StreamBuilder stream =
                    StreamBuilder.started(Map.of("mem0", (long) memory.length)).part();
            for (int page = 0; page < PAGES; page++) {
                byte[] content = Arrays.copyOfRange(memory, page * PAGE, (page + 1) * PAGE);
                change(content, random);
                stream.page("mem0", (long) page * PAGE, content);
            }
            byte[] whole = stream.eos().end().eos().devices().build();
            try {
                Oracle.Outcome outcome = Oracle.check(whole, Map.of("mem0", memory));
                assertThat(outcome.refusal()).isEmpty();
                smaller += outcome.output().length < whole.length - PAGE ? 1 : 0;
            } catch (AssertionError | Loaded.RejectedException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(smaller).isGreaterThan(1500);
    }

    private static void change(byte[] page, Random random) {
        int most = 1 << random.nextInt(11);
        for (int changes = random.nextInt(1 << random.nextInt(8)); changes > 0; changes--) {
            int from = random.nextInt(PAGE);
            int to = Math.min(PAGE, from + 1 + random.nextInt(most));
            for (int i = from; i < to; i++) {
                page[i] = (byte) random.nextInt(256);
            }
        }
    }

    @Test
    void saysNothingOfPagesThatAreTheSameAndLeavesThemAsTheyAre() {
        PageDifference difference = new PageDifference();
        ByteBuffer both = ByteBuffer.allocateDirect(3 * PAGE);
        both.put(PAGE + 9, (byte) 1);
        ByteBuffer before = both.duplicate().limit(2 * PAGE).position(PAGE);
        ByteBuffer after = both.duplicate().limit(3 * PAGE).position(2 * PAGE);
        assertThat(difference.encode(before, before.duplicate())).isFalse();
        assertThat(difference.encode(before, after)).isTrue();
        assertThat(difference.encoded().remaining()).isEqualTo(2 + 8);
        assertThat(before.position()).isEqualTo(PAGE);
        assertThat(after.position()).isEqualTo(2 * PAGE);
    }
}
