package tplctl.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/**
 * Joins two streams to a Unix socket. The line {@code connected} on a third says when it is; from then on bytes go both ways as
 * they come, each at once.
 *
 * <p>The end of the input is passed on as a half-close, and what the other side still says is delivered; the end of the
 * socket is the end of the bridge.
 */
final class Bridge {
    private static final int CHUNK = 64 << 10;

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream said;
    private final Duration patience;

    /** Nobody listens, which may change: there is no socket, or nobody accepts. */
    static final class NobodyListensException extends IOException {
        private static final long serialVersionUID = 1;

        NobodyListensException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * @param said gets the line that says that there is a connection
     * @param patience for a socket that, after the input's end, neither says anything nor ends
     */
    Bridge(InputStream in, OutputStream out, OutputStream said, Duration patience) {
        this.in = in;
        this.out = out;
        this.said = said;
        this.patience = patience;
    }

    /**
     * Returns when the bridge has come to its end; whoever still blocks in reading the input is a daemon thread. Does not wait
     * for a socket.
     *
     * @throws NobodyListensException when nobody does
     */
    void run(String path) throws IOException {
        try (SocketChannel socket = connect(path)) {
            said.write("connected\n".getBytes(StandardCharsets.US_ASCII));
            said.flush();
            Activity activity = new Activity();
            start("input", () -> toSocket(socket, activity));
            fromSocket(socket, activity);
        }
    }

    private static SocketChannel connect(String path) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean connected = false;
        try {
            // A blocking connect would wait without limit for room in the listener's queue.
            socket.configureBlocking(false);
            if (!socket.connect(UnixDomainSocketAddress.of(path))) {
                throw new IOException("it does not accept at once");
            }
            socket.configureBlocking(true);
            connected = true;
            return socket;
        } catch (IllegalArgumentException e) {
            throw new RelayException(RelayException.Code.USAGE, "connect to " + path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw judged(path, e);
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    /** The exception does not tell what is wrong: its class varies. */
    private static IOException judged(String path, IOException e) {
        String attempted = "connect to " + path;
        try {
            Path socket = Path.of(path);
            if (!Files.readAttributes(socket, BasicFileAttributes.class).isOther()) {
                return new RelayException(RelayException.Code.IO, attempted + ": it is not a socket", e);
            }
            // Whoever may write may connect; what is left is a refusal, or a queue without room.
            if (Files.isWritable(socket)) {
                return new NobodyListensException(attempted + ": nobody listens: " + e.getMessage(), e);
            }
        } catch (NoSuchFileException missing) {
            return new NobodyListensException(attempted + ": there is no such socket", e);
        } catch (IOException unknown) {
            e.addSuppressed(unknown);
        }
        return RelayException.of(attempted, e);
    }

    private void toSocket(SocketChannel socket, Activity activity) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                ByteBuffer rest = ByteBuffer.wrap(chunk, 0, n);
                while (rest.hasRemaining()) {
                    socket.write(rest);
                }
            }
            socket.shutdownOutput();
            activity.awaitSilence(patience);
            socket.close();
        } catch (IOException e) {
            // The socket's other side has gone, which ends the other direction too.
            activity.note();
        }
    }

    private void fromSocket(SocketChannel socket, Activity activity) throws IOException {
        byte[] chunk = new byte[CHUNK];
        ByteBuffer buffer = ByteBuffer.wrap(chunk);
        try {
            while (socket.read(buffer.clear()) >= 0) {
                activity.note();
                out.write(chunk, 0, buffer.position());
                out.flush();
            }
        } catch (java.nio.channels.ClosedChannelException silent) {
            // Closed by the other direction after its patience.
            activity.note();
        } finally {
            out.flush();
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "bridge-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** When something last came from the socket. */
    private static final class Activity {
        private long last = System.nanoTime();

        synchronized void note() {
            last = System.nanoTime();
        }

        synchronized void awaitSilence(Duration patience) {
            long left = patience.toNanos();
            try {
                while (left > 0) {
                    wait(left / 1_000_000 + 1);
                    left = patience.toNanos() - (System.nanoTime() - last);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
