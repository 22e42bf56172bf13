package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The source emulator's migration stream: taken on a Unix socket, filtered, and passed to the peer; and the return path. The
 * emulator waits while the peer takes nothing.
 */
final class OutgoingStream implements Closeable {
    private final Path path;
    private final ServerSocketChannel server;
    private final StreamFilter filter;
    private final MoveLink link;
    private final Watch watch;
    private Optional<SocketChannel> emulator = Optional.empty();
    private boolean closed;

    private OutgoingStream(Path path, ServerSocketChannel server, StreamFilter filter, MoveLink link, Watch watch) {
        this.path = path;
        this.server = server;
        this.filter = filter;
        this.link = link;
        this.watch = watch;
    }

    /** Listens, for one connection; a failure is said to the watch. */
    static OutgoingStream listen(Path path, StreamFilter filter, MoveLink link, Watch watch) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(path);
            server.bind(UnixDomainSocketAddress.of(path), 1);
            OutgoingStream stream = new OutgoingStream(path, server, filter, link, watch);
            Thread thread = new Thread(stream::pump, "move-stream");
            thread.setDaemon(true);
            thread.start();
            return stream;
        } catch (IOException e) {
            server.close();
            throw RelayException.of("listen on " + path, e);
        }
    }

    FilterStatistics statistics() {
        return filter.statistics();
    }

    private void pump() {
        // Left open when this fails: the emulator's own failure has to come after it was said why.
        try {
            SocketChannel from = server.accept();
            synchronized (this) {
                emulator = Optional.of(from);
                if (closed) {
                    from.close();
                    return;
                }
            }
            server.close();
            filter.filter(from, new FrameChannel(link));
            link.send(MoveLink.Type.STREAM_END);
        } catch (StreamFormatException e) {
            watch.put(
                    Watch.Kind.TRANSFER_FAILED,
                    new RelayException(RelayException.Code.REFUSED, String.valueOf(e.getMessage()), e));
        } catch (IOException e) {
            watch.put(Watch.Kind.TRANSFER_FAILED, RelayException.of("pass the migration stream on", e));
        } catch (RuntimeException e) {
            watch.put(
                    Watch.Kind.TRANSFER_FAILED,
                    new RelayException(RelayException.Code.IO, "a mistake in the relay: " + e, e));
        }
    }

    /** Bytes of the return path. The emulator may have closed it already, and says itself what that means. */
    void back(ByteBuffer bytes) {
        Optional<SocketChannel> to;
        synchronized (this) {
            to = emulator;
        }
        try {
            while (to.isPresent() && bytes.hasRemaining()) {
                to.get().write(bytes);
            }
        } catch (IOException e) {
            return;
        }
    }

    /** Cuts the emulator off, both ways. */
    @Override
    public void close() throws IOException {
        Optional<SocketChannel> open;
        synchronized (this) {
            closed = true;
            open = emulator;
        }
        server.close();
        if (open.isPresent()) {
            open.get().close();
        }
        Files.deleteIfExists(path);
    }
}
