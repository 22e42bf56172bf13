package tplctl.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Connections to Unix sockets of this machine. */
final class UnixSockets {
    /** Linux takes 107 bytes, sun_path in unix(7) less its final NUL; Java's own sockets take one less. */
    private static final int LONGEST_PATH = 106;

    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LAST_PAUSE_NANOS = 20_000_000;

    /** One attempt to connect. */
    @FunctionalInterface
    interface Connector {
        Duplex connect(String path) throws IOException;
    }

    private final String host;

    UnixSockets(String host) {
        this.host = host;
    }

    Duplex open(String path, Duration patience, String attempted, Runnable check, Connector connector) {
        refuseLong(host, path, attempted);
        long start = System.nanoTime();
        while (true) {
            check.run();
            String problem;
            try {
                return connector.connect(path);
            } catch (IOException e) {
                problem = absence(path, e, attempted);
            }
            long waited = System.nanoTime() - start;
            if (waited >= patience.toNanos()) {
                throw new NobodyListensException(
                        host, attempted, problem + (patience.isZero() ? "" : " after " + patience.toMillis() + " ms"));
            }
            // About 1 ms at first, for a start that is being measured; seldom later, for one that hangs.
            LockSupport.parkNanos(Math.max(FIRST_PAUSE_NANOS, Math.min(LAST_PAUSE_NANOS, waited / 50)));
        }
    }

    static void refuseLong(String host, String path, String attempted) {
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new HostException(
                    host,
                    attempted,
                    "the path has " + length + " bytes and a socket's can have at most " + LONGEST_PATH
                            + "; choose a shorter name or directory");
        }
    }

    static Duplex plain(String path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // A blocking connect would wait without limit for room in the listener's queue.
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                throw new IOException("no room in its queue");
            }
            channel.configureBlocking(true);
            return new ChannelDuplex(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static Duplex passingDescriptors(String path) throws IOException {
        return PassingDuplex.connect(path.getBytes(StandardCharsets.UTF_8));
    }

    /** Why nobody listens, if that is what is wrong. The exception does not tell: its class varies and its words are the locale's. */
    private String absence(String path, IOException e, String attempted) {
        try {
            Path socket = Path.of(path);
            if (!Files.readAttributes(socket, BasicFileAttributes.class).isOther()) {
                throw new HostException(host, attempted, "it is not a socket", e);
            }
            // Whoever may write may connect; what is left is a refusal, or a queue without room.
            if (Files.isWritable(socket)) {
                return "nobody accepts a connection there (" + e.getMessage() + ")";
            }
        } catch (NoSuchFileException missing) {
            return "there is no such socket";
        } catch (IOException unknown) {
            e.addSuppressed(unknown);
        }
        throw new HostException(host, attempted, String.valueOf(e.getMessage()), e);
    }
}
