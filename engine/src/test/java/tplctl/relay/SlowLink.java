package tplctl.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A network between two relays: as slow as it is told, and at a chosen byte dead, or cut. */
final class SlowLink implements AutoCloseable {
    private static final int CHUNK = 16 << 10;

    private final ServerSocket server;
    private final int target;
    private final AtomicLong passed = new AtomicLong();
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile long deadAt = Long.MAX_VALUE;
    private volatile long cutAt = Long.MAX_VALUE;
    private volatile boolean closed;

    SlowLink(int target) {
        this.target = target;
        try {
            this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Of either direction. */
    void bytesPerSecond(long rate) {
        bytesPerSecond = rate;
    }

    /** After so many bytes of the source nothing passes any more, in both directions, and nobody is told. */
    void deadAt(long bytes) {
        deadAt = bytes;
    }

    /** After so many bytes of the source both ends see the connection closed. */
    void cutAt(long bytes) {
        cutAt = bytes;
    }

    private void accept() {
        try {
            Socket near = server.accept();
            Socket far = new Socket();
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            start(() -> pass(near, far, passed));
            start(() -> pass(far, near, new AtomicLong()));
        } catch (IOException e) {
            return;
        }
    }

    private void pass(Socket from, Socket to, AtomicLong count) {
        byte[] chunk = new byte[CHUNK];
        try (from;
                to) {
            while (true) {
                int n = from.getInputStream().read(chunk);
                count.addAndGet(Math.max(n, 0));
                if (n < 0 || passed.get() >= cutAt) {
                    return;
                }
                while (passed.get() >= deadAt && !closed) {
                    LockSupport.parkNanos(10_000_000);
                }
                LockSupport.parkNanos(1_000_000_000L / bytesPerSecond * n);
                to.getOutputStream().write(chunk, 0, n);
            }
        } catch (IOException e) {
            return;
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "slow-link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
