package tplctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A network between two hosts, for one port: as slow as it is told, with a latency of its own each way, and at a chosen byte dead, or
 * cut. Whoever connects to it is connected to its target.
 */
public final class SlowLink implements AutoCloseable {
    private static final int CHUNK = 16 << 10;
    private static final int LONG_WAY = 1024;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final AtomicLong passed = new AtomicLong();
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile long deadAt = Long.MAX_VALUE;
    private volatile long cutAt = Long.MAX_VALUE;
    private volatile Duration there = Duration.ZERO;
    private volatile Duration back = Duration.ZERO;
    private volatile boolean closed;

    /** On any free port of the loopback address. */
    public SlowLink(int target) {
        this(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
    }

    public SlowLink(InetSocketAddress address, InetSocketAddress target) {
        this.target = target;
        try {
            this.server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(address, 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Of either direction. */
    public void bytesPerSecond(long rate) {
        bytesPerSecond = rate;
    }

    /** How long each byte takes to the target, and from it. */
    public void latency(Duration forth, Duration andBack) {
        there = forth;
        back = andBack;
    }

    /** After so many bytes to the target nothing passes any more, in both directions, and nobody is told. */
    public void deadAt(long bytes) {
        deadAt = bytes;
    }

    /** After so many bytes to the target both ends see the connection closed. */
    public void cutAt(long bytes) {
        cutAt = bytes;
    }

    /** Both ends of every connection see it closed, at once; what was on its way is lost. */
    public void cut() {
        close(sockets.toArray(Socket[]::new));
    }

    private void accept() {
        try {
            while (true) {
                connect(server.accept());
            }
        } catch (IOException e) {
            return;
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        try {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            far.connect(target);
            sockets.add(near);
            sockets.add(far);
            pass(near, far, true);
            pass(far, near, false);
        } catch (IOException e) {
            close(near, far);
        }
    }

    private static void close(Socket... both) {
        for (Socket each : both) {
            try {
                each.close();
            } catch (IOException e) {
                // It was closed by the other end's doing.
            }
        }
    }

    private record Piece(ByteBuffer bytes, long due) {}

    private void pass(Socket from, Socket to, boolean forth) {
        BlockingQueue<Piece> way = new LinkedBlockingQueue<>();
        start(() -> read(from, to, forth, way));
        start(() -> write(from, to, way));
    }

    private void read(Socket from, Socket to, boolean forth, BlockingQueue<Piece> way) {
        byte[] chunk = new byte[CHUNK];
        try {
            int n = 0;
            while (n >= 0) {
                try {
                    n = from.getInputStream().read(chunk);
                } catch (IOException e) {
                    n = -1;
                }
                if (forth) {
                    passed.addAndGet(Math.max(n, 0));
                }
                Duration latency = forth ? there : back;
                // Nothing lies on a way that takes no time.
                while (way.size() >= (latency.isZero() ? 1 : LONG_WAY) && !to.isClosed()) {
                    LockSupport.parkNanos(1_000_000);
                }
                long due = System.nanoTime() + latency.toNanos();
                way.put(new Piece(ByteBuffer.wrap(Arrays.copyOf(chunk, Math.max(n, 0))), due));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Socket from, Socket to, BlockingQueue<Piece> way) {
        try (from;
                to) {
            while (true) {
                Piece piece = way.take();
                while (piece.due() > System.nanoTime()) {
                    LockSupport.parkNanos(piece.due() - System.nanoTime());
                }
                if (piece.bytes().limit() == 0 || passed.get() >= cutAt) {
                    return;
                }
                while (passed.get() >= deadAt && !closed) {
                    LockSupport.parkNanos(10_000_000);
                }
                LockSupport.parkNanos(
                        1_000_000_000L / bytesPerSecond * piece.bytes().limit());
                to.getOutputStream().write(piece.bytes().array());
            }
        } catch (IOException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
