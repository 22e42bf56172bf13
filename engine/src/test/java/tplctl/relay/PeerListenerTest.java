package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeerListenerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The first bytes of a TLS record that never goes on. */
    private static final byte[] HALF_A_RECORD = {22, 3, 1, 2, 0};

    private final Identity here = Identity.create();
    private final Identity there = Identity.create();
    private final List<Socket> strangers = new ArrayList<>();
    private PeerListener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = open(PeerListener.Limits.USUAL);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        for (Socket stranger : strangers) {
            stranger.close();
        }
    }

    private PeerListener open(PeerListener.Limits limits) throws IOException {
        return PeerListener.open(
                InetAddress.getLoopbackAddress(), 0, 0, new PinnedTls(here, there.certificate()), limits);
    }

    private PeerConnection connect(Identity own, Identity expected, String channel) throws RelayException {
        return new PinnedTls(own, expected.certificate())
                .connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port()),
                        channel,
                        LIMIT,
                        new Job(fields -> {}));
    }

    private Socket stranger(byte... words) throws IOException {
        Socket stranger = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        strangers.add(stranger);
        stranger.getOutputStream().write(words);
        return stranger;
    }

    private void talk(String channel) throws IOException, InterruptedException {
        try (PeerConnection client = connect(there, here, channel);
                PeerConnection server = listener.take(channel, LIMIT)) {
            client.out().writeUTF("question");
            client.out().flush();
            assertThat(server.in().readUTF()).isEqualTo("question");
            server.out().writeUTF("answer");
            server.out().flush();
            assertThat(client.in().readUTF()).isEqualTo("answer");
        }
    }

    @Test
    void carriesChannelsByTheirNames() throws Exception {
        try (PeerConnection second = connect(there, here, "b ä");
                PeerConnection first = connect(there, here, "a")) {
            second.out().writeInt(2);
            second.out().flush();
            first.out().writeInt(1);
            first.out().flush();
            try (PeerConnection a = listener.take("a", LIMIT);
                    PeerConnection b = listener.take("b ä", LIMIT)) {
                assertThat(a.in().readInt()).isEqualTo(1);
                assertThat(b.in().readInt()).isEqualTo(2);
            }
        }
    }

    @Test
    void sendsWhatWasWrittenBeforeItEnds() throws Exception {
        byte[] written = new byte[64 << 10];
        written[written.length - 1] = 1;
        try (PeerConnection client = connect(there, here, "a")) {
            client.out().write(written);
        }
        try (PeerConnection server = listener.take("a", LIMIT)) {
            assertThat(server.in().readNBytes(written.length + 1)).isEqualTo(written);
        }
    }

    @Test
    void letsThePeerInAmongSilentAndNoisyStrangers() throws Exception {
        // Whom a stranger held up for the deadline would have given up before.
        listener.close();
        listener = open(new PeerListener.Limits(256, 32, LIMIT.plusSeconds(20)));
        talk("warm");
        byte[] garbage = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 200; i++) {
            stranger();
            if (i % 4 == 0) {
                stranger(garbage);
            }
        }
        for (int i = 0; i < 50; i++) {
            stranger(HALF_A_RECORD);
        }
        talk("true");
        for (int i = 0; i < 100; i++) {
            stranger();
        }
        talk("again");
    }

    @Test
    void cutsOffWhoSpeaksPlainText() throws IOException {
        Socket plain = stranger("QEVM".getBytes(StandardCharsets.US_ASCII));
        plain.setSoTimeout(30_000);
        assertThat(plain.getInputStream().readAllBytes()).isEmpty();
    }

    @Test
    void dropsTheOldestOfTheSilentToMakeRoom() throws IOException {
        listener.close();
        listener = open(new PeerListener.Limits(3, 2, LIMIT));
        List<Socket> silent = List.of(stranger(), stranger(), stranger(), stranger());
        assertThat(ended(silent.get(0), 30_000)).isTrue();
        assertThat(silent.subList(1, 4)).noneMatch(each -> ended(each, 50));
    }

    @Test
    void dropsOneOfThoseInAHandshakeToMakeRoom() throws IOException {
        listener.close();
        listener = open(new PeerListener.Limits(30, 2, LIMIT));
        List<Socket> half = List.of(stranger(HALF_A_RECORD), stranger(HALF_A_RECORD), stranger(HALF_A_RECORD));
        // Which of them is heard first is the kernel's choice.
        assertThat(IntStream.range(0, 60).anyMatch(i -> ended(half.get(i % 3), 50)))
                .isTrue();
        assertThat(half.stream().filter(each -> ended(each, 100))).hasSize(1);
    }

    private static boolean ended(Socket socket, int patience) {
        try {
            socket.setSoTimeout(patience);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException alive) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void endsWhoDoesNotFinishInTime() throws IOException {
        listener.close();
        listener = open(new PeerListener.Limits(256, 32, Duration.ofMillis(300)));
        Socket silent = stranger();
        Socket half = stranger(HALF_A_RECORD);
        assertThat(ended(silent, 30_000)).isTrue();
        assertThat(ended(half, 30_000)).isTrue();
    }

    @Test
    void givesAStrangerWithAnotherCertificateNothing() throws Exception {
        try (PeerConnection stranger = connect(Identity.create(), here, "mine")) {
            stranger.patience(30_000);
            assertThatThrownBy(() -> stranger.in().read()).isInstanceOf(IOException.class);
        } catch (RelayException refusedAtOnce) {
            assertThat(refusedAtOnce.code()).isEqualTo(RelayException.Code.PEER);
        }
        assertThatThrownBy(() -> listener.take("mine", Duration.ofMillis(100)))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("did not connect");
        talk("mine");
    }

    @Test
    void letsNobodyInWithoutACertificate() throws Exception {
        javax.net.ssl.SSLContext anonymous = javax.net.ssl.SSLContext.getInstance("TLSv1.3");
        anonymous.init(new javax.net.ssl.KeyManager[0], trustingAll(), new java.security.SecureRandom());
        try (Socket tls =
                anonymous.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), listener.port())) {
            tls.setSoTimeout(30_000);
            assertThatThrownBy(() -> {
                        tls.getOutputStream().write(1);
                        tls.getInputStream().read();
                    })
                    .isInstanceOf(IOException.class);
        }
        talk("next");
    }

    @Test
    void speaksNoOlderTls() throws Exception {
        javax.net.ssl.SSLContext older = javax.net.ssl.SSLContext.getInstance("TLSv1.2");
        older.init(new javax.net.ssl.KeyManager[0], trustingAll(), new java.security.SecureRandom());
        try (Socket tls = older.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), listener.port())) {
            assertThatThrownBy(() -> tls.getOutputStream().write(1))
                    .isInstanceOf(javax.net.ssl.SSLHandshakeException.class)
                    .hasMessageContaining("protocol_version");
        }
    }

    @Test
    void doesNotTalkToAnotherThanTheExpectedListener() throws Exception {
        assertThatThrownBy(() -> connect(there, Identity.create(), "x"))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("is not the expected relay");
        talk("x");
    }

    @Test
    void givesUpOnAListenerThatStaysSilent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new PinnedTls(here, there.certificate())
                            .connect(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), silent.getLocalPort()),
                                    "x",
                                    Duration.ofMillis(300),
                                    new Job(fields -> {})))
                    .hasMessageContaining("no answer within");
        }
    }

    @Test
    void takesThePortsItIsGiven() throws Exception {
        int taken = listener.port();
        PinnedTls tls = new PinnedTls(here, there.certificate());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        assertThatThrownBy(() -> PeerListener.open(loopback, taken, taken, tls, PeerListener.Limits.USUAL))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("no port from " + taken + " to " + taken + " is free");
        try (PeerListener next = PeerListener.open(loopback, taken, taken + 50, tls, PeerListener.Limits.USUAL)) {
            assertThat(next.port()).isBetween(taken + 1, taken + 50);
        }
        assertThatThrownBy(() ->
                        PeerListener.open(InetAddress.getByName("192.0.2.1"), 0, 0, tls, PeerListener.Limits.USUAL))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("192.0.2.1");
    }

    @Test
    void wakesWhoWaitsWhenItCloses() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                listener.take("x", LIMIT).abort();
            } catch (IOException | InterruptedException e) {
                failure.complete(e);
            }
        });
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        listener.close();
        assertThat(failure.get(30, TimeUnit.SECONDS)).isInstanceOf(RelayException.class);
    }

    private static javax.net.ssl.TrustManager[] trustingAll() {
        return new javax.net.ssl.TrustManager[] {
            new javax.net.ssl.X509TrustManager() {
                @Override
                public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

                @Override
                public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

                @Override
                public java.security.cert.X509Certificate[] getAcceptedIssuers() {
                    return new java.security.cert.X509Certificate[0];
                }
            }
        };
    }
}
