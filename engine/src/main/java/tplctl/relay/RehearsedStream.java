package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A migration stream of a machine that is not there, in the layout of the package's comment: the first pages of one RAM block again and
 * again, every other one as the template has it, then as many zero pages, and some device state. It comes in small pieces.
 */
final class RehearsedStream implements ReadableByteChannel {
    /** The RAM block's id. */
    static final String BLOCK = "mem0";

    private static final int PAGE_SIZE = TemplatePages.PAGE_SIZE;
    /** Every other one is sent as its difference from the template's, once: enough for that to be compiled. */
    static final int MOST_PAGES = 256;

    private static final int SECTION = 2;
    private static final int DEVICE_STATE = 64 << 10;
    private static final int PIECE = 8 << 10;

    private final ByteBuffer start;
    private final ByteBuffer rounds;
    private final ByteBuffer end;
    private int left;

    private RehearsedStream(long size, ByteBuffer pages, int rounds) throws IOException {
        this.start = written(out -> head(out, size));
        this.rounds = written(out -> round(out, pages));
        this.end = written(RehearsedStream::tail);
        this.left = rounds - 1;
    }

    /** Of a machine whose template has that memory file. */
    static RehearsedStream of(Path memory, int rounds) throws IOException {
        try (FileChannel file = FileChannel.open(memory, StandardOpenOption.READ)) {
            ByteBuffer pages = ByteBuffer.allocateDirect((int) Math.min(MOST_PAGES * PAGE_SIZE, file.size()));
            long at = 0;
            while (pages.hasRemaining()) {
                int count = file.read(pages, at);
                if (count < 0) {
                    throw new IOException(memory + " became shorter while it was read");
                }
                at += count;
            }
            return new RehearsedStream(file.size(), pages.flip(), rounds);
        }
    }

    /** Of a machine without a template. */
    static RehearsedStream ofNone(int rounds) throws IOException {
        int size = MOST_PAGES * PAGE_SIZE;
        return new RehearsedStream(size, ByteBuffer.allocateDirect(size), rounds);
    }

    private interface Writing {
        void to(StreamWriter out) throws IOException;
    }

    private static ByteBuffer written(Writing writing) throws IOException {
        ByteArrayOutputStream collected = new ByteArrayOutputStream();
        StreamWriter out = new StreamWriter(Channels.newChannel(collected), StreamWriter.CAPACITY);
        writing.to(out);
        out.flush();
        return ByteBuffer.wrap(collected.toByteArray());
    }

    private static void head(StreamWriter out, long size) throws IOException {
        new Configuration("rehearsal", false, false, Optional.empty()).write(out);
        out.u8(SectionType.START);
        out.u32(SECTION);
        out.name("ram");
        out.u32(0);
        out.u32(RamBlocks.VERSION);
        out.u64(size | RamFlags.MEM_SIZE);
        out.name(BLOCK);
        out.u64(size);
        close(out);
    }

    private static void round(StreamWriter out, ByteBuffer pages) throws IOException {
        out.u8(SectionType.PART);
        out.u32(SECTION);
        for (int at = 0; at < pages.limit(); at += PAGE_SIZE) {
            ByteBuffer page = pages.slice(at, PAGE_SIZE);
            if (at / PAGE_SIZE % 2 == 1) {
                page.put(0, (byte) ~page.get(0));
            }
            record(out, at, RamFlags.PAGE);
            out.bytes(page);
        }
        for (int at = 0; at < pages.limit(); at += PAGE_SIZE) {
            record(out, at, RamFlags.ZERO);
            out.u8(0);
        }
        close(out);
    }

    private static void record(StreamWriter out, long offset, int flag) throws IOException {
        if (offset == 0) {
            out.u64(offset | flag);
            out.name(BLOCK);
        } else {
            out.u64(offset | flag | RamFlags.CONTINUE);
        }
    }

    private static void tail(StreamWriter out) throws IOException {
        out.u8(SectionType.END);
        out.u32(SECTION);
        close(out);
        out.u8(SectionType.FULL);
        out.bytes(ByteBuffer.allocate(DEVICE_STATE));
        out.u8(SectionType.EOF);
        out.u8(SectionType.VMDESCRIPTION);
        out.u32(2);
        out.text("{}");
    }

    private static void close(StreamWriter out) throws IOException {
        out.u64(RamFlags.EOS);
        out.u8(SectionType.FOOTER);
        out.u32(SECTION);
    }

    @Override
    public int read(ByteBuffer to) {
        if (!rounds.hasRemaining() && left > 0) {
            left--;
            rounds.rewind();
        }
        ByteBuffer from = start.hasRemaining() ? start : rounds.hasRemaining() ? rounds : end;
        if (!from.hasRemaining()) {
            return -1;
        }
        int length = Math.min(PIECE, Math.min(from.remaining(), to.remaining()));
        to.put(from.slice(from.position(), length));
        from.position(from.position() + length);
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
