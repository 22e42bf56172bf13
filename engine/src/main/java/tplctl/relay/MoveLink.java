package tplctl.relay;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * What two relays say to each other during a migration, on one connection: a byte for the {@link Type}, four for the length,
 * and at most {@link #LONGEST} bytes. Writing blocks while the other side takes nothing, so nothing piles up here; each
 * direction has a thread of its own at the reader's side, so the return path never waits for the stream.
 *
 * <p>Both sides say something every two seconds. Who hears nothing for ten while it listens takes the connection for dead:
 * a network that is down sends no reset.
 */
final class MoveLink implements Closeable {
    static final int LONGEST = 256 << 10;

    static final int SILENCE_MILLIS = 10_000;
    private static final long PING_NANOS = 2_000_000_000L;

    /** For the peer to take one frame; its emulator may be busy, or its disk. */
    private static final long STALL_SECONDS = 60;

    private static final int LONGEST_TEXT = 4000;

    /** What a frame holds. */
    enum Type {
        /** Nothing. */
        PING(0),
        /** Nothing: the destination's emulator waits for the stream. */
        READY(1),
        /** Bytes of the migration stream. */
        STREAM(2),
        /** Nothing: the stream has ended. */
        STREAM_END(3),
        /** Bytes of the return path. */
        RETURN(4),
        /** A file's number, from 0, and its size: four and eight bytes. */
        DISK(5),
        /** An offset, and what the file has there; offsets never go back, what is left out is zero. */
        DISK_DATA(6),
        /** SHA-256 of the file's content. */
        DISK_END(7),
        /** Nothing: the source asks whether all of the disks has arrived. */
        PREPARE(8),
        /** Nothing: it has, and the destination comes to the end without being controlled. */
        PREPARED(9),
        /** Nothing: the source's emulator has completed; the machine is the destination's. */
        COMPLETED(10),
        /** Nothing: it runs at the destination. */
        RUNNING(11),
        /** A code and a text: this side has failed; from the source also that it keeps the machine. */
        FAIL(12),
        /** A code and a text: this side ends, and does not know whose the machine is. */
        GONE(13);

        // Not searched for: it is asked for every frame.
        private static final Map<Integer, Type> BY_CODE =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(each -> each.code, each -> each));

        private final int code;

        Type(int code) {
            this.code = code;
        }

        private static Optional<Type> of(int code) {
            return Optional.ofNullable(BY_CODE.get(code));
        }
    }

    /** Whoever listens; called by one thread. */
    interface Receiver {
        /**
         * A frame has come; none of them is a PING.
         *
         * @param length of the payload, which is the array's beginning and valid during the call
         */
        void take(Type type, byte[] payload, int length) throws IOException;

        /** The connection has ended; nothing comes any more. */
        void lost(RelayException why);
    }

    private final PeerConnection peer;
    private final ReentrantLock writing = new ReentrantLock();
    private final Thread reader;
    private final Thread keeper;
    private volatile long spoken = System.nanoTime();
    private volatile boolean closed;

    private MoveLink(PeerConnection peer, Receiver receiver) {
        this.peer = peer;
        this.reader = new Thread(() -> read(receiver), "move-reader");
        this.keeper = new Thread(this::keep, "move-keeper");
        reader.setDaemon(true);
        keeper.setDaemon(true);
    }

    static MoveLink start(PeerConnection peer, Receiver receiver) throws IOException {
        peer.patience(SILENCE_MILLIS);
        MoveLink link = new MoveLink(peer, receiver);
        link.reader.start();
        link.keeper.start();
        return link;
    }

    long wireBytes() {
        return peer.wireBytes();
    }

    void send(Type type) throws IOException {
        send(type, new byte[0], 0);
    }

    /**
     * Returns when the bytes are on their way.
     *
     * @throws RelayException when the connection is broken, or takes nothing for a minute
     */
    void send(Type type, byte[] payload, int length) throws IOException {
        try {
            if (!writing.tryLock(STALL_SECONDS, TimeUnit.SECONDS)) {
                peer.abort();
                throw new RelayException(
                        RelayException.Code.TIMEOUT,
                        "the other relay, or its emulator, has taken nothing for " + STALL_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException(RelayException.Code.CANCELLED, "interrupted", e);
        }
        try {
            write(type, payload, length);
        } catch (RelayException e) {
            throw e;
        } catch (IOException e) {
            throw new RelayException(RelayException.Code.PEER, "the connection to the other relay broke", e);
        } finally {
            writing.unlock();
        }
    }

    private void write(Type type, byte[] payload, int length) throws IOException {
        DataOutputStream out = peer.out();
        out.writeByte(type.code);
        out.writeInt(length);
        out.write(payload, 0, length);
        out.flush();
        spoken = System.nanoTime();
    }

    /** Says why this side ends, unless that cannot be said any more. */
    void tell(Type type, RelayException why) {
        String text = String.valueOf(why.getMessage());
        byte[] payload = (why.code().word() + "\n" + text.substring(0, Math.min(LONGEST_TEXT, text.length())))
                .getBytes(StandardCharsets.UTF_8);
        try {
            send(type, payload, payload.length);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** What {@link #tell} said. */
    static RelayException told(byte[] payload, int length) {
        String[] words = new String(payload, 0, length, StandardCharsets.UTF_8).split("\n", 2);
        return new RelayException(
                RelayException.code(words[0]), "at the other host: " + (words.length == 2 ? words[1] : ""));
    }

    /** Waits until the other side has closed the connection. */
    void awaitEnd(Duration limit) {
        try {
            reader.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once; whoever writes wakes. */
    @Override
    public void close() throws IOException {
        closed = true;
        keeper.interrupt();
        peer.abort();
    }

    private void read(Receiver receiver) {
        byte[] payload = new byte[LONGEST];
        try {
            DataInputStream in = peer.in();
            while (true) {
                int type = in.readUnsignedByte();
                int length = in.readInt();
                Optional<Type> known = Type.of(type);
                if (known.isEmpty() || length < 0 || length > LONGEST) {
                    throw new RelayException(
                            RelayException.Code.PEER,
                            "the other relay sent what makes no sense: a frame of type " + type + " and " + length
                                    + " bytes");
                }
                in.readFully(payload, 0, length);
                if (type != Type.PING.code) {
                    receiver.take(known.get(), payload, length);
                }
            }
        } catch (RelayException e) {
            receiver.lost(e);
        } catch (InterruptedIOException e) {
            receiver.lost(new RelayException(
                    RelayException.Code.PEER,
                    "nothing was heard of the other relay for " + SILENCE_MILLIS / 1000 + " s; is the network down?",
                    e));
        } catch (EOFException e) {
            receiver.lost(new RelayException(RelayException.Code.PEER, "the other relay closed the connection", e));
        } catch (IOException e) {
            // JSSE's words for a connection that broke are about records.
            receiver.lost(new RelayException(RelayException.Code.PEER, "the connection to the other relay broke", e));
        } finally {
            abort();
        }
    }

    private void keep() {
        try {
            while (!closed) {
                long due = spoken + PING_NANOS - System.nanoTime();
                if (due > 0) {
                    TimeUnit.NANOSECONDS.sleep(due);
                } else if (writing.tryLock()) {
                    try {
                        write(Type.PING, new byte[0], 0);
                    } finally {
                        writing.unlock();
                    }
                } else {
                    // Somebody is writing, which says as much; unless he has been for too long.
                    if (-due > TimeUnit.SECONDS.toNanos(STALL_SECONDS)) {
                        abort();
                    }
                    TimeUnit.NANOSECONDS.sleep(PING_NANOS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            abort();
        }
    }

    private void abort() {
        try {
            peer.abort();
        } catch (IOException e) {
            // It is given up either way.
            return;
        }
    }

    static ByteBuffer buffer(byte[] payload, int length) {
        return ByteBuffer.wrap(payload, 0, length);
    }
}
