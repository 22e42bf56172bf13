package tplctl.relay;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Pages of a file, read with pread(2) and never mapped: a mapped read of a hole allocates a page of tmpfs, and a whole
 * huge page of hugetlbfs, where pread gives zeros and allocates nothing (measured: engine/docs/migration.md).
 *
 * <p>Streams go through memory in order, so each read that goes on about where the one before ended is twice as long as it was, up to a
 * limit; a page out of order is read alone.
 */
final class FileTemplatePages implements TemplatePages {
    private static final int LONGEST_READ = 256 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window = Buffers.ofPages(LONGEST_READ);
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE_SIZE);
    private Optional<ZeroPages> ahead = Optional.empty();
    private long start;
    private long end;

    private FileTemplatePages(Path file, FileChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    static FileTemplatePages open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long size = channel.size();
            if (size == 0 || size % PAGE_SIZE != 0) {
                throw new IOException(
                        file + " has " + size + " bytes; a template's memory has a multiple of " + PAGE_SIZE);
            }
            return new FileTemplatePages(file, channel, size);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean equal(long offset, ByteBuffer page) throws IOException {
        return page(offset).mismatch(page) < 0;
    }

    @Override
    public ByteBuffer page(long offset) throws IOException {
        if (ahead.isPresent() && ahead.get().isFound(offset) && ahead.get().isZero(offset)) {
            return zeros;
        }
        if (offset < start || offset >= end) {
            read(offset);
        }
        int at = (int) (offset - start);
        return window.limit(at + PAGE_SIZE).position(at);
    }

    @Override
    public boolean isZero(long offset) throws IOException {
        if (ahead.isPresent() && ahead.get().isFound(offset)) {
            return ahead.get().isZero(offset);
        }
        return equal(offset, zeros);
    }

    @Override
    public void readAhead() {
        ahead = Optional.of(ZeroPages.of(channel, size));
    }

    private void read(long offset) throws IOException {
        // Pages that are known to be zero are passed over.
        boolean onwards = offset >= end && offset - end <= end - start;
        long length = onwards ? Math.min(2 * (end - start), LONGEST_READ) : PAGE_SIZE;
        length = Math.max(PAGE_SIZE, Math.min(length, size - offset));
        start = offset;
        end = offset;
        window.clear().limit((int) length);
        while (window.hasRemaining()) {
            if (channel.read(window, offset + window.position()) < 0) {
                throw new EOFException(file + " ends before byte " + (offset + length) + "; it had " + size
                        + " bytes, and a template never changes");
            }
        }
        end = offset + length;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
