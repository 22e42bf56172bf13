package tplctl.host;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Two streams as one that passes no descriptors.
 *
 * @param end wakes whoever reads or writes; idempotent
 */
record StreamPair(InputStream in, OutputStream out, Runnable end) implements Duplex {
    @Override
    public boolean passesDescriptors() {
        return false;
    }

    @Override
    public void send(byte[] bytes, FileDescriptor... passed) throws IOException {
        if (passed.length > 0) {
            throw new IllegalArgumentException("descriptors pass through Unix sockets of this machine only");
        }
        out.write(bytes, 0, bytes.length);
    }

    @Override
    public void close() {
        end.run();
    }
}
