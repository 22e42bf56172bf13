package tplctl.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The commands of an {@link Agent}: they move files and machines. Certificates are base64 of DER, sizes bytes in decimal, modes octal and
 * digests SHA-256 in lower-case hex.
 *
 * <table>
 * <caption>what each takes and answers</caption>
 * <tr><td>{@code identity}<td>→ this end's certificate; always the same
 * <tr><td>{@code listen ADDRESS FIRST LAST CERTIFICATE}<td>→ the port. Lets exactly that peer in; once for each agent
 * <tr><td>{@code receive CHANNEL PATH SIZE MODE SHA256}<td>→ bytes received. Waits two minutes for the peer to connect
 * <tr><td>{@code send ADDRESS PORT CERTIFICATE CHANNEL PATH SIZE SHA256}<td>→ bytes sent
 * <tr><td>{@code warm-up MEMORY…}<td>→ nothing. Does ahead of a migration what it would have to wait for: one is rehearsed, and those
 * templates' memory files are read on. A migration that begins meanwhile waits for it, at most four seconds
 * <tr><td>{@code migrate-in CHANNEL QMP INCOMING_SOCKET LOG INCOMING_MARK UP_MARK STALE_MARK LIMIT DISK…}<td>→ {@code
 * running}. {@link DestinationPlan} says what the fields are, in this order; an empty one is none
 * <tr><td>{@code migrate-out ADDRESS PORT CERTIFICATE CHANNEL QMP MODE VIA BLOCKS [BLOCK MEMORY]… MOVING_MARK MOVED_MARK
 * MARK LIMIT STOPPED_LIMIT DISK…}<td>→ {@code NAME=VALUE…}, see {@link SourceReport}. {@link SourcePlan} says what the fields are;
 * limits are seconds, and BLOCKS
 * counts the pairs behind it. Meanwhile {@code phase} and one of {@code memory}, {@code disks}, {@code switch-over}, {@code
 * completed}; twice a second {@code ram LEFT SENT TOTAL} in bytes; {@code progress} for each disk
 * </table>
 *
 * A channel is a name that the controller gives to a {@code send} and the {@code receive} that belongs to it, and to the two
 * sides of a migration.
 */
public final class Commands {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration ARRIVAL = Duration.ofMinutes(2);

    private final OpenTemplates templates = new OpenTemplates();
    private final ReentrantLock warming = new ReentrantLock();
    private Optional<Identity> identity = Optional.empty();
    private Optional<PeerListener> listener = Optional.empty();

    private Commands() {}

    /** Fresh ones, by name; the map is the caller's, to add others. */
    public static Map<String, Command> all() {
        Commands commands = new Commands();
        Map<String, Command> all = new HashMap<>();
        all.put("identity", (job, fields) -> commands.tellIdentity(Arguments.of(fields)));
        all.put("listen", (job, fields) -> commands.listen(Arguments.of(fields)));
        all.put("receive", (job, fields) -> commands.receive(job, Arguments.of(fields)));
        all.put("send", (job, fields) -> commands.send(job, Arguments.of(fields)));
        all.put("warm-up", (job, fields) -> commands.warmUp(job, Arguments.of(fields)));
        all.put("migrate-in", (job, fields) -> commands.migrateIn(job, Arguments.of(fields)));
        all.put("migrate-out", (job, fields) -> commands.migrateOut(job, Arguments.of(fields)));
        return all;
    }

    private synchronized Identity identity() {
        Identity known = identity.orElseGet(Identity::create);
        identity = Optional.of(known);
        return known;
    }

    private synchronized PeerListener listener() throws RelayException {
        return listener.orElseThrow(
                () -> new RelayException(RelayException.Code.USAGE, "nobody listens yet: give a listen command first"));
    }

    private List<String> tellIdentity(Arguments arguments) throws RelayException {
        arguments.end();
        return List.of(identity().encoded());
    }

    private synchronized List<String> listen(Arguments arguments) throws IOException {
        InetAddress address = address(arguments.text("ADDRESS"));
        int first = arguments.port("FIRST");
        int last = arguments.port("LAST");
        PinnedTls tls = new PinnedTls(identity(), Identity.certificate(arguments.text("CERTIFICATE")));
        arguments.end();
        if (listener.isPresent()) {
            throw new RelayException(RelayException.Code.USAGE, "this agent listens already");
        }
        PeerListener open = PeerListener.open(address, first, last, tls, PeerListener.Limits.USUAL);
        listener = Optional.of(open);
        return List.of(Integer.toString(open.port()));
    }

    private List<String> receive(Job job, Arguments arguments) throws IOException, InterruptedException {
        String channel = arguments.text("CHANNEL");
        Path path = path(arguments.text("PATH"));
        long size = arguments.number("SIZE", 0, Long.MAX_VALUE);
        int mode = arguments.mode("MODE");
        String sha256 = arguments.digest("SHA256");
        arguments.end();
        try (PeerConnection peer = listener().take(channel, ARRIVAL)) {
            job.onCancel(peer::abort);
            long received = new FileReceiver(peer, job).receive(path, size, mode, sha256);
            return List.of(Long.toString(received));
        }
    }

    private List<String> send(Job job, Arguments arguments) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(arguments.text("ADDRESS"), arguments.port("PORT"));
        PinnedTls tls = new PinnedTls(identity(), Identity.certificate(arguments.text("CERTIFICATE")));
        String channel = arguments.text("CHANNEL");
        Path path = path(arguments.text("PATH"));
        long size = arguments.number("SIZE", 0, Long.MAX_VALUE);
        String sha256 = arguments.digest("SHA256");
        arguments.end();
        try (PeerConnection peer = tls.connect(address, channel, CONNECT, job)) {
            return List.of(Long.toString(new FileSender(peer, job).send(path, size, sha256)));
        }
    }

    private List<String> warmUp(Job job, Arguments arguments) throws IOException, InterruptedException {
        warming.lockInterruptibly();
        try {
            List<Path> memories = new ArrayList<>();
            while (arguments.more()) {
                memories.add(path(arguments.text("MEMORY")));
            }
            for (Path each : memories) {
                templates.readAhead(each);
            }
            WarmUp.cipher();
            WarmUp.move(identity(), memories.stream().findFirst(), job);
            return List.of();
        } finally {
            warming.unlock();
        }
    }

    /** What was begun to save time is not to take it from the migration; nor is the other relay to take this one for dead. */
    private void awaitWarm() throws InterruptedException {
        if (warming.tryLock(WARM_UP.toSeconds(), TimeUnit.SECONDS)) {
            warming.unlock();
        }
    }

    private List<String> migrateIn(Job job, Arguments arguments) throws IOException, InterruptedException {
        String channel = arguments.text("CHANNEL");
        DestinationPlan plan = MoveCommands.destination(arguments);
        PeerConnection peer;
        try {
            awaitWarm();
            peer = listener().take(channel, ARRIVAL);
        } catch (RelayException | InterruptedException e) {
            try {
                MoveCommands.apart(() -> DestinationMove.discard(plan));
            } catch (IOException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
        try {
            return MoveCommands.apart(() -> DestinationMove.run(plan, job, peer));
        } finally {
            peer.abort();
        }
    }

    private List<String> migrateOut(Job job, Arguments arguments) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(arguments.text("ADDRESS"), arguments.port("PORT"));
        PinnedTls tls = new PinnedTls(identity(), Identity.certificate(arguments.text("CERTIFICATE")));
        String channel = arguments.text("CHANNEL");
        SourcePlan plan = MoveCommands.source(arguments);
        // Of its own, so that a cancellation later does not cut the connection before the words that are due.
        Job connecting = new Job(answer -> {});
        job.onCancel(connecting::cancel);
        awaitWarm();
        PeerConnection peer = tls.connect(address, channel, CONNECT, connecting);
        try {
            connecting.commit();
            return MoveCommands.apart(() -> SourceMove.run(plan, templates, job, peer));
        } finally {
            peer.abort();
        }
    }

    private static InetAddress address(String text) throws RelayException {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new RelayException(RelayException.Code.USAGE, "the address " + text + " is unknown on this host", e);
        }
    }

    static Path path(String text) throws RelayException {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new RelayException(
                    RelayException.Code.USAGE,
                    "the locale cannot spell the path " + text + "; the relay is started with LC_ALL=C.UTF-8 for that",
                    e);
        }
        throw new RelayException(RelayException.Code.USAGE, "not an absolute path: " + text);
    }
}
