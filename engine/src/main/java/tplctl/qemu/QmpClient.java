package tplctl.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import tplctl.host.Duplex;
import tplctl.host.HostInterruptedException;

/**
 * A QMP connection to one emulator. Any number of threads may call it at once.
 *
 * <p>An emulator serves one client at a time on a QMP socket; a second one gets no greeting until the first is closed.
 *
 * <p>One daemon thread reads. It runs no caller's code, so no caller can stop replies from arriving. What is not asked for
 * is bounded: lines at 16 MiB, which ends the connection, and kept events at 1024, of which the oldest make way.
 */
public final class QmpClient implements AutoCloseable {
    private static final int LINE_LIMIT = 16 << 20;
    private static final int EVENTS_KEPT = 1024;
    private static final String CLOSED = "the emulator closed QMP; its log may say why";

    /** A moment in the stream of events. */
    public record Mark(long nextEvent) {}

    private final Duplex duplex;
    private final String name;
    private final QmpReplies replies = new QmpReplies();
    private final CompletableFuture<QmpVersion> greeting = new CompletableFuture<>();
    private final QmpEvents events;
    private final ReentrantLock passing = new ReentrantLock();

    private QmpClient(Duplex duplex, String name, int eventsKept) {
        this.duplex = duplex;
        this.name = name;
        this.events = new QmpEvents(eventsKept);
    }

    /**
     * Waits for the greeting and leaves the mode in which only capabilities are negotiated. Enables none of them.
     *
     * @param duplex to the emulator's QMP socket; closed by this client, also when connecting fails
     * @param name of the emulator, for messages
     * @throws QmpTimeoutException when there was no greeting, or no answer, within {@code limit}
     * @throws QmpConnectionException when the other end closed or is no QMP server
     */
    public static QmpClient connect(Duplex duplex, String name, Duration limit) {
        return connect(duplex, name, limit, LINE_LIMIT, EVENTS_KEPT);
    }

    static QmpClient connect(Duplex duplex, String name, Duration limit, int lineLimit, int eventsKept) {
        QmpClient client = new QmpClient(duplex, name, eventsKept);
        boolean connected = false;
        try {
            long deadline = System.nanoTime() + limit.toNanos();
            Thread reader = new Thread(() -> client.read(lineLimit), "qmp-" + name);
            reader.setDaemon(true);
            reader.start();
            client.await(
                    client.greeting, "greeting (QMP serves one client at a time: is there another?)", deadline, limit);
            client.execute("qmp_capabilities", new JsonObject(), Duration.ofNanos(deadline - System.nanoTime()));
            connected = true;
            return client;
        } finally {
            if (!connected) {
                client.close();
            }
        }
    }

    /** As the greeting said. */
    public QmpVersion version() {
        return greeting.join();
    }

    /**
     * Executes a command and returns what it returns, most often an object.
     *
     * @throws QmpException when the emulator refused it
     * @throws QmpTimeoutException when it was not answered in time; it may be executed later
     * @throws QmpConnectionException when the connection ended first
     */
    public JsonElement execute(String command, JsonObject arguments, Duration limit) {
        return executeAll(List.of(new QmpCommand(command, arguments)), limit).get(0);
    }

    /**
     * Executes commands in their order, sent in one write. All are executed, also those after one that fails.
     *
     * @return what each returned
     * @throws QmpException the first refusal, when all were answered; the others are its suppressed exceptions
     */
    public List<JsonElement> executeAll(List<QmpCommand> commands, Duration limit) {
        return commands.isEmpty() ? List.of() : send(commands, limit);
    }

    /**
     * Executes a command that takes the descriptor sent along with it, such as {@code getfd} or {@code add-fd}. The emulator
     * gets a copy; the caller may close its own afterwards.
     *
     * @throws IllegalArgumentException when the connection cannot pass descriptors
     */
    public JsonElement executeWithDescriptor(
            String command, JsonObject arguments, FileDescriptor descriptor, Duration limit) {
        if (!duplex.passesDescriptors()) {
            throw new IllegalArgumentException(name + ": this connection cannot pass a descriptor to " + command);
        }
        // The emulator keeps only the last received descriptor (tcp_chr_recv), so each waits for the one before it.
        try {
            if (!passing.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new QmpTimeoutException(name, "QMP " + command + ": another descriptor is still being passed");
            }
        } catch (InterruptedException e) {
            throw interrupted(command);
        }
        try {
            return send(List.of(new QmpCommand(command, arguments)), limit, descriptor)
                    .get(0);
        } finally {
            passing.unlock();
        }
    }

    /** The present moment, to be taken before doing what causes an event. */
    public Mark mark() {
        return new Mark(events.next());
    }

    /**
     * The first wanted event since {@code since}, whether it came already or is still to come.
     *
     * @param wanted runs on the caller's thread
     * @throws QmpTimeoutException when it did not come in time
     * @throws QmpConnectionException when the connection ended first
     */
    public QmpEvent awaitEvent(Mark since, Predicate<QmpEvent> wanted, Duration limit) {
        Optional<QmpEvent> found;
        try {
            found = events.await(since.nextEvent(), wanted, System.nanoTime() + limit.toNanos());
        } catch (InterruptedException e) {
            throw interrupted("event");
        }
        return found.orElseThrow(() -> {
            Optional<QmpConnectionException> failed = replies.failure();
            return failed.isPresent() ? failed.get().without("event") : tooLate(since, limit);
        });
    }

    /** How many events made way for newer ones. */
    public long droppedEvents() {
        return events.dropped();
    }

    /** How many replies nobody waited for: late ones, mostly. */
    public long unknownReplies() {
        return replies.unknown();
    }

    /** Disconnects; what waits fails. The emulator runs on. Idempotent. */
    @Override
    public void close() {
        fail(new QmpConnectionException(name, "QMP was closed on our side"));
        duplex.close();
    }

    private List<JsonElement> send(List<QmpCommand> commands, Duration limit, FileDescriptor... passed) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<QmpReplies.Expected> expected = new ArrayList<>();
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (QmpCommand command : commands) {
                QmpReplies.Expected one = replies.expect();
                expected.add(one);
                bytes.writeBytes(QmpCodec.encode(command, one.id()));
            }
            write(bytes.toByteArray(), passed);
            return values(commands, expected, deadline, limit);
        } finally {
            expected.forEach(replies::forget);
        }
    }

    private void write(byte[] bytes, FileDescriptor... passed) {
        // The sockets of Java are closed by a write of an interrupted thread.
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted("command");
        }
        if (replies.failure().isPresent()) {
            return;
        }
        try {
            duplex.send(bytes, passed);
        } catch (IOException e) {
            fail(new QmpConnectionException(name, CLOSED, e));
        }
    }

    private List<JsonElement> values(
            List<QmpCommand> commands, List<QmpReplies.Expected> expected, long deadline, Duration limit) {
        List<JsonElement> values = new ArrayList<>();
        List<QmpException> refusals = new ArrayList<>();
        for (int i = 0; i < expected.size(); i++) {
            String command = commands.get(i).name();
            QmpMessage reply = await(expected.get(i).reply(), "answer to QMP " + command, deadline, limit);
            if (reply instanceof QmpMessage.Success success) {
                values.add(success.value());
            } else if (reply instanceof QmpMessage.Failure refused) {
                refusals.add(new QmpException(name, command, refused.errorClass(), refused.desc()));
            }
        }
        if (!refusals.isEmpty()) {
            QmpException first = refusals.get(0);
            refusals.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
        return List.copyOf(values);
    }

    private <T> T await(CompletableFuture<T> future, String what, long deadline, Duration limit) {
        try {
            return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new QmpTimeoutException(name, "no " + what + " within " + limit.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QmpConnectionException failed) {
                throw failed.without(what);
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw interrupted(what);
        }
    }

    private void read(int lineLimit) {
        LineReader lines = new LineReader(duplex.in(), lineLimit);
        try {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                receive(line.get());
            }
            fail(new QmpConnectionException(name, CLOSED));
        } catch (LineReader.LineTooLongException | JsonParseException e) {
            fail(new QmpConnectionException(name, "what it sends is no QMP: " + e.getMessage(), e));
            duplex.close();
        } catch (IOException e) {
            fail(new QmpConnectionException(name, CLOSED, e));
        }
    }

    private void receive(String line) {
        QmpMessage message = QmpCodec.decode(line);
        if (message instanceof QmpMessage.Event event) {
            events.add(event.event());
        } else if (message instanceof QmpMessage.Greeting hello) {
            greeting.complete(hello.version());
        } else if (message instanceof QmpMessage.Success success) {
            replies.deliver(success.id(), success);
        } else if (message instanceof QmpMessage.Failure refused) {
            if (refused.id() == QmpCodec.NO_ID) {
                throw new JsonParseException("it could not read a command: " + refused.desc());
            }
            replies.deliver(refused.id(), refused);
        }
    }

    private void fail(QmpConnectionException why) {
        replies.fail(why);
        greeting.completeExceptionally(why);
        events.end();
    }

    private QmpTimeoutException tooLate(Mark since, Duration limit) {
        long lost = Math.max(0, events.dropped() - since.nextEvent());
        String unseen = lost == 0 ? "" : "; " + lost + " events were dropped unseen, it may have been one of them";
        return new QmpTimeoutException(name, "no such event within " + limit.toMillis() + " ms" + unseen);
    }

    private HostInterruptedException interrupted(String what) {
        Thread.currentThread().interrupt();
        return new HostInterruptedException(name, "QMP " + what, "interrupted");
    }
}
