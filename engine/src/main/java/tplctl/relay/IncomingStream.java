package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The destination emulator's end of the stream: a connection to the Unix socket on which it waits. */
final class IncomingStream implements Closeable {
    private final SocketChannel emulator;

    private IncomingStream(SocketChannel emulator) {
        this.emulator = emulator;
    }

    static IncomingStream connect(Path socket) throws RelayException {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return new IncomingStream(channel);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw RelayException.of("connect to " + socket + ", where the emulator waits for its state", e);
        }
    }

    /** Passes the return path on, on a thread of its own, until the emulator closes it. */
    void returnPath(MoveLink link) {
        Thread thread = new Thread(() -> back(link), "move-return");
        thread.setDaemon(true);
        thread.start();
    }

    private void back(MoveLink link) {
        byte[] payload = new byte[MoveLink.LONGEST];
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        try {
            while (emulator.read(buffer.clear()) >= 0) {
                link.send(MoveLink.Type.RETURN, payload, buffer.position());
            }
        } catch (IOException e) {
            // The link's reader says so, or QMP: the emulator closes this before it ends.
            return;
        }
    }

    /** Returns when the emulator's kernel buffer has taken all. */
    void write(ByteBuffer bytes) throws RelayException {
        try {
            while (bytes.hasRemaining()) {
                emulator.write(bytes);
            }
        } catch (IOException e) {
            throw RelayException.of("pass the migration stream to the emulator", e);
        }
    }

    /** No more comes. */
    void end() {
        try {
            emulator.shutdownOutput();
        } catch (IOException e) {
            // It has closed it already.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        emulator.close();
    }
}
