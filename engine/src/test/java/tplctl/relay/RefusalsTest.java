package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the filter does not know it refuses, naming it and its place, before a byte of it is passed on. */
final class RefusalsTest {
    private static final Map<String, Long> BLOCKS = blocks("mem0", 8192, "pc.bios", 4096);
    private static final byte[] PAGE = filled(7);

    private static Map<String, Long> blocks(String first, long length, String second, long other) {
        Map<String, Long> blocks = new LinkedHashMap<>();
        blocks.put(first, length);
        blocks.put(second, other);
        return blocks;
    }

    private static byte[] filled(int value) {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) value);
        return page;
    }

    private static StreamBuilder header() {
        return new StreamBuilder().header("pc-q35-9.0");
    }

    private static StreamBuilder started() {
        return StreamBuilder.started(BLOCKS);
    }

    private static StreamBuilder inPart() {
        return started().part();
    }

    /** What is wrong begins where {@code before} ends. */
    private static Arguments wrong(String what, StreamBuilder before, StreamBuilder.Part part) {
        int at = before.length();
        return Arguments.of(what, at, before.add(part).bytes(new byte[9000]).build());
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                wrong("0x51455600", new StreamBuilder(), o -> o.writeInt(0x51455600)),
                wrong("version 3", new StreamBuilder().u32(0x5145564d), o -> o.writeInt(2)),
                wrong("CONFIGURATION", new StreamBuilder().u32(0x5145564d).u32(3), o -> o.writeByte(8)),
                wrong(
                        "x-ignore-shared",
                        header().subsection("configuration/capabilities").u32(1),
                        o -> o.write(new StreamBuilder().name("x-ignore-shared").build())),
                wrong(
                        "mapped-ram",
                        header().subsection("configuration/capabilities").u32(1),
                        o -> o.write(new StreamBuilder().name("mapped-ram").build())),
                wrong(
                        "configuration/other",
                        header().u8(5),
                        o -> o.write(
                                new StreamBuilder().name("configuration/other").build())),
                wrong("12 bits", header().subsection("configuration/target-page-bits"), o -> o.writeInt(10)),
                wrong("the command 3 ", header().u8(8), o -> o.writeInt(0x0003_0000)),
                wrong("the command 7 ", started().u8(8), o -> o.writeInt(0x0007_0004)),
                wrong("the command 8 ", started().u8(8), o -> o.writeInt(0x0008_0000)),
                wrong("the command 1 of 4", header().u8(8), o -> o.writeInt(0x0001_0004)),
                wrong("the command 12 ", started().u8(8), o -> o.writeInt(0x000c_0000)),
                wrong(
                        "dirty-bitmap",
                        header(),
                        o -> o.write(new StreamBuilder()
                                .section("dirty-bitmap", 3, 1)
                                .build())),
                wrong(
                        "version 3",
                        header(),
                        o -> o.write(new StreamBuilder().section("ram", 2, 3).build())),
                wrong(
                        "once",
                        started(),
                        o -> o.write(new StreamBuilder().start(BLOCKS).build())),
                wrong("device state before", header(), o -> o.writeByte(4)),
                wrong("end mark before", started(), o -> o.writeByte(0)),
                wrong("section type 0x6", started(), o -> o.writeByte(6)),
                wrong("section number 5", started(), o -> o.write(new byte[] {2, 0, 0, 0, 5})),
                wrong("no more of RAM", started().end().eos(), o -> o.write(new byte[] {2, 0, 0, 0, 2})),
                wrong("MEM_SIZE", header().section("ram", 2, 4), o -> o.writeLong(8192)),
                wrong("XBZRLE", inPart(), o -> o.writeLong(0x40)),
                wrong("HOOK", inPart(), o -> o.writeLong(0x80)),
                wrong("COMPRESS_PAGE", inPart(), o -> o.writeLong(0x100)),
                wrong("MULTIFD_FLUSH", inPart(), o -> o.writeLong(0x200)),
                wrong("0x400", inPart(), o -> o.writeLong(0x400)),
                wrong("0xa", inPart(), o -> o.writeLong(0x0a)),
                wrong("0x0", inPart(), o -> o.writeLong(0)),
                wrong("EOS with more", inPart(), o -> o.writeLong(0x1010)),
                wrong("MEM_SIZE", inPart(), o -> o.writeLong(0x2004)),
                wrong("CONTINUE", inPart(), o -> o.writeLong(0x28)),
                wrong(
                        "pc.rom",
                        inPart(),
                        o -> o.write(new StreamBuilder().zero("pc.rom", 0).build())),
                wrong(
                        "below 0x2000",
                        inPart(),
                        o -> o.write(new StreamBuilder().zero("mem0", 8192).build())),
                wrong("below 0x1000", inPart().zero("pc.bios", 0), o -> o.writeLong(4096 | 0x22)),
                wrong("0x1", inPart().u64(2).name("mem0"), o -> o.writeByte(1)),
                wrong("footer", inPart().u64(0x10), o -> o.write(new byte[] {0x7e, 0, 0, 0, 3})),
                wrong("footer", inPart().u64(0x10), o -> o.write(new byte[] {0x7d, 0, 0, 0, 2})),
                list("8192 bytes", blocks("mem0", 4096, "pc.bios", 4096), 8),
                list("of the template", blocks("pc.ram", 8192, "pc.bios", 4096), 0));
    }

    private static Arguments list(String what, Map<String, Long> blocks, int behind) {
        StreamBuilder before = header().section("ram", 2, 4);
        return Arguments.of(
                what,
                before.length() + behind,
                header().start(blocks).bytes(new byte[9000]).build());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void unknownIsRefusedBeforeAByteOfItIsPassedOn(String what, int at, byte[] stream) {
        Oracle.Outcome outcome = Oracle.filter(stream, Map.of("mem0", new byte[8192]));
        assertThat(outcome.refusal()).hasValueSatisfying(refusal -> {
            assertThat(refusal).hasMessageContaining(what);
            assertThat(refusal.offset()).isEqualTo(at);
            assertThat(outcome.output().length).isLessThanOrEqualTo(at);
        });
    }

    @Test
    void listsThatClaimTooMuchAreRefusedWithoutMemory() {
        for (long length : new long[] {0, -4096, 4097, Long.MAX_VALUE & ~4095L, Long.MIN_VALUE}) {
            byte[] stream = header().section("ram", 2, 4)
                    .u64(12288 | 4)
                    .name("mem0")
                    .u64(length)
                    .build();
            assertThat(Oracle.filter(stream, Map.of()).refusal()).isPresent();
        }
        byte[] twice = header().section("ram", 2, 4)
                .u64(8192 | 4)
                .name("mem0")
                .u64(4096)
                .name("mem0")
                .u64(4096)
                .build();
        assertThat(Oracle.filter(twice, Map.of()).refusal())
                .hasValueSatisfying(refusal -> assertThat(refusal).hasMessageContaining("each RAM block once"));
        byte[] huge = header().u8(1).u32(2).bytes(new byte[] {3, 'r', 'a', 'm'}).build();
        assertThat(Oracle.filter(huge, Map.of()).refusal()).isPresent();
        byte[] machine =
                new StreamBuilder().u32(0x5145564d).u32(3).u8(7).u32(-1).build();
        assertThat(Oracle.filter(machine, Map.of()).refusal()).isPresent();
    }

    @Test
    void templateThatCannotBeReadEndsTheFilter() {
        TemplatePages broken = new TemplatePages() {
            @Override
            public long size() {
                return 8192;
            }

            @Override
            public boolean equal(long offset, java.nio.ByteBuffer page) throws java.io.IOException {
                throw new java.io.EOFException("the file was cut");
            }

            @Override
            public java.nio.ByteBuffer page(long offset) throws java.io.IOException {
                throw new java.io.EOFException("the file was cut");
            }

            @Override
            public boolean isZero(long offset) throws java.io.IOException {
                throw new java.io.EOFException("the file was cut");
            }

            @Override
            public void readAhead() {}

            @Override
            public void close() {}
        };
        byte[] stream =
                inPart().page("mem0", 0, PAGE).eos().end().eos().devices().build();
        assertThatThrownBy(() -> StreamFilter.templateAware(Map.of("mem0", broken))
                        .filter(
                                Channels.newChannel(new ByteArrayInputStream(stream)),
                                Channels.newChannel(new ByteArrayOutputStream())))
                .hasMessage("the file was cut");
    }
}
