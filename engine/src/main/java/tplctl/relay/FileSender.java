package tplctl.relay;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends a file's content without its zeros. Reading takes no memory of the file's file system: a hole of tmpfs or hugetlbfs
 * stays one.
 */
public final class FileSender {
    /** Until the receiver has to have synced and named the file. */
    private static final long REPLY_SECONDS = 600;

    private static final long ALIVE_NANOS = 500_000_000;

    private final PeerConnection peer;
    private final Job job;
    private final MessageDigest digest = FileFrames.sha256();
    private long sent;
    private long spoken = System.nanoTime();

    public FileSender(PeerConnection peer, Job job) {
        this.peer = peer;
        this.job = job;
    }

    /**
     * Returns when the receiver has the whole file under its name.
     *
     * @param size what the file must have, in bytes
     * @param sha256 of its content, in lower-case hex
     * @return how many bytes were sent, TLS's own share (some 0.2 percent) not counted
     */
    public long send(Path file, long size, String sha256) throws IOException, InterruptedException {
        CompletableFuture<Optional<RelayException>> reply = new CompletableFuture<>();
        Thread reader = new Thread(() -> awaitReply(reply), "reply");
        reader.setDaemon(true);
        reader.start();
        try {
            sendAll(file, size, sha256);
        } catch (IOException e) {
            throw cause(reply, e);
        }
        return finish(reply);
    }

    private void sendAll(Path file, long size, String sha256) throws IOException {
        DataOutputStream out = peer.out();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] chunk = new byte[FileFrames.CHUNK];
            long at = 0;
            while (at < size) {
                int n = fill(in, at, chunk, (int) Math.min(chunk.length, size - at));
                if (n == 0) {
                    break;
                }
                digest.update(chunk, 0, n);
                sendData(chunk, n, at);
                at += n;
                sayWhereItIs(at);
                job.progress(at, size);
            }
            if (at != size || in.size() != size) {
                throw abort(RelayException.Code.IO, file + " has " + in.size() + " bytes and not " + size);
            }
        } catch (IOException e) {
            throw e instanceof RelayException ? e : failed("send " + file, e);
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(sha256)) {
            throw abort(
                    RelayException.Code.DIGEST,
                    file + " has the SHA-256 " + actual + " and not " + sha256 + "; it was changed after it was made");
        }
        out.writeByte(FileFrames.END);
        out.flush();
        sent++;
    }

    private static int fill(FileChannel in, long at, byte[] chunk, int wanted) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, wanted);
        while (buffer.hasRemaining()) {
            if (in.read(buffer, at + buffer.position()) < 0) {
                break;
            }
        }
        return buffer.position();
    }

    private void sendData(byte[] chunk, int length, long at) throws IOException {
        if (FileFrames.isZero(chunk, 0, length)) {
            return;
        }
        int from = 0;
        while (from < length) {
            int start = skip(chunk, from, length, true);
            int end = skip(chunk, start, length, false);
            if (end > start) {
                DataOutputStream out = peer.out();
                out.writeByte(FileFrames.DATA);
                out.writeLong(at + start);
                out.writeInt(end - start);
                out.write(chunk, start, end - start);
                sent += 13 + end - start;
                spoken = System.nanoTime();
            }
            from = end;
        }
    }

    /** The first block from {@code from} on that is not zero, or when {@code zero} is false, that is. */
    private static int skip(byte[] chunk, int from, int length, boolean zero) {
        int at = from;
        while (at < length) {
            int end = Math.min(at + FileFrames.BLOCK, length);
            if (FileFrames.isZero(chunk, at, end) != zero) {
                break;
            }
            at = end;
        }
        return at;
    }

    private void sayWhereItIs(long at) throws IOException {
        if (System.nanoTime() - spoken > ALIVE_NANOS) {
            peer.out().writeByte(FileFrames.ZERO);
            peer.out().writeLong(at);
            peer.out().flush();
            sent += 9;
            spoken = System.nanoTime();
        }
    }

    /** Reading a file and writing to the peer fail alike; only the former can still be told to the peer. */
    private RelayException failed(String attempted, IOException e) {
        RelayException known = RelayException.of(attempted, e);
        try {
            return abort(known.code(), known.getMessage());
        } catch (IOException gone) {
            known.addSuppressed(gone);
            return known;
        }
    }

    private RelayException abort(RelayException.Code code, String text) throws IOException {
        peer.out().writeByte(FileFrames.ABORT);
        peer.out().writeUTF(text);
        peer.out().flush();
        return new RelayException(code, text);
    }

    private void awaitReply(CompletableFuture<Optional<RelayException>> reply) {
        try {
            DataInputStream in = peer.in();
            int kind = in.readUnsignedByte();
            if (kind == FileFrames.KEPT) {
                reply.complete(Optional.empty());
                return;
            }
            RelayException.Code code = RelayException.Code.valueOf(in.readUTF());
            reply.complete(Optional.of(new RelayException(code, "at the receiver: " + in.readUTF())));
            // The sender may be writing into a connection that nobody reads any more.
            peer.abort();
        } catch (EOFException e) {
            reply.completeExceptionally(
                    new RelayException(RelayException.Code.PEER, "the receiver closed the connection", e));
        } catch (IOException | IllegalArgumentException e) {
            reply.completeExceptionally(new RelayException(
                    RelayException.Code.PEER, "the connection to the receiver: " + e.getMessage(), e));
        }
    }

    /** When sending failed because the receiver had given up, what the receiver said is the cause. */
    private RelayException cause(CompletableFuture<Optional<RelayException>> reply, IOException e)
            throws InterruptedException {
        RelayException known = RelayException.of("the connection to the receiver", e);
        boolean broken = !(e instanceof RelayException) || e.getCause() != null;
        if (!broken) {
            // Found here; what the receiver says by now is only that it was told.
            return known;
        }
        try {
            return reply.get(1, TimeUnit.SECONDS).orElse(known);
        } catch (ExecutionException | TimeoutException nothingSaid) {
            return known;
        }
    }

    private long finish(CompletableFuture<Optional<RelayException>> reply) throws IOException, InterruptedException {
        try {
            Optional<RelayException> failure = reply.get(REPLY_SECONDS, TimeUnit.SECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return sent;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RelayException known
                    ? known
                    : new RelayException(RelayException.Code.PEER, "the receiver: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new RelayException(
                    RelayException.Code.TIMEOUT,
                    "the receiver got all and has not said within " + REPLY_SECONDS + " s that it has the file",
                    e);
        }
    }
}
