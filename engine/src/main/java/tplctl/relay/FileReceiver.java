package tplctl.relay;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.net.ssl.SSLException;

/**
 * Receives a file from a {@link FileSender}. It gets its name when all of it has arrived and has the digest that was told;
 * of anything less nothing stays behind.
 */
public final class FileReceiver {
    /** A sender says something twice a second, whatever it finds. */
    private static final int SILENCE_MILLIS = 60_000;

    private static final int DRAIN_MILLIS = 2_000;
    private static final int LONGEST_TEXT = 4000;

    private final PeerConnection peer;
    private final Job job;
    private final MessageDigest digest = FileFrames.sha256();
    private long at;
    private long received;

    public FileReceiver(PeerConnection peer, Job job) {
        this.peer = peer;
        this.job = job;
    }

    /**
     * Returns when the file has its name, and the sender was told.
     *
     * @param mode the permission bits
     * @param sha256 of the content, in lower-case hex
     * @return how many bytes were received, TLS's own share not counted
     */
    public long receive(Path path, long size, int mode, String sha256) throws IOException {
        try {
            peer.patience(SILENCE_MILLIS);
            try (PartFile part = PartFile.create(path, size)) {
                receiveAll(part, size, sha256);
                job.checkCancelled();
                part.publish(mode);
            }
            peer.out().writeByte(FileFrames.KEPT);
            peer.out().flush();
            return received;
        } catch (IOException e) {
            RelayException known = RelayException.of("receive " + path, e);
            tellFailure(known);
            throw known;
        }
    }

    private void receiveAll(PartFile part, long size, String sha256) throws IOException {
        byte[] chunk = new byte[FileFrames.CHUNK];
        while (true) {
            int kind = fromPeer(size, DataInputStream::readUnsignedByte);
            received++;
            switch (kind) {
                case FileFrames.DATA -> {
                    int length = fromPeer(size, in -> readData(in, size, chunk));
                    digest.update(chunk, 0, length);
                    part.write(at, chunk, length);
                    at += length;
                }
                case FileFrames.ZERO -> {
                    zerosTo(fromPeer(size, DataInputStream::readLong), size);
                    received += Long.BYTES;
                }
                case FileFrames.END -> {
                    zerosTo(size, size);
                    checkDigest(sha256);
                    return;
                }
                case FileFrames.ABORT ->
                    throw new RelayException(
                            RelayException.Code.PEER, "the sender gave up: " + fromPeer(size, in -> in.readUTF()));
                default -> throw broken("a frame of type " + kind);
            }
            job.progress(at, size);
        }
    }

    /** Something that is read from the peer; its failures are the peer's, while those of writing are this host's. */
    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    private <T> T fromPeer(long size, Reading<T> reading) throws RelayException {
        try {
            return reading.from(peer.in());
        } catch (RelayException e) {
            throw e;
        } catch (EOFException | SSLException | java.net.SocketException | java.nio.channels.ClosedChannelException e) {
            throw new RelayException(
                    RelayException.Code.PEER, "the connection ended after " + at + " of " + size + " bytes", e);
        } catch (InterruptedIOException e) {
            throw new RelayException(
                    RelayException.Code.PEER,
                    "the sender has been silent for " + SILENCE_MILLIS / 1000 + " s after " + at + " of " + size
                            + " bytes",
                    e);
        } catch (IOException e) {
            throw new RelayException(RelayException.Code.PEER, "the connection to the sender: " + e.getMessage(), e);
        }
    }

    private int readData(DataInputStream in, long size, byte[] chunk) throws IOException {
        long offset = in.readLong();
        int length = in.readInt();
        if (length < 1 || length > chunk.length || offset < 0 || offset > size - length) {
            throw broken(length + " bytes at " + offset + " of a file of " + size);
        }
        zerosTo(offset, size);
        in.readFully(chunk, 0, length);
        received += Long.BYTES + Integer.BYTES + length;
        return length;
    }

    private void zerosTo(long offset, long size) throws RelayException {
        if (offset < at || offset > size) {
            throw broken("the offset " + offset + " after " + at);
        }
        FileFrames.updateZeros(digest, offset - at);
        at = offset;
    }

    private void checkDigest(String sha256) throws RelayException {
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(sha256)) {
            throw new RelayException(
                    RelayException.Code.DIGEST, "what arrived has the SHA-256 " + actual + " and not " + sha256);
        }
    }

    private static RelayException broken(String what) {
        return new RelayException(RelayException.Code.PEER, "the sender sent what makes no sense: " + what);
    }

    /** Says why, and goes on reading for a moment: a connection closed with unread data is reset, and the words with it. */
    private void tellFailure(RelayException e) {
        try {
            String text = String.valueOf(e.getMessage());
            peer.out().writeByte(FileFrames.FAILED);
            peer.out().writeUTF(e.code().name());
            peer.out().writeUTF(text.substring(0, Math.min(text.length(), LONGEST_TEXT)));
            peer.out().flush();
            peer.patience(DRAIN_MILLIS);
            long start = System.nanoTime();
            byte[] rest = new byte[FileFrames.CHUNK];
            while ((System.nanoTime() - start) / 1_000_000 < DRAIN_MILLIS
                    && peer.in().read(rest) >= 0) {
                // What is not wanted any more.
            }
        } catch (IOException gone) {
            e.addSuppressed(gone);
        }
    }
}
