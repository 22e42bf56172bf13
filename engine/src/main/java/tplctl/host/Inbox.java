package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a channel receives, between the connection's one reader thread, which writes here, and whoever reads {@link #stream}.
 *
 * <p>The reader thread serves all channels, so one that nobody reads must not stop it: it is kept waiting only while a full inbox
 * is still being read, and gives up on one that is not.
 */
final class Inbox extends OutputStream {
    /** What an inbox holds at most. */
    static final int ROOM = 16 << 20;

    /** How long the reader thread waits for somebody to read from a full inbox. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Supplier<Optional<String>> loss;
    private final InputStream stream = new Reader();
    private final Deque<byte[]> chunks = new ArrayDeque<>();
    private int offset;
    private int size;
    private long reads;
    private boolean ended;
    private boolean unwanted;
    private Optional<String> problem = Optional.empty();

    /** @param loss why the connection is lost, if it is; asked at the stream's end, which is then an error */
    Inbox(Supplier<Optional<String>> loss) {
        this.loss = loss;
    }

    /** Blocks until there is something, the end, or the loss of the connection, which is an IOException. */
    InputStream stream() {
        return stream;
    }

    /** Waits for the end of what is received; false when it did not come in time. */
    synchronized boolean awaitEnd(long millis) throws InterruptedException {
        long start = System.nanoTime();
        long left = millis;
        while (!ended && left > 0) {
            wait(left);
            left = millis - (System.nanoTime() - start) / 1_000_000;
        }
        return ended;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int start, int length) {
        if (length == 0 || unwanted || ended || !hasRoom(length)) {
            return;
        }
        byte[] chunk = new byte[length];
        System.arraycopy(bytes, start, chunk, 0, length);
        chunks.add(chunk);
        size += length;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        if (!ended) {
            ended = true;
            problem = problem.or(loss);
            notifyAll();
        }
    }

    private synchronized boolean hasRoom(int length) {
        long seen = reads;
        long since = System.nanoTime();
        while (size + length > ROOM && !unwanted && !ended) {
            long left = PATIENCE.toMillis() - (System.nanoTime() - since) / 1_000_000;
            if (left <= 0) {
                problem = Optional.of("it was not read for " + PATIENCE.toSeconds() + " s while " + (ROOM >> 20)
                        + " MiB were waiting");
                unwanted = true;
                notifyAll();
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (reads != seen) {
                seen = reads;
                since = System.nanoTime();
            }
        }
        return !unwanted && !ended;
    }

    private synchronized int take(byte[] into, int start, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (chunks.isEmpty()) {
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            if (ended || unwanted) {
                return -1;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
        byte[] chunk = chunks.element();
        int n = Math.min(length, chunk.length - offset);
        System.arraycopy(chunk, offset, into, start, n);
        offset += n;
        size -= n;
        reads++;
        if (offset == chunk.length) {
            chunks.remove();
            offset = 0;
        }
        if (size + n > ROOM - (1 << 20)) {
            notifyAll();
        }
        return n;
    }

    private synchronized void discard() {
        unwanted = true;
        chunks.clear();
        size = 0;
        notifyAll();
    }

    private synchronized int waiting() {
        return size;
    }

    private final class Reader extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return take(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int start, int length) throws IOException {
            return take(into, start, length);
        }

        @Override
        public int available() {
            return waiting();
        }

        @Override
        public void close() {
            discard();
        }
    }
}
