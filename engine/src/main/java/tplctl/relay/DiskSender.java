package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;

/** Sends files that nobody writes any more into those of a {@link DiskReceiver}, without their zeros. */
final class DiskSender {
    private static final int CHUNK = MoveLink.LONGEST - FileFrames.BLOCK;

    private final MoveLink link;
    private final Teller teller;
    private final byte[] chunk = new byte[CHUNK];
    private final byte[] payload = new byte[MoveLink.LONGEST];

    DiskSender(MoveLink link, Teller teller) {
        this.link = link;
        this.teller = teller;
    }

    /** Returns how many bytes of content were sent. */
    long send(List<Path> files) throws IOException {
        long sent = 0;
        for (int i = 0; i < files.size(); i++) {
            sent += send(i, files.get(i));
        }
        return sent;
    }

    private long send(int number, Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = file.size();
            MessageDigest digest = FileFrames.sha256();
            MoveLink.buffer(payload, Integer.BYTES + Long.BYTES).putInt(number).putLong(size);
            link.send(MoveLink.Type.DISK, payload, Integer.BYTES + Long.BYTES);
            long sent = 0;
            for (long at = 0; at < size; ) {
                int n = file.read(ByteBuffer.wrap(chunk), at);
                if (n <= 0) {
                    throw new IOException("it became shorter than " + size + " bytes while it was read");
                }
                digest.update(chunk, 0, n);
                sent += sendData(at, n);
                at += n;
                teller.progress(at, size);
            }
            byte[] sum = digest.digest();
            link.send(MoveLink.Type.DISK_END, sum, sum.length);
            return sent;
        } catch (IOException e) {
            throw RelayException.of("copy the disk " + path, e);
        }
    }

    private long sendData(long at, int length) throws IOException {
        long sent = 0;
        for (int from = 0; from < length; ) {
            int end = from;
            while (end < length && !isZero(end, length)) {
                end = Math.min(end + FileFrames.BLOCK, length);
            }
            if (end == from) {
                from += FileFrames.BLOCK;
                continue;
            }
            MoveLink.buffer(payload, Long.BYTES).putLong(at + from);
            System.arraycopy(chunk, from, payload, Long.BYTES, end - from);
            link.send(MoveLink.Type.DISK_DATA, payload, Long.BYTES + end - from);
            sent += end - from;
            from = end;
        }
        return sent;
    }

    private boolean isZero(int from, int length) {
        return FileFrames.isZero(chunk, from, Math.min(from + FileFrames.BLOCK, length));
    }
}
