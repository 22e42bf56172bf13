package tplctl.host;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** Unix sockets that pass descriptors. Loading this class unpacks a native library, some 100 ms, so only its users should. */
final class PassingDuplex implements Duplex {
    private final AFUNIXSocket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Object writing = new Object();

    private PassingDuplex(AFUNIXSocket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = new Writing(socket.getOutputStream());
    }

    static PassingDuplex connect(byte[] path) throws IOException {
        return new PassingDuplex(AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(path)));
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
    public boolean passesDescriptors() {
        return true;
    }

    @Override
    public void send(byte[] bytes, FileDescriptor... passed) throws IOException {
        if (passed.length > 0 && bytes.length == 0) {
            throw new IllegalArgumentException("a descriptor needs a byte to travel with");
        }
        synchronized (writing) {
            socket.setOutboundFileDescriptors(passed);
            out.write(bytes, 0, bytes.length);
            out.flush();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps other threads' bytes out of {@link #send}. */
    private final class Writing extends OutputStream {
        private final OutputStream to;

        Writing(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            synchronized (writing) {
                to.write(from, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() {
            PassingDuplex.this.close();
        }
    }
}
