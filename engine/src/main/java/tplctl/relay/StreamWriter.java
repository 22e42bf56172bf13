package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Collects small writes into a buffer of fixed size, and waits for the channel when it is full. */
final class StreamWriter {
    static final int CAPACITY = 1 << 18;

    private final WritableByteChannel out;
    private final ByteBuffer buffer;
    private long bytesWritten;

    /** {@code capacity} bounds what waits here; four times the longest name at least. */
    StreamWriter(WritableByteChannel out, int capacity) {
        this.out = out;
        this.buffer = Buffers.ofPages(capacity);
    }

    /** What was handed over, to the channel or into the buffer. */
    long bytesWritten() {
        return bytesWritten;
    }

    void u8(int value) throws IOException {
        room(1).put((byte) value);
    }

    void u16(int value) throws IOException {
        room(2).putShort((short) value);
    }

    void u32(long value) throws IOException {
        room(4).putInt((int) value);
    }

    void u64(long value) throws IOException {
        room(8).putLong(value);
    }

    /** A name behind its one length byte. */
    void name(String name) throws IOException {
        u8(name.length());
        text(name);
    }

    void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        room(bytes.length).put(bytes);
    }

    /** All remaining bytes; large ones go to the channel without a copy. */
    void bytes(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > buffer.capacity() / 4) {
            flush();
            bytesWritten += bytes.remaining();
            drain(bytes);
        } else {
            room(bytes.remaining()).put(bytes);
        }
    }

    void flush() throws IOException {
        if (buffer.position() > 0) {
            buffer.flip();
            drain(buffer);
            buffer.clear();
        }
    }

    private ByteBuffer room(int length) throws IOException {
        if (buffer.remaining() < length) {
            flush();
        }
        bytesWritten += length;
        return buffer;
    }

    private void drain(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
