package tplctl.host;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Two streams as one that passes no descriptors.
 *
 * @param end wakes whoever reads or writes; idempotent
 */
record StreamPair(InputStream in, OutputStream out, Runnable end) implements Duplex {
    @Override
    public void close() {
        end.run();
    }
}
