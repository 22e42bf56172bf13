package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Which pages of a file are zero, a bit for each: found ahead of whoever asks by a thread that reads the file from its beginning, as
 * streams go through memory. Most of a guest's memory is zero, and what was found is not read again. Holes stay holes.
 */
final class ZeroPages {
    private static final int PAGE_SIZE = TemplatePages.PAGE_SIZE;
    private static final int READ = 256 << 10;

    private final long[] zero;
    private volatile long found;

    private ZeroPages(long size) {
        zero = new long[Math.toIntExact((size / PAGE_SIZE + 63) / 64)];
    }

    /** Begins to read; ends when the file does, or is closed. */
    static ZeroPages of(FileChannel file, long size) {
        ZeroPages pages = new ZeroPages(size);
        Thread thread = new Thread(() -> pages.read(file, size), "zero-pages");
        thread.setDaemon(true);
        thread.start();
        return pages;
    }

    private void read(FileChannel file, long size) {
        ByteBuffer window = Buffers.ofPages(READ);
        ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE_SIZE);
        try {
            for (long at = 0; at < size; at += window.limit()) {
                window.clear().limit((int) Math.min(READ, size - at));
                while (window.hasRemaining()) {
                    if (file.read(window, at + window.position()) < 0) {
                        return;
                    }
                }
                note(at, window.flip(), zeros);
            }
        } catch (IOException e) {
            // Whoever asks for a page reads it himself, and learns why that fails.
            return;
        }
    }

    private void note(long at, ByteBuffer window, ByteBuffer zeros) {
        int end = window.limit();
        for (int page = 0; page < end; page += PAGE_SIZE) {
            if (window.limit(page + PAGE_SIZE).position(page).mismatch(zeros) < 0) {
                long number = (at + page) / PAGE_SIZE;
                zero[(int) (number >>> 6)] |= 1L << number;
            }
        }
        // Written last and read first: whoever sees it sees the bits before it, too.
        found = at + end;
    }

    /** Whether the page at that offset was read. */
    boolean isFound(long offset) {
        return offset < found;
    }

    /** Of a page that was found. */
    boolean isZero(long offset) {
        long number = offset / PAGE_SIZE;
        return (zero[(int) (number >>> 6)] & 1L << number) != 0;
    }
}
