package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The JDK's own Unix sockets, which cannot pass descriptors.
 *
 * <p>{@link java.nio.channels.Channels}' streams would not do: on Java 17 a blocked read of one keeps the other from writing.
 */
final class ChannelDuplex implements Duplex {
    private final SocketChannel channel;
    private final Object writing = new Object();
    private final InputStream in = new Reading();
    private final OutputStream out = new Writing();

    /** @param channel connected and blocking */
    ChannelDuplex(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        synchronized (writing) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private final class Reading extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(to, offset, length));
        }

        @Override
        public void close() {
            ChannelDuplex.this.close();
        }
    }

    private final class Writing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ChannelDuplex.this.write(ByteBuffer.wrap(from, offset, length));
        }

        @Override
        public void close() {
            ChannelDuplex.this.close();
        }
    }
}
