package tplctl.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bridge as a process of its own, as hosts run it; this test is the socket's server. */
@Timeout(60)
class BridgeTest {
    @TempDir
    Path dir;

    private RelayProcess bridge;
    private ServerSocketChannel server;
    private Path socket = Path.of("/");

    @BeforeEach
    void start() throws IOException {
        socket = dir.resolve("a socket ä%20");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        bridge = RelayProcess.start("bridge");
    }

    @AfterEach
    void end() throws IOException {
        bridge.close();
        server.close();
    }

    @Test
    void carriesEachByteAtOnceBothWays() throws IOException {
        bridge.say(Fields.encode(socket.toString()));
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.line()).isEqualTo("connected");
            OutputStream out = Channels.newOutputStream(client);
            InputStream in = Channels.newInputStream(client);
            out.write("greeting\n".getBytes(UTF_8));
            assertThat(bridge.line()).isEqualTo("greeting");
            bridge.send(new byte[] {0, (byte) 0xff});
            assertThat(in.readNBytes(2)).containsExactly(0, 0xff);
            out.write("{}\n".getBytes(UTF_8));
            assertThat(bridge.line()).isEqualTo("{}");
        }
        assertThat(bridge.exit()).isZero();
    }

    @Test
    void deliversWhatComesAfterItsInputEnded() throws IOException {
        bridge.say(Fields.encode(socket.toString()));
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.line()).isEqualTo("connected");
            bridge.say("question");
            bridge.endInput();
            BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
            assertThat(in.lines()).containsExactly("question");
            Channels.newOutputStream(client).write("answer\n".getBytes(UTF_8));
            assertThat(bridge.line()).isEqualTo("answer");
        }
        assertThat(bridge.exit()).isZero();
    }

    @Test
    void losesNothingOfMegabytesInBothDirections() throws Exception {
        bridge.say(Fields.encode(socket.toString()));
        byte[] much = new byte[5_000_000];
        new java.util.Random(1).nextBytes(much);
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.line()).isEqualTo("connected");
            CompletableFuture<Void> back = CompletableFuture.runAsync(() -> echo(client));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                bridge.send(much);
                bridge.endInput();
            });
            assertThat(bridge.rest()).isEqualTo(much);
            sending.get(20, TimeUnit.SECONDS);
            back.get(20, TimeUnit.SECONDS);
        }
        assertThat(bridge.exit()).isZero();
    }

    @Test
    void endsWhenAfterItsInputTheSocketStaysSilent()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        InputStream named = new java.io.ByteArrayInputStream((Fields.encode(socket.toString()) + "\n").getBytes(UTF_8));
        AtomicBoolean connected = new AtomicBoolean();
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> {
            try {
                connected.set(new Bridge(named, OutputStream.nullOutputStream(), Duration.ofMillis(200)).run());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try (SocketChannel client = server.accept()) {
            run.get(20, TimeUnit.SECONDS);
            assertThat(connected).isTrue();
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws IOException {
        bridge.say(Fields.encode(dir.resolve("nobody here").toString()));
        assertThat(Fields.parse(bridge.line()))
                .startsWith("error")
                .last()
                .asString()
                .startsWith("connect to " + dir + "/nobody here: ");
        assertThat(bridge.exit()).isEqualTo(1);
    }

    @Test
    void saysThatNoSocketWasNamed() throws IOException {
        bridge.endInput();
        assertThat(Fields.parse(bridge.line())).startsWith("error");
        assertThat(bridge.exit()).isEqualTo(1);
    }

    private static void echo(SocketChannel client) {
        try {
            Channels.newInputStream(client).transferTo(Channels.newOutputStream(client));
            client.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
