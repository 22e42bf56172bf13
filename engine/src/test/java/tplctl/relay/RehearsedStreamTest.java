package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RehearsedStreamTest {
    private static final int ROUNDS = 3;

    @TempDir
    Path dir;

    private static FilterStatistics filter(StreamFilter filter, RehearsedStream stream, ByteArrayOutputStream out)
            throws IOException {
        return filter.filter(stream, Channels.newChannel(out));
    }

    /** Which is what makes it a rehearsal: pages are left out, sent as differences and sent whole. */
    @ParameterizedTest
    @ValueSource(ints = {2, 256, 300})
    void goesThroughTheFilterOnAllItsWays(int size) throws IOException {
        byte[] content = new byte[size * 4096];
        new Random(1).nextBytes(content);
        Path memory = Files.write(dir.resolve("memory"), content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FilterStatistics counted;
        try (TemplatePages pages = TemplatePages.open(memory)) {
            StreamFilter aware = StreamFilter.templateAware(Map.of(RehearsedStream.BLOCK, pages));
            counted = filter(aware, RehearsedStream.of(memory, ROUNDS), out);
        }
        int pages = Math.min(size, RehearsedStream.MOST_PAGES);
        // The first round leaves out what the template has; its zeros make all pages others for the next.
        assertThat(counted.dataPagesDropped()).isEqualTo(pages / 2);
        assertThat(counted.dataPagesSent()).isEqualTo((long) ROUNDS * pages - pages / 2);
        assertThat(counted.zeroPagesSent()).isEqualTo((long) ROUNDS * pages);
        assertThat(counted.deviceStateBytes()).isGreaterThan(64 << 10);
        assertThat(counted.bytesOut()).isEqualTo(out.size());
        assertThat(Files.readAllBytes(memory)).isEqualTo(content);
    }

    @Test
    void withoutATemplateIsAStreamAsWell() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        FilterStatistics counted = filter(StreamFilter.full(), RehearsedStream.ofNone(ROUNDS), whole);
        assertThat(counted.bytesIn()).isEqualTo(whole.size());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamFilter aware = StreamFilter.templateAware(
                Map.of(RehearsedStream.BLOCK, new ArrayPages(new byte[RehearsedStream.MOST_PAGES * 4096])));
        counted = filter(aware, RehearsedStream.ofNone(ROUNDS), out);
        assertThat(counted.dataPagesDropped()).isEqualTo(ROUNDS * 128L);
        assertThat(counted.zeroPagesDropped()).isEqualTo(ROUNDS * 128L);
    }
}
