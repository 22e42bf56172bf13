package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Listens for the peer among strangers. Who says nothing costs a descriptor, who does not begin a TLS handshake is cut off
 * at his first byte, who cannot finish one costs a thread until the deadline; of each there is a bounded number, and the
 * oldest makes room for the newest. So the peer gets in at once, whoever else knocks.
 */
public final class PeerListener implements Closeable {
    /**
     * What strangers may take.
     *
     * @param silent connections that have not said anything
     * @param handshakes connections in a handshake
     * @param deadline from connecting to the end of the handshake
     */
    public record Limits(int silent, int handshakes, Duration deadline) {
        public static final Limits USUAL = new Limits(256, 32, Duration.ofSeconds(10));
    }

    private static final int BACKLOG = 1024;
    private static final int FIRST_BYTES = 4096;

    /** ContentType handshake, and the major version of every TLS record: RFC 8446 section 5.1. */
    private static final byte[] RECORD = {22, 3};

    private static final long PAUSE_NANOS = 50_000_000;

    private final ServerSocketChannel server;
    private final Selector selector;
    private final PinnedTls tls;
    private final Limits limits;
    private final Map<SocketChannel, Long> silent = new LinkedHashMap<>();
    private final Map<SocketChannel, Long> handshakes = new LinkedHashMap<>();
    private final Map<String, CompletableFuture<PeerConnection>> arrived = new HashMap<>();

    private PeerListener(ServerSocketChannel server, Selector selector, PinnedTls tls, Limits limits) {
        this.server = server;
        this.selector = selector;
        this.tls = tls;
        this.limits = limits;
    }

    /**
     * Listens on the first free port of {@code first} to {@code last}; on any free one when both are 0.
     *
     * @throws RelayException when none is free, or the address is not this host's
     */
    public static PeerListener open(InetAddress address, int first, int last, PinnedTls tls, Limits limits)
            throws IOException {
        ServerSocketChannel server = bind(address, first, last);
        server.configureBlocking(false);
        Selector selector = Selector.open();
        server.register(selector, SelectionKey.OP_ACCEPT);
        PeerListener listener = new PeerListener(server, selector, tls, limits);
        Thread thread = new Thread(listener::listen, "listener-" + listener.port());
        thread.setDaemon(true);
        thread.start();
        return listener;
    }

    private static ServerSocketChannel bind(InetAddress address, int first, int last) throws IOException {
        for (int port = first; port <= last; port++) {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.bind(new InetSocketAddress(address, port), BACKLOG);
                return server;
            } catch (BindException e) {
                server.close();
                if (!String.valueOf(e.getMessage()).contains("in use")) {
                    throw new RelayException(
                            RelayException.Code.IO,
                            "listen on " + address.getHostAddress() + " port " + port + ": " + e.getMessage(),
                            e);
                }
            }
        }
        throw new RelayException(
                RelayException.Code.IO,
                "listen on " + address.getHostAddress() + ": no port from " + first + " to " + last + " is free");
    }

    public int port() {
        return server.socket().getLocalPort();
    }

    /**
     * The peer's connection for a channel. Each is given out once.
     *
     * @throws RelayException when it did not come in time
     */
    public PeerConnection take(String channel, Duration patience) throws RelayException, InterruptedException {
        try {
            return arrival(channel).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RelayException(
                    RelayException.Code.TIMEOUT,
                    "the other relay did not connect to port " + port() + " within " + patience.toSeconds()
                            + " s; is the port reachable from there?",
                    e);
        } catch (ExecutionException e) {
            throw new RelayException(RelayException.Code.PEER, "listen: " + e.getCause(), e);
        } finally {
            synchronized (arrived) {
                arrived.remove(channel);
            }
        }
    }

    /** Listens no more and closes what nobody has taken. */
    @Override
    public void close() throws IOException {
        server.close();
        selector.wakeup();
        synchronized (arrived) {
            for (CompletableFuture<PeerConnection> each : arrived.values()) {
                if (!each.completeExceptionally(new IOException("closed"))) {
                    each.join().abort();
                }
            }
            arrived.clear();
        }
    }

    private CompletableFuture<PeerConnection> arrival(String channel) {
        synchronized (arrived) {
            return arrived.computeIfAbsent(channel, name -> new CompletableFuture<>());
        }
    }

    private boolean deliver(String channel, PeerConnection connection) {
        synchronized (arrived) {
            return server.isOpen() && arrival(channel).complete(connection);
        }
    }

    private void listen() {
        try (selector) {
            while (server.isOpen()) {
                selector.select(untilNextDeadline());
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.isValid() && key.isAcceptable()) {
                        admit();
                    } else if (key.isValid()) {
                        hear(key);
                    }
                }
                expire();
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException e) {
            close(server);
        } finally {
            silent.keySet().forEach(PeerListener::close);
            synchronized (handshakes) {
                handshakes.keySet().forEach(PeerListener::close);
            }
        }
    }

    private void admit() {
        try {
            for (SocketChannel one = server.accept(); one != null; one = server.accept()) {
                one.configureBlocking(false);
                one.register(selector, SelectionKey.OP_READ);
                silent.put(one, System.nanoTime());
                if (silent.size() > limits.silent()) {
                    dropOldest(silent);
                }
            }
        } catch (IOException e) {
            // Out of descriptors most likely, and the next round would fail as well.
            if (!dropOldest(silent)) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void hear(SelectionKey key) {
        SocketChannel one = (SocketChannel) key.channel();
        Long since = silent.remove(one);
        ByteBuffer first = ByteBuffer.allocate(FIRST_BYTES);
        try {
            int n = one.read(first);
            int known = Math.min(Math.max(n, 0), RECORD.length);
            if (since == null || n <= 0 || !Arrays.equals(first.array(), 0, known, RECORD, 0, known)) {
                close(one);
                return;
            }
            key.cancel();
            one.configureBlocking(true);
            synchronized (handshakes) {
                handshakes.put(one, since);
                if (handshakes.size() > limits.handshakes()) {
                    dropOldest(handshakes);
                }
            }
            byte[] consumed = Arrays.copyOf(first.array(), n);
            Thread thread = new Thread(() -> shake(one, consumed), "handshake");
            thread.setDaemon(true);
            thread.start();
        } catch (IOException e) {
            close(one);
        }
    }

    private void shake(SocketChannel one, byte[] consumed) {
        try {
            PeerConnection connection = tls.accept(one, consumed, limits.deadline());
            String channel = connection.awaitName();
            boolean inTime;
            synchronized (handshakes) {
                inTime = handshakes.remove(one) != null;
            }
            if (!inTime || !deliver(channel, connection)) {
                connection.abort();
            }
        } catch (IOException | RuntimeException e) {
            // A stranger, or the peer gone again: nobody else is to notice.
            synchronized (handshakes) {
                handshakes.remove(one);
            }
            close(one);
        }
    }

    private long untilNextDeadline() {
        long oldest = Math.min(oldest(silent), oldest(handshakes));
        return oldest == Long.MAX_VALUE ? 0 : Math.max(1, oldest / 1_000_000);
    }

    /** Nanoseconds until the oldest has to go; {@link Long#MAX_VALUE} when there is none. */
    private long oldest(Map<SocketChannel, Long> since) {
        synchronized (since) {
            return since.values().stream()
                    .mapToLong(start -> limits.deadline().toNanos() - (System.nanoTime() - start))
                    .min()
                    .orElse(Long.MAX_VALUE);
        }
    }

    private void expire() {
        while (oldest(silent) <= 0) {
            dropOldest(silent);
        }
        while (oldest(handshakes) <= 0) {
            dropOldest(handshakes);
        }
    }

    private static boolean dropOldest(Map<SocketChannel, Long> since) {
        synchronized (since) {
            Iterator<SocketChannel> each = since.keySet().iterator();
            if (!each.hasNext()) {
                return false;
            }
            close(each.next());
            each.remove();
            return true;
        }
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // It is given up either way.
            return;
        }
    }
}
