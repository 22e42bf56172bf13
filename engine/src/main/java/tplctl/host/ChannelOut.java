package tplctl.host;

import com.jcraft.jsch.Channel;
import java.io.IOException;
import java.io.OutputStream;

/** What is sent on a channel: each write leaves at once, as a whole, and fails once the channel is closed. */
final class ChannelOut extends OutputStream {
    private final Channel channel;
    private final OutputStream out;
    private boolean closed;

    ChannelOut(Channel channel, OutputStream out) {
        this.channel = channel;
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int start, int length) throws IOException {
        check();
        out.write(bytes, start, length);
        out.flush();
        // What is written to a channel that was closed meanwhile is dropped without a word.
        check();
    }

    @Override
    public void flush() throws IOException {
        check();
    }

    /** Tells the other end that no more follows. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            out.close();
        }
    }

    private void check() throws IOException {
        if (channel.isClosed() || !channel.isConnected()) {
            throw new IOException("the channel is closed");
        }
    }
}
