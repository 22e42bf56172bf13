package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * QMP with one emulator (QEMU, docs/interop/qmp-spec.rst) over its Unix socket, one command after the other. One thread uses
 * it; any may close it, which ends a wait with an error.
 */
final class QmpLink implements Closeable {
    /** The emulator refused a command. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        RefusedException(String command, Json error) {
            super(command + ": " + error.text("class").orElse("?") + ": "
                    + error.text("desc").orElse("?"));
        }
    }

    private static final int LONGEST_LINE = 16 << 20;
    private static final int REMEMBERED_EVENTS = 1000;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer chunk = ByteBuffer.allocate(64 << 10).limit(0);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<Json> events = new ArrayDeque<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private long lastId;

    private QmpLink(SocketChannel channel, Selector selector, SelectionKey key) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    /** Connects, reads the greeting and leaves negotiation. */
    static QmpLink open(Path socket, Duration limit) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean done = false;
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            QmpLink link = new QmpLink(channel, selector, key);
            if (link.read(deadline(limit)).at("QMP").isEmpty()) {
                throw new RelayException(RelayException.Code.IO, socket + " did not greet as QMP does");
            }
            link.execute("qmp_capabilities", Json.object(Map.of()), limit);
            done = true;
            return link;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /**
     * The value that a command returns.
     *
     * @throws RefusedException when the emulator does not do it
     * @throws RelayException when it does not answer in time
     */
    Json execute(String command, Json arguments, Duration limit) throws IOException {
        long id = ++lastId;
        Json request =
                Json.object(Map.of("execute", Json.string(command), "arguments", arguments, "id", Json.number(id)));
        long deadline = deadline(limit);
        write((request + "\n").getBytes(StandardCharsets.UTF_8), deadline);
        while (true) {
            Json said = read(deadline);
            if (isAnswer(said, id)) {
                Optional<Json> error = said.at("error");
                if (error.isPresent()) {
                    throw new RefusedException(command, error.get());
                }
                return said.at("return").orElse(Json.object(Map.of()));
            }
            note(said);
        }
    }

    /** The first event, of those that came and were not taken yet or of those to come, that is wanted; the others stay. */
    Json awaitEvent(Predicate<Json> wanted, Duration limit) throws IOException {
        Optional<Json> known = events.stream().filter(wanted).findFirst();
        if (known.isPresent()) {
            events.remove(known.get());
            return known.get();
        }
        long deadline = deadline(limit);
        while (true) {
            Json said = read(deadline);
            if (said.at("event").isPresent() && wanted.test(said)) {
                return said;
            }
            note(said);
        }
    }

    /** The next event; empty when none came in time, or {@link #wake} was called. */
    Optional<Json> nextEvent(Duration limit) throws IOException {
        long deadline = deadline(limit);
        while (events.isEmpty()) {
            Optional<Json> said = buffered();
            if (said.isPresent()) {
                note(said.get());
                continue;
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (woken.getAndSet(false) || left <= 0) {
                return Optional.empty();
            }
            select(SelectionKey.OP_READ, left);
            fill();
        }
        return Optional.of(events.remove());
    }

    /** Ends a wait of {@link #nextEvent}, or the next one. Any thread may call it. */
    void wake() {
        woken.set(true);
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }

    /** What the emulator could not even read as a command it answers without an id. */
    private static boolean isAnswer(Json said, long id) {
        return said.integer("id").equals(Optional.of(id))
                || (said.at("id").isEmpty() && said.at("error").isPresent());
    }

    private void note(Json said) {
        if (said.at("event").isPresent()) {
            events.add(said);
            if (events.size() > REMEMBERED_EVENTS) {
                events.remove();
            }
        }
    }

    private Json read(long deadline) throws IOException {
        while (true) {
            Optional<Json> said = buffered();
            if (said.isPresent()) {
                return said.get();
            }
            await(SelectionKey.OP_READ, deadline);
            fill();
        }
    }

    private Optional<Json> buffered() throws RelayException {
        while (chunk.hasRemaining()) {
            byte next = chunk.get();
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                return Optional.of(parse(text));
            }
            line.write(next);
        }
        if (line.size() > LONGEST_LINE) {
            throw new RelayException(RelayException.Code.IO, "QMP: a line is longer than " + LONGEST_LINE + " bytes");
        }
        return Optional.empty();
    }

    private void fill() throws IOException {
        chunk.clear();
        int n = channel.read(chunk);
        chunk.flip();
        if (n < 0) {
            throw new RelayException(RelayException.Code.IO, "QMP: the emulator closed the connection");
        }
    }

    private static Json parse(String text) throws RelayException {
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RelayException(RelayException.Code.IO, "QMP: " + e.getMessage(), e);
        }
    }

    private void write(byte[] bytes, long deadline) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (channel.write(rest) >= 0 && rest.hasRemaining()) {
            await(SelectionKey.OP_WRITE, deadline);
        }
    }

    private void await(int what, long deadline) throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || (select(what, left) == 0 && deadline - System.nanoTime() <= 0)) {
            throw new RelayException(RelayException.Code.TIMEOUT, "QMP: the emulator did not answer in time");
        }
    }

    private int select(int what, long milliseconds) throws IOException {
        try {
            key.interestOps(what);
            int ready = selector.select(milliseconds);
            selector.selectedKeys().clear();
            return ready;
        } catch (CancelledKeyException | ClosedSelectorException e) {
            throw new RelayException(RelayException.Code.CANCELLED, "QMP: the connection was given up", e);
        }
    }

    private static long deadline(Duration limit) {
        return System.nanoTime() + limit.toNanos();
    }
}
