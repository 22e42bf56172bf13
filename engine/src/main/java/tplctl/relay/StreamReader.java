package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * A stream's bytes in order, and where in the stream they are. Holds one buffer, whatever lengths the stream claims. An
 * end in the middle of something is a {@link StreamFormatException}.
 */
final class StreamReader {
    static final int CAPACITY = 1 << 20;

    /** Called before a read that may block. */
    interface BeforeRead {
        void run() throws IOException;
    }

    private final ReadableByteChannel in;
    private final BeforeRead beforeRead;
    private final ByteBuffer buffer;
    private final ByteBuffer view;
    private long bytesRead;

    /** {@code capacity} is the most that can be borrowed at once. */
    StreamReader(ReadableByteChannel in, BeforeRead beforeRead, int capacity) {
        this.in = in;
        this.buffer = Buffers.ofPages(capacity).limit(0);
        this.view = buffer.duplicate();
        this.beforeRead = beforeRead;
    }

    /** Of the next byte, counted from the stream's first. */
    long offset() {
        return bytesRead - buffer.remaining();
    }

    /** How many bytes were taken from the channel. */
    long bytesRead() {
        return bytesRead;
    }

    int u8(String what) throws IOException {
        need(1, what);
        return buffer.get() & 0xff;
    }

    int u16(String what) throws IOException {
        need(2, what);
        return buffer.getShort() & 0xffff;
    }

    long u32(String what) throws IOException {
        need(4, what);
        return buffer.getInt() & 0xffff_ffffL;
    }

    long u64(String what) throws IOException {
        need(8, what);
        return buffer.getLong();
    }

    /** A name in its one length byte; never empty, printable ASCII only. */
    String name(String what) throws IOException {
        return name(u8("the length of " + what), what);
    }

    /** {@code length} bytes of printable ASCII, at least one and at most 255. */
    String name(long length, String what) throws IOException {
        if (length == 0 || length > 255) {
            throw new StreamFormatException(offset(), what + " of 1 to 255 bytes", "one of " + length);
        }
        need((int) length, what);
        for (int i = 0; i < length; i++) {
            byte each = buffer.get(buffer.position() + i);
            if (each < 0x20 || each > 0x7e) {
                throw new StreamFormatException(offset() + i, what + " in ASCII", hex(each & 0xff));
            }
        }
        byte[] bytes = new byte[(int) length];
        buffer.get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** The next bytes, on loan until the next call of any method here. */
    ByteBuffer borrow(int length, String what) throws IOException {
        need(length, what);
        int at = buffer.position();
        buffer.position(at + length);
        return view.limit(at + length).position(at);
    }

    /** Whatever is at hand, or comes next, on loan; nothing remaining at the end of the stream. */
    ByteBuffer borrowSome() throws IOException {
        if (!buffer.hasRemaining()) {
            fill();
        }
        view.limit(buffer.limit()).position(buffer.position());
        buffer.position(buffer.limit());
        return view;
    }

    private void need(int length, String what) throws IOException {
        while (buffer.remaining() < length) {
            if (fill() < 0) {
                throw new StreamFormatException(
                        bytesRead, what, "the end of the stream, " + (length - buffer.remaining()) + " bytes early");
            }
        }
    }

    private int fill() throws IOException {
        beforeRead.run();
        buffer.compact();
        try {
            int count = in.read(buffer);
            bytesRead += Math.max(count, 0);
            return count;
        } finally {
            buffer.flip();
        }
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
