package tplctl.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
        bridge = RelayProcess.bridge(socket);
    }

    @AfterEach
    void end() throws IOException {
        bridge.close();
        server.close();
    }

    @Test
    void carriesEachByteAtOnceBothWays() throws IOException {
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.said()).isEqualTo("connected");
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
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.said()).isEqualTo("connected");
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
        byte[] much = new byte[5_000_000];
        new java.util.Random(1).nextBytes(much);
        try (SocketChannel client = server.accept()) {
            assertThat(bridge.said()).isEqualTo("connected");
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
        bridge.close();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> {
            try {
                new Bridge(InputStream.nullInputStream(), OutputStream.nullOutputStream(), said, Duration.ofMillis(200))
                        .run(socket.toString());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try (SocketChannel client = server.accept()) {
            run.get(20, TimeUnit.SECONDS);
            assertThat(said).hasToString("connected\n");
            assertThat(client.isOpen()).isTrue();
        }
    }

    private void refuses(Path path, String why, int exit) throws IOException {
        try (RelayProcess refused = RelayProcess.bridge(path)) {
            assertThat(refused.said()).startsWith("tplctl relay: connect to " + path + ": " + why);
            assertThat(refused.rest()).isEmpty();
            assertThat(refused.exit()).isEqualTo(exit);
        }
    }

    @Test
    void tellsThatNobodyListensFromOtherFailures() throws IOException {
        refuses(dir.resolve("nobody here"), "there is no such socket", 75);
        refuses(Files.writeString(dir.resolve("file"), ""), "it is not a socket", 1);
        refuses(dir.resolve("x".repeat(200)), "", 75);
        server.close();
        refuses(socket, "nobody listens: Connection refused", 75);
    }

    @Test
    void doesNotWaitForRoomInTheListenersQueue() throws IOException {
        Path crowded = dir.resolve("crowded");
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel one = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            one.bind(UnixDomainSocketAddress.of(crowded), 1);
            for (int i = 0; i < 2; i++) {
                waiting.add(SocketChannel.open(UnixDomainSocketAddress.of(crowded)));
            }
            refuses(crowded, "nobody listens: Resource temporarily unavailable", 75);
        } finally {
            for (SocketChannel each : waiting) {
                each.close();
            }
        }
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
