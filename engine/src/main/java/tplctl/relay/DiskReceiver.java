package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Receives the content of files that exist, in place: the emulator has them open, and reads them when it takes over. What a
 * file held before is dropped; what is not sent becomes a hole.
 */
final class DiskReceiver implements Closeable {
    private final List<Path> files;
    private Optional<Incoming> current = Optional.empty();
    private int finished;

    DiskReceiver(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** One file on its way. */
    private static final class Incoming {
        private final Path path;
        private final long size;
        private final RandomAccessFile file;
        private final MessageDigest digest = FileFrames.sha256();
        private long at;

        private Incoming(Path path, long size) throws IOException {
            this.path = path;
            this.size = size;
            this.file = new RandomAccessFile(path.toFile(), "rw");
        }
    }

    /** A {@link MoveLink.Type#DISK}: the next file begins. */
    void begin(ByteBuffer payload) throws IOException {
        int number = payload.remaining() == Integer.BYTES + Long.BYTES ? payload.getInt() : -1;
        if (current.isPresent() || number != finished || number >= files.size()) {
            throw broken("a disk that is none of the " + files.size() + " expected");
        }
        long size = payload.getLong();
        Path path = files.get(number);
        try {
            if (!java.nio.file.Files.isRegularFile(path)) {
                throw new IOException("there is no such file, and it has to be the emulator's");
            }
            Incoming next = new Incoming(path, size);
            current = Optional.of(next);
            next.file.setLength(0);
            next.file.setLength(size);
        } catch (IOException e) {
            throw RelayException.of("write the disk " + path, e);
        }
    }

    /** A {@link MoveLink.Type#DISK_DATA}. */
    void data(ByteBuffer payload) throws IOException {
        Incoming to = current.orElseThrow(() -> broken("a disk's data before the disk"));
        long offset = payload.remaining() > Long.BYTES ? payload.getLong() : -1;
        if (offset < to.at || offset > to.size - payload.remaining()) {
            throw broken(payload.remaining() + " bytes at " + offset + " of a disk of " + to.size + ", after " + to.at);
        }
        FileFrames.updateZeros(to.digest, offset - to.at);
        to.digest.update(payload.duplicate());
        to.at = offset + payload.remaining();
        try {
            for (long at = offset; payload.hasRemaining(); ) {
                at += to.file.getChannel().write(payload, at);
            }
        } catch (IOException e) {
            throw RelayException.of("write the disk " + to.path, e);
        }
    }

    /** A {@link MoveLink.Type#DISK_END}: the file is whole, and outlasts a power cut. */
    void end(ByteBuffer payload) throws IOException {
        Incoming to = current.orElseThrow(() -> broken("a disk's end before the disk"));
        FileFrames.updateZeros(to.digest, to.size - to.at);
        byte[] expected = new byte[payload.remaining()];
        payload.get(expected);
        if (!Arrays.equals(to.digest.digest(), expected)) {
            throw new RelayException(
                    RelayException.Code.DIGEST, "the disk " + to.path + " did not arrive as it was sent");
        }
        try {
            to.file.getChannel().force(true);
        } catch (IOException e) {
            throw RelayException.of("write the disk " + to.path, e);
        }
        to.file.close();
        current = Optional.empty();
        finished++;
    }

    /** Throws unless all files have arrived. */
    void requireAll() throws RelayException {
        if (finished != files.size()) {
            throw broken("only " + finished + " of " + files.size() + " disks");
        }
    }

    private static RelayException broken(String what) {
        return new RelayException(RelayException.Code.PEER, "the other relay sent what makes no sense: " + what);
    }

    @Override
    public void close() throws IOException {
        if (current.isPresent()) {
            current.get().file.close();
        }
    }
}
