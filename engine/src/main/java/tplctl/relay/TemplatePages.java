package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The pages of one template's memory: what a destination that maps it holds before anything is loaded. */
public interface TemplatePages extends Closeable {
    /** Bytes in a page of the stream, whatever the pages of the backing file (TARGET_PAGE_SIZE). */
    int PAGE_SIZE = 4096;

    /** The memory's length in bytes, a multiple of the page size. */
    long size();

    /**
     * Whether the page at {@code offset} equals the remaining bytes of {@code page}, byte for byte.
     *
     * @param offset a multiple of the page size, less than {@link #size}
     * @param page one page; its position and limit stay as they are
     * @throws IOException when the page cannot be read; it is then not known to be equal
     */
    boolean equal(long offset, ByteBuffer page) throws IOException;

    /**
     * The page at {@code offset}, on loan until the next call of any method here; not to be written.
     *
     * @throws IOException when it cannot be read
     */
    ByteBuffer page(long offset) throws IOException;

    /** As {@link #equal} for a page of zeros. */
    boolean isZero(long offset) throws IOException;

    /** Begins, on another thread, to find out what is likely to be asked for. Never needed, and good once. */
    void readAhead();

    /** The pages of a memory file, which must not change meanwhile; holes stay holes. */
    static TemplatePages open(Path file) throws IOException {
        return FileTemplatePages.open(file);
    }

    @Override
    void close() throws IOException;
}
