package tplctl.relay;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Another socket, with a count of the bytes that cross it in both directions: under TLS, what is on the wire above TCP. Its streams pass
 * on many of TLS's records, of 16 KiB at most, at once: a system call for each, and two to read it, is a fifth of what TLS takes.
 */
final class CountingSocket extends Socket {
    private static final int SENT_AT_ONCE = 128 << 10;
    private static final int READ_AT_ONCE = 256 << 10;

    private final Socket socket;
    private final AtomicLong bytes;
    private final AtomicReference<Sending> sending = new AtomicReference<>();
    private volatile boolean held;

    /** @param consumed bytes that were read from it before */
    CountingSocket(Socket socket, long consumed) {
        this.socket = socket;
        this.bytes = new AtomicLong(consumed);
    }

    long bytes() {
        return bytes.get();
    }

    /** From now on nothing but {@link #send} sends what was written, or a full buffer; whoever writes through TLS flushes each record. */
    void hold() {
        held = true;
    }

    /** Sends what is held. */
    void send() throws IOException {
        Sending stream = sending.get();
        if (stream != null) {
            stream.send();
        }
    }

    private final class Sending extends BufferedOutputStream {
        Sending(OutputStream out) {
            super(out, SENT_AT_ONCE);
        }

        @Override
        public synchronized void flush() throws IOException {
            if (!held) {
                super.flush();
            }
        }

        synchronized void send() throws IOException {
            super.flush();
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream counting = new FilterInputStream(socket.getInputStream()) {
            @Override
            public int read() throws IOException {
                int value = in.read();
                bytes.addAndGet(value < 0 ? 0 : 1);
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = in.read(buffer, offset, length);
                bytes.addAndGet(Math.max(count, 0));
                return count;
            }
        };
        return new BufferedInputStream(counting, READ_AT_ONCE);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream counting = new FilterOutputStream(socket.getOutputStream()) {
            @Override
            public void write(int value) throws IOException {
                out.write(value);
                bytes.incrementAndGet();
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
                bytes.addAndGet(length);
            }
        };
        Sending stream = new Sending(counting);
        sending.set(stream);
        return stream;
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        try {
            // TLS says its end before this.
            send();
        } finally {
            socket.shutdownOutput();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        // The superclass's constructor may call it.
        if (socket != null) {
            try {
                // TLS's own end is among what is held.
                send();
            } finally {
                socket.close();
            }
        }
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public synchronized void setSoTimeout(int milliseconds) throws SocketException {
        socket.setSoTimeout(milliseconds);
    }

    @Override
    public synchronized int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        socket.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return socket.getTcpNoDelay();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        socket.setKeepAlive(on);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        socket.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return socket.getSoLinger();
    }
}
