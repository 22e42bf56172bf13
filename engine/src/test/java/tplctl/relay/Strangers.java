package tplctl.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Those who have no business at a relay's port, many at a time: who connect and say nothing, who speak plain text, who begin TLS and
 * say no more, and who have a certificate of their own, with the true listener's as the one that they expect. They stay as long as
 * they are let.
 */
final class Strangers implements AutoCloseable {
    /** The first bytes of a TLS record. */
    private static final byte[] HALF_A_RECORD = {22, 3, 1, 2, 0, 1, 0};

    private static final byte[] PLAIN = "QEVM\0\0\0\3 GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final int port;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> foreign = new ArrayList<>();

    Strangers(int port) {
        this.port = port;
    }

    /** This many of each kind; few of those that have a certificate, for these take time. */
    void come(int each, X509Certificate certificate) throws Exception {
        for (int i = 0; i < each; i++) {
            say();
            say(PLAIN);
            say(HALF_A_RECORD);
        }
        for (int i = 0; i < 1 + each / 10; i++) {
            Identity own = Identity.create();
            foreign.add(CompletableFuture.supplyAsync(() -> letIn(own, certificate)));
        }
    }

    private void say(byte... words) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        try {
            socket.getOutputStream().write(words);
        } catch (IOException e) {
            // It was shown the door already.
            socket.close();
        }
    }

    /** Whether a stranger got anything to read. */
    private boolean letIn(Identity own, X509Certificate certificate) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (PeerConnection in = new PinnedTls(own, certificate).connect(address, "c", LIMIT, new Job(answer -> {}))) {
            in.patience(10_000);
            return in.in().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether any of those with a certificate got something. */
    boolean anyGotIn() {
        return foreign.stream().anyMatch(CompletableFuture::join);
    }

    @Override
    public void close() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
    }
}
