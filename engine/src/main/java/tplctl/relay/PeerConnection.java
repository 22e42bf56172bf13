package tplctl.relay;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;

/**
 * An authenticated, encrypted connection to the other relay. Its first bytes name the channel, so that whoever listens knows
 * which job it is for. One thread may read while another writes.
 */
public final class PeerConnection implements Closeable {
    /** "TPLR" and the protocol's version. */
    private static final long MAGIC = 0x54504c5200000001L;

    private static final int BUFFER = 16 << 10;

    private final SocketChannel raw;
    private final CountingSocket counted;
    private final SSLSocket tls;
    private final DataInputStream in;
    private final DataOutputStream out;

    PeerConnection(SocketChannel raw, CountingSocket counted, SSLSocket tls) throws IOException {
        this.raw = raw;
        this.counted = counted;
        this.tls = tls;
        this.in = new DataInputStream(tls.getInputStream());
        this.out = new DataOutputStream(new BufferedOutputStream(tls.getOutputStream(), BUFFER) {
            @Override
            public synchronized void flush() throws IOException {
                super.flush();
                counted.send();
            }
        });
        counted.hold();
    }

    public DataInputStream in() {
        return in;
    }

    /** Buffered: {@code flush} sends. */
    public DataOutputStream out() {
        return out;
    }

    /** What has crossed it in both directions, the handshake and TLS's own share among it. */
    long wireBytes() {
        return counted.bytes();
    }

    /** How long reading waits for the peer's next bytes before a {@link java.net.SocketTimeoutException}; 0 is for ever. */
    public void patience(int milliseconds) throws IOException {
        tls.setSoTimeout(milliseconds);
    }

    /** The connecting side's first words. */
    void name(String channel) throws IOException {
        out.writeLong(MAGIC);
        out.writeUTF(channel);
        out.flush();
    }

    /** The listening side's reading of them. */
    String awaitName() throws IOException {
        if (in.readLong() != MAGIC) {
            throw new RelayException(RelayException.Code.PEER, "the other relay speaks another version");
        }
        return in.readUTF();
    }

    /** Says a proper end to the peer first. Must not be called while a thread writes; {@link #abort} may. */
    @Override
    public void close() throws IOException {
        try {
            tls.close();
        } finally {
            raw.close();
        }
    }

    /** Ends it at once: whoever reads or writes gets an error, at both ends. */
    public void abort() throws IOException {
        raw.close();
    }
}
