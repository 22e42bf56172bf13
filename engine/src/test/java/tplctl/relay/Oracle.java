package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Says whether a filter's output, loaded over the template, is what its input is when loaded into empty memory. */
final class Oracle {
    private Oracle() {}

    /**
     * What a run of the filter wrote.
     *
     * @param refusal why it ended early
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Outcome(byte[] output, FilterStatistics statistics, Optional<StreamFormatException> refusal) {}

    static Outcome filter(byte[] stream, Map<String, byte[]> templates) {
        Map<String, TemplatePages> pages = new HashMap<>();
        templates.forEach((name, content) -> pages.put(name, new ArrayPages(content)));
        // Small, so that records lie across the ends of buffers.
        StreamFilter filter = new TemplateAwareFilter(pages, 8192);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            filter.filter(Channels.newChannel(new ByteArrayInputStream(stream)), Channels.newChannel(out));
            return new Outcome(out.toByteArray(), filter.statistics(), Optional.empty());
        } catch (StreamFormatException e) {
            return new Outcome(out.toByteArray(), filter.statistics(), Optional.of(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless the filter refused the stream, or wrote one that does the same. */
    static Outcome check(byte[] stream, Map<String, byte[]> templates) {
        Outcome outcome = filter(stream, templates);
        if (outcome.refusal().isEmpty()) {
            Loaded in = Loaded.load(stream);
            Loaded out = Loaded.load(outcome.output(), templates);
            assertThat(out.events()).isEqualTo(in.events());
            assertThat(out.tail()).isEqualTo(in.tail());
            in.pages()
                    .forEach(
                            (block, pages) -> same(block, pages, out.pages().getOrDefault(block, Map.of()), templates));
            FilterStatistics counted = outcome.statistics();
            assertThat(counted.bytesIn()).isEqualTo(stream.length);
            assertThat(counted.bytesOut()).isEqualTo(outcome.output().length);
            assertThat(counted.deviceStateBytes()).isEqualTo(in.tail().length);
        }
        return outcome;
    }

    private static void same(String block, Map<Long, byte[]> in, Map<Long, byte[]> out, Map<String, byte[]> templates) {
        assertThat(in.keySet()).containsAll(out.keySet());
        byte[] template = templates.get(block);
        in.forEach((offset, content) -> {
            byte[] there = out.get(offset);
            if (there == null && template != null) {
                there = Arrays.copyOfRange(template, Math.toIntExact(offset), Math.toIntExact(offset) + 4096);
            }
            if (!Arrays.equals(content, there)) {
                throw new AssertionError("page " + Long.toHexString(offset) + " of " + block + " differs");
            }
        });
    }
}
