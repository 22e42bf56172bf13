package tplctl.host;

import com.jcraft.jsch.ChannelDirectTCPIP;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Proxy;
import com.jcraft.jsch.SocketFactory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The bytes to and from a server, by TCP or through another server. Knows when it last heard of the server. */
final class Wire implements Proxy {
    private final InputStream in;
    private final OutputStream out;
    private final Runnable end;
    private volatile long heard = System.nanoTime();

    private Wire(InputStream in, OutputStream out, Runnable end) {
        this.in = new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int b = super.read();
                heard = System.nanoTime();
                return b;
            }

            @Override
            public int read(byte[] into, int start, int length) throws IOException {
                int n = super.read(into, start, length);
                heard = System.nanoTime();
                return n;
            }
        };
        this.out = out;
        this.end = end;
    }

    /** Connects to whichever of the host's addresses answers first in their order, within {@code limit} in all. */
    static Wire tcp(String host, int port, Duration limit) throws IOException {
        long start = System.nanoTime();
        IOException last = new SocketTimeoutException("connect timed out");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            long left = limit.toMillis() - (System.nanoTime() - start) / 1_000_000;
            if (left <= 0) {
                break;
            }
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, port), (int) left);
                return new Wire(socket.getInputStream(), socket.getOutputStream(), () -> close(socket));
            } catch (IOException e) {
                last = e;
                close(socket);
            }
        }
        throw last;
    }

    /** Has another server connect, RFC 4254 section 7.2. */
    static Wire through(SshLink jump, String host, int port) throws IOException, JSchException {
        ChannelDirectTCPIP channel = jump.open(ChannelDirectTCPIP.class, "direct-tcpip");
        channel.setHost(host);
        channel.setPort(port);
        Inbox inbox = new Inbox(jump::loss);
        channel.setOutputStream(inbox);
        OutputStream out = new ChannelOut(channel, channel.getOutputStream());
        jump.connect(channel);
        return new Wire(inbox.stream(), out, channel::disconnect);
    }

    /** {@link System#nanoTime} of the last byte from the server. */
    long heard() {
        return heard;
    }

    @Override
    public void connect(@Nullable SocketFactory factory, String host, int port, int timeout) {
        // It is connected.
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    /** None, which leaves time limits to us: the library's would cut messages in half. */
    @Override
    public @Nullable Socket getSocket() {
        return null;
    }

    /** Wakes whoever reads or writes. Idempotent. */
    @Override
    public void close() {
        end.run();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no more use either way.
        }
    }
}
