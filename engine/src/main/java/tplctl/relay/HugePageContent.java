package tplctl.relay;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file on hugetlbfs, which has no write(2): stores into a mapping. Mapping it shared reserves all its pages in the pool, or
 * fails (Linux, Documentation/mm/hugetlbfs_reserv.rst), so that no store can meet an empty pool, which would be a SIGBUS. As
 * with any file that a mapping made, the reservation stays with the file.
 */
final class HugePageContent implements PartFile.Content {
    /** A Java buffer has less than 2 GiB; a multiple of all huge pages up to this size. */
    private static final long WINDOW = 1L << 30;

    private final List<MappedByteBuffer> windows;

    private HugePageContent(List<MappedByteBuffer> windows) {
        this.windows = windows;
    }

    static HugePageContent of(RandomAccessFile file, long size, long pageSize) throws IOException {
        if (pageSize > WINDOW) {
            throw new RelayException(
                    RelayException.Code.USAGE, "huge pages of more than 1 GiB: " + pageSize + " bytes");
        }
        if (size % pageSize != 0) {
            throw new RelayException(
                    RelayException.Code.USAGE,
                    "a file of " + size + " bytes cannot be on hugetlbfs with pages of " + (pageSize >> 10)
                            + " KiB: its size has to be a multiple of that");
        }
        try {
            file.setLength(size);
            FileChannel channel = file.getChannel();
            List<MappedByteBuffer> windows = new ArrayList<>();
            for (long at = 0; at < size; at += WINDOW) {
                windows.add(channel.map(FileChannel.MapMode.READ_WRITE, at, Math.min(WINDOW, size - at)));
            }
            return new HugePageContent(windows);
        } catch (IOException e) {
            throw new RelayException(
                    RelayException.Code.NO_SPACE,
                    "not enough huge pages of " + (pageSize >> 10) + " KiB: " + size / pageSize + " are needed, "
                            + pool(pageSize) + "; the mount's own size limit counts too",
                    e);
        }
    }

    private static String pool(long pageSize) {
        Path pool = Path.of("/sys/kernel/mm/hugepages/hugepages-" + (pageSize >> 10) + "kB");
        try {
            long free = Long.parseLong(
                    Files.readString(pool.resolve("free_hugepages")).strip());
            long reserved = Long.parseLong(
                    Files.readString(pool.resolve("resv_hugepages")).strip());
            return free + " are free and " + reserved + " of these are promised to others";
        } catch (IOException | NumberFormatException e) {
            return "and how many are free cannot be read from " + pool;
        }
    }

    @Override
    public void write(long offset, byte[] bytes, int length) {
        int done = 0;
        while (done < length) {
            long at = offset + done;
            MappedByteBuffer window = windows.get((int) (at / WINDOW));
            int inside = (int) (at % WINDOW);
            int n = Math.min(length - done, window.capacity() - inside);
            window.put(inside, bytes, done, n);
            done += n;
        }
    }

    @Override
    public void sync() {
        // It is memory.
    }
}
