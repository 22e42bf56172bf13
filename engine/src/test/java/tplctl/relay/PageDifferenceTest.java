package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** As in a migration: the template is read as the stream goes through it, and some of its pages are known to be zero. */
    @Test
    void differencesAreFromWhatTheTemplatesFileHas(@TempDir Path dir) throws IOException {
        Random random = new Random(5);
        byte[] memory = new byte[600 * PAGE];
        for (int page = 0; page < 600; page++) {
            if (random.nextInt(3) > 0) {
                byte[] content = new byte[PAGE];
                random.nextBytes(content);
                System.arraycopy(content, 0, memory, page * PAGE, PAGE);
            }
        }
        Path file = Files.write(dir.resolve("memory"), memory);
        StreamBuilder stream =
                StreamBuilder.started(Map.of("mem0", (long) memory.length)).part();
        for (int page = 0; page < 600; page += 1 + random.nextInt(2)) {
            byte[] content = Arrays.copyOfRange(memory, page * PAGE, (page + 1) * PAGE);
            change(content, random);
            stream.page("mem0", (long) page * PAGE, content);
        }
        byte[] whole = stream.eos().end().eos().devices().build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TemplatePages pages = TemplatePages.open(file)) {
            pages.readAhead();
            StreamFilter.templateAware(Map.of("mem0", pages))
                    .filter(Channels.newChannel(new ByteArrayInputStream(whole)), Channels.newChannel(out));
        }
        assertThat(out.size()).isLessThan(whole.length * 3 / 4);
        Map<Long, byte[]> loaded =
                Loaded.load(out.toByteArray(), Map.of("mem0", memory)).pages().getOrDefault("mem0", Map.of());
        Loaded.load(whole).pages().getOrDefault("mem0", Map.of()).forEach((offset, content) -> {
            byte[] there = loaded.getOrDefault(
                    offset, Arrays.copyOfRange(memory, offset.intValue(), offset.intValue() + PAGE));
            assertThat(Arrays.mismatch(there, content)).as("page at %s", offset).isNegative();
        });
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
