package tplctl.host;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A two-way byte stream. One thread may read while others write. {@link #close} wakes them all with an error or end of stream. */
public interface Duplex extends AutoCloseable {
    InputStream in();

    /** Each array that is written goes as a whole, not mixed with another thread's. */
    OutputStream out();

    /** Whether {@link #send} takes descriptors. */
    default boolean passesDescriptors() {
        return false;
    }

    /**
     * Writes all of {@code bytes}, not mixed with another thread's, with copies of these descriptors of ours attached to the
     * first byte (SCM_RIGHTS, unix(7)).
     *
     * @throws IllegalArgumentException when there are descriptors but this stream cannot pass any, or no byte to attach them to
     */
    default void send(byte[] bytes, FileDescriptor... passed) throws IOException {
        if (passed.length > 0) {
            throw new IllegalArgumentException("this connection cannot pass descriptors; open one that does");
        }
        out().write(bytes, 0, bytes.length);
    }

    /** Idempotent. */
    @Override
    void close();
}
