package tplctl.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Joins two streams to a Unix socket. The first line names the socket, percent-encoded; the answer is {@code connected}, or
 * {@code error} and a percent-encoded text. From then on bytes go both ways as they come, each at once.
 *
 * <p>The end of the input is passed on as a half-close, and what the other side still says is delivered; the end of the
 * socket is the end of the bridge.
 */
final class Bridge {
    private static final int CHUNK = 64 << 10;

    private final InputStream in;
    private final OutputStream out;
    private final Duration patience;

    /** @param patience for a socket that, after the input's end, neither says anything nor ends */
    Bridge(InputStream in, OutputStream out, Duration patience) {
        this.in = in;
        this.out = out;
        this.patience = patience;
    }

    /**
     * Returns when the bridge has come to its end; whoever still blocks in reading the input is a daemon thread.
     *
     * @return whether there was a connection
     */
    boolean run() throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try (socket) {
            String attempted = "find the socket";
            try {
                String path = Fields.decode(Lines.next(in)
                        .orElseThrow(() -> new RelayException(
                                RelayException.Code.USAGE, "its path is to be the first line of the input")));
                attempted = "connect to " + path;
                socket.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException | IllegalArgumentException e) {
                say("error " + Fields.encode(attempted + ": " + e.getMessage()));
                return false;
            }
            say("connected");
            Activity activity = new Activity();
            start("input", () -> toSocket(socket, activity));
            fromSocket(socket, activity);
        }
        return true;
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

    private void say(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
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
