package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;

/** The stdin and stdout of a command on a host as a two-way stream. */
final class StreamDuplex implements Duplex {
    private static final byte[] END = new byte[0];
    private static final int AHEAD = 64;

    private final Transport.Running running;
    private final BlockingQueue<byte[]> read = new ArrayBlockingQueue<>(AHEAD);
    private final InputStream in = new Reading();
    private final OutputStream out = new Writing();
    private volatile boolean closed;

    /** @param from the command's stdout */
    StreamDuplex(Transport.Running running, InputStream from, Executor threads) {
        this.running = running;
        threads.execute(() -> pump(from));
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public void close() {
        closed = true;
        read.clear();
        read.offer(END);
        running.close();
    }

    // A read of its own thread's can be waited for with an end; one of the command's stdout may not wake up.
    private void pump(InputStream from) {
        byte[] chunk = new byte[16 << 10];
        try {
            for (int n = from.read(chunk); n >= 0 && !closed; n = from.read(chunk)) {
                read.put(Arrays.copyOf(chunk, n));
            }
            read.put(END);
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private final class Reading extends InputStream {
        private byte[] piece = new byte[0];
        private int at;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (at == piece.length && !ended) {
                try {
                    piece = read.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new java.io.InterruptedIOException("interrupted");
                }
                at = 0;
                ended = piece == END;
            }
            if (ended || closed) {
                return -1;
            }
            int n = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, to, offset, n);
            at += n;
            return n;
        }

        @Override
        public void close() {
            StreamDuplex.this.close();
        }
    }

    private final class Writing extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] from, int offset, int length) throws IOException {
            if (closed) {
                throw new IOException("the connection was closed");
            }
            running.in().write(from, offset, length);
            running.in().flush();
        }

        @Override
        public void close() {
            StreamDuplex.this.close();
        }
    }
}
