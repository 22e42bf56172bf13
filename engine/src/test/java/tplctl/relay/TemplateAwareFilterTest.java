package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left out and what is not, a rule a test. Page 0 of the template is zero, page 1 is full of sevens. */
@Timeout(60)
final class TemplateAwareFilterTest {
    private static final byte[] ZEROS = new byte[4096];
    private static final byte[] SEVENS = filled(7);
    private static final byte[] EIGHTS = filled(8);
    private static final byte[] MEMORY = concat();
    private static final Map<String, byte[]> TEMPLATE = Map.of("mem0", MEMORY);
    private static final Map<String, Long> BLOCKS = new LinkedHashMap<>();

    static {
        BLOCKS.put("mem0", 8192L);
        BLOCKS.put("pc.bios", 4096L);
    }

    private static byte[] filled(int value) {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) value);
        return page;
    }

    private static byte[] concat() {
        byte[] both = new byte[8192];
        System.arraycopy(SEVENS, 0, both, 4096, 4096);
        return both;
    }

    private static StreamBuilder part() {
        return StreamBuilder.started(BLOCKS).part();
    }

    private static byte[] ended(StreamBuilder stream) {
        return stream.eos().end().eos().devices().build();
    }

    private static void turns(StreamBuilder input, StreamBuilder output) {
        byte[] in = ended(input);
        assertThat(Oracle.check(in, TEMPLATE).output()).isEqualTo(ended(output));
    }

    @Test
    void leavesOutWhatTheTemplateHolds() {
        turns(part().zero("mem0", 0).nextPage(4096, SEVENS), part());
    }

    @Test
    void zeroRecordOfAPageThatTheTemplateFillsIsPassedOn() {
        turns(part().zero("mem0", 4096), part().zero("mem0", 4096));
    }

    @Test
    void pageOfZerosCountsAsZero() {
        turns(part().page("mem0", 0, ZEROS), part());
        turns(part().page("mem0", 4096, ZEROS), part().zero("mem0", 4096));
    }

    @Test
    void pageThatWasSentIsSentAgainThoughItIsTheTemplatesOnceMore() {
        turns(
                part().page("mem0", 4096, EIGHTS).nextPage(4096, SEVENS).nextZero(0),
                part().page("mem0", 4096, EIGHTS).nextPage(4096, SEVENS));
        turns(
                part().zero("mem0", 4096).eos().part().nextPage(4096, SEVENS),
                part().zero("mem0", 4096).eos().part().nextPage(4096, SEVENS));
    }

    private static byte[] sevensBut(int at, int value) {
        byte[] page = SEVENS.clone();
        page[at] = (byte) value;
        return page;
    }

    private static StreamBuilder difference(StreamBuilder stream, long offset, int... encoded) {
        stream.u64(offset | 0x40).name("mem0").u8(1).u8(encoded.length >> 8).u8(encoded.length & 0xff);
        for (int each : encoded) {
            stream.u8(each);
        }
        return stream;
    }

    @Test
    void pageThatDiffersInAFewBytesIsSentAsItsDifference() {
        turns(part().page("mem0", 4096, sevensBut(100, 1)), difference(part(), 4096, 96, 8, 7, 7, 7, 7, 1, 7, 7, 7));
        byte[] both = sevensBut(0, 2);
        both[4095] = 3;
        turns(
                part().page("mem0", 4096, both),
                difference(part(), 4096, 0, 8, 2, 7, 7, 7, 7, 7, 7, 7, 0xf0, 0x1f, 8, 7, 7, 7, 7, 7, 7, 7, 3));
        byte[] last = new byte[4096];
        last[4095] = 1;
        turns(part().page("mem0", 0, last), difference(part(), 0, 0xf8, 0x1f, 8, 0, 0, 0, 0, 0, 0, 0, 1));
    }

    /** The destination no longer has there what a difference would be from. */
    @Test
    void pageThatWasSentOnceIsSentWhole() {
        turns(
                part().page("mem0", 4096, sevensBut(0, 1)).nextPage(4096, sevensBut(0, 2)),
                difference(part(), 4096, 0, 8, 1, 7, 7, 7, 7, 7, 7, 7).nextPage(4096, sevensBut(0, 2)));
        turns(
                part().zero("mem0", 4096).nextPage(4096, sevensBut(0, 2)),
                part().zero("mem0", 4096).nextPage(4096, sevensBut(0, 2)));
    }

    /** 255 words are 2040 bytes and the numbers before them three; one more word is too long. */
    @Test
    void longDifferenceIsNotWorthIt() {
        byte[] page = SEVENS.clone();
        Arrays.fill(page, 0, 255 * 8, (byte) 8);
        FilterStatistics counted =
                Oracle.check(ended(part().page("mem0", 4096, page)), TEMPLATE).statistics();
        assertThat(counted.bytesOut()).isLessThan(3000);
        Arrays.fill(page, 0, 256 * 8, (byte) 8);
        turns(part().page("mem0", 4096, page), part().page("mem0", 4096, page));
        Arrays.fill(page, 0, 4088, (byte) 8);
        turns(part().page("mem0", 4096, page), part().page("mem0", 4096, page));
    }

    @Test
    void recordBehindOneThatWasLeftOutNamesItsBlock() {
        turns(part().page("mem0", 4096, SEVENS).nextPage(0, EIGHTS), part().page("mem0", 0, EIGHTS));
    }

    @Test
    void blockIsNotNamedAgainWhenAllOfAnotherWasLeftOut() {
        turns(
                part().page("pc.bios", 0, EIGHTS).zero("mem0", 0).page("pc.bios", 0, SEVENS),
                part().page("pc.bios", 0, EIGHTS).nextPage(0, SEVENS));
    }

    @Test
    void continuesAcrossSections() {
        turns(
                part().page("mem0", 0, EIGHTS)
                        .eos()
                        .command(2, (byte) 0, (byte) 0, (byte) 0, (byte) 1)
                        .part()
                        .nextPage(4096, EIGHTS),
                part().page("mem0", 0, EIGHTS)
                        .eos()
                        .command(2, (byte) 0, (byte) 0, (byte) 0, (byte) 1)
                        .part()
                        .nextPage(4096, EIGHTS));
    }

    @Test
    void blocksWithoutATemplateAreKeptAsTheyAre() {
        turns(
                part().page("pc.bios", 0, ZEROS).nextZero(0).nextPage(0, SEVENS),
                part().page("pc.bios", 0, ZEROS).nextZero(0).nextPage(0, SEVENS));
    }

    @Test
    void eachBlockIsComparedWithItsOwnTemplate() {
        Map<String, Long> blocks = new LinkedHashMap<>();
        blocks.put("mem0", 8192L);
        blocks.put("mem1", 4096L);
        Map<String, byte[]> templates = Map.of("mem0", MEMORY, "mem1", EIGHTS);
        byte[] in = ended(StreamBuilder.started(blocks)
                .part()
                .page("mem0", 0, EIGHTS)
                .nextPage(4096, SEVENS)
                .page("mem1", 0, EIGHTS)
                .page("mem0", 4096, EIGHTS)
                .page("mem1", 0, SEVENS));
        byte[] out = ended(StreamBuilder.started(blocks)
                .part()
                .page("mem0", 0, EIGHTS)
                .nextPage(4096, EIGHTS)
                .page("mem1", 0, SEVENS));
        assertThat(Oracle.check(in, templates).output()).isEqualTo(out);
    }

    @Test
    void countsWhatItDoes() {
        byte[] stream = ended(part().zero("mem0", 0)
                .nextPage(4096, SEVENS)
                .page("pc.bios", 0, SEVENS)
                .page("mem0", 0, EIGHTS)
                .nextZero(4096)
                .nextPage(4096, ZEROS));
        FilterStatistics counted = Oracle.check(stream, TEMPLATE).statistics();
        assertThat(counted.zeroPagesDropped()).isEqualTo(1);
        assertThat(counted.dataPagesDropped()).isEqualTo(1);
        assertThat(counted.dataPagesSent()).isEqualTo(1);
        assertThat(counted.zeroPagesSent()).isEqualTo(2);
        assertThat(counted.otherPagesSent()).isEqualTo(1);
        assertThat(counted.rounds()).isEqualTo(3);
    }

    @Test
    void handsOverWhatItHasBeforeItWaitsForMore() throws Exception {
        Pipe in = Pipe.open();
        Pipe out = Pipe.open();
        byte[] head = part().page("mem0", 0, EIGHTS).eos().build();
        byte[] rest = new StreamBuilder().end().eos().devices().build();
        StreamFilter filter = StreamFilter.templateAware(Map.of("mem0", new ArrayPages(MEMORY)));
        CompletableFuture<FilterStatistics> run = CompletableFuture.supplyAsync(() -> {
            try {
                return filter.filter(in.source(), out.sink());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        in.sink().write(ByteBuffer.wrap(head));
        assertThat(read(out, head.length)).isEqualTo(head);
        assertThat(filter.statistics().dataPagesSent()).isEqualTo(1);
        in.sink().write(ByteBuffer.wrap(rest));
        assertThat(read(out, rest.length)).isEqualTo(rest);
        in.sink().close();
        assertThat(run.get(30, TimeUnit.SECONDS).bytesOut()).isEqualTo(head.length + rest.length);
        in.source().close();
        out.source().close();
        out.sink().close();
    }

    private static byte[] read(Pipe pipe, int length) throws java.io.IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            pipe.source().read(bytes);
        }
        return bytes.array();
    }
}
