package tplctl.host;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A two-way byte stream. One thread may read while others write. {@link #close} wakes them all with an error or end of stream. */
public interface Duplex extends AutoCloseable {
    InputStream in();

    OutputStream out();

    /** Whether {@link #send} takes descriptors. */
    boolean passesDescriptors();

    /**
     * Writes all of {@code bytes}, not mixed with another thread's, with copies of these descriptors of ours attached to the
     * first byte (SCM_RIGHTS, unix(7)).
     *
     * @throws IllegalArgumentException when there are descriptors but this stream cannot pass any, or no byte to attach them to
     */
    void send(byte[] bytes, FileDescriptor... passed) throws IOException;

    /** Idempotent. */
    @Override
    void close();
}
