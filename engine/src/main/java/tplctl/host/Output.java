package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** What a script writes to one of its streams, collected while it runs and bounded in size. */
final class Output {
    /** Whether a stream that is longer than the bound loses its end, which is an error, or its beginning. */
    enum Keep {
        FIRST,
        LAST
    }

    static final int STDOUT_BOUND = 16 << 20;
    private static final int STDERR_BOUND = 64 << 10;

    private final int bound;
    private final Keep keep;
    private final Optional<LineSplitter> told;
    private byte[] bytes = new byte[512];
    private int size;
    private long seen;
    private boolean ended;

    Output(int bound, Keep keep) {
        this(bound, keep, Optional.empty());
    }

    private Output(int bound, Keep keep, Optional<LineSplitter> told) {
        this.bound = bound;
        this.keep = keep;
        this.told = told;
    }

    static Output stdout() {
        return new Output(STDOUT_BOUND, Keep.FIRST);
    }

    /** Tells its lines as they come; only the last of them are kept, so that there may be any number. */
    static Output told(OutputListener listener) {
        return new Output(STDERR_BOUND, Keep.LAST, Optional.of(new LineSplitter(listener)));
    }

    static Output stderr() {
        return new Output(STDERR_BOUND, Keep.LAST);
    }

    /** Reads to the end; {@code tooLong} runs once, when the first byte beyond the bound is lost that should be kept. */
    void drain(InputStream in, Runnable tooLong) {
        byte[] chunk = new byte[8192];
        try (in) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (add(chunk, 0, n)) {
                    tooLong.run();
                }
            }
        } catch (IOException e) {
            // The pipe is closed under us when the script is abandoned; what was read is what there is.
        } finally {
            end();
        }
    }

    /** Waits for the end of the stream, but not beyond {@code quiet} milliseconds without a byte nor {@code limit} in all. */
    synchronized void awaitEnd(long quiet, long limit) throws InterruptedException {
        long start = System.nanoTime();
        long last = start;
        long before = seen;
        while (!ended) {
            long now = System.nanoTime();
            if (seen != before) {
                before = seen;
                last = now;
            }
            long left = Math.min(quiet - (now - last) / 1_000_000, limit - (now - start) / 1_000_000);
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    synchronized String text() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    synchronized byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** Forgets what came so far. */
    synchronized void clear() {
        size = 0;
        seen = 0;
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Takes a piece; true when it had the first byte beyond the bound, and that is an error. One thread calls it. */
    boolean add(byte[] chunk, int offset, int n) {
        told.ifPresent(lines -> lines.add(chunk, offset, n));
        return kept(chunk, offset, n);
    }

    private synchronized boolean kept(byte[] chunk, int offset, int n) {
        boolean fitted = seen <= bound;
        seen += n;
        notifyAll();
        int taken = Math.min(n, keep == Keep.FIRST ? bound - size : bound);
        int from = keep == Keep.FIRST ? offset : offset + n - taken;
        if (size + taken > bytes.length) {
            if (size + taken > 2L * bound) {
                // Only Keep.LAST gets here: room for twice the bound makes dropping the beginning cheap.
                bytes = Arrays.copyOf(Arrays.copyOfRange(bytes, size - bound, size), 2 * bound);
                size = bound;
            } else {
                bytes = Arrays.copyOf(bytes, (int) Math.min(2L * bound, Math.max(2L * bytes.length, size + taken)));
            }
        }
        System.arraycopy(chunk, from, bytes, size, taken);
        size += taken;
        return keep == Keep.FIRST && fitted && seen > bound;
    }
}
