package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

@Timeout(60)
final class UnixSocketsTest {
    private enum Way {
        PLAIN {
            @Override
            Duplex open(Host host, Path path, Duration patience) {
                return host.openUnix(path.toString(), patience);
            }
        },
        PASSING {
            @Override
            Duplex open(Host host, Path path, Duration patience) {
                return host.openUnixPassingDescriptors(path.toString(), patience);
            }
        };

        abstract Duplex open(Host host, Path path, Duration patience);
    }

    @TempDir
    Path directory;

    private final Host host = new LocalHost("here");

    @AfterEach
    void close() {
        host.close();
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    @ParameterizedTest
    @EnumSource
    void carriesBytesBothWays(Way way) throws Exception {
        Path path = directory.resolve("grüße $(x)");
        try (ServerSocketChannel server = listen(path);
                Duplex ours = way.open(host, path, Duration.ZERO);
                SocketChannel theirs = server.accept()) {
            ours.send("ab".getBytes(UTF_8));
            ours.out().write("c\n".getBytes(UTF_8));
            ours.out().flush();
            ByteBuffer got = ByteBuffer.allocate(4);
            while (got.hasRemaining()) {
                assertThat(theirs.read(got)).isPositive();
            }
            assertThat(new String(got.array(), UTF_8)).isEqualTo("abc\n");
            theirs.write(ByteBuffer.wrap(new byte[] {(byte) 0xff, 1}));
            assertThat(ours.in().read()).isEqualTo(0xff);
            theirs.shutdownOutput();
            assertThat(ours.in().readAllBytes()).containsExactly(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesWhileAReadWaits(Way way) throws Exception {
        Path path = directory.resolve("socket");
        try (ServerSocketChannel server = listen(path);
                Duplex ours = way.open(host, path, Duration.ZERO);
                SocketChannel theirs = server.accept()) {
            CompletableFuture<Integer> reading = readOne(ours.in());
            ours.send("x".getBytes(UTF_8));
            assertThat(theirs.read(ByteBuffer.allocate(1))).isEqualTo(1);
            theirs.write(ByteBuffer.wrap(new byte[] {7}));
            assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try")
    void closingWakesAReadThatWaits(Way way) throws Exception {
        Path path = directory.resolve("socket");
        try (ServerSocketChannel server = listen(path);
                Duplex ours = way.open(host, path, Duration.ZERO);
                SocketChannel theirs = server.accept()) {
            assertThat(theirs.isConnected()).isTrue();
            CompletableFuture<Integer> reading = readOne(ours.in());
            ours.close();
            ours.close();
            try {
                assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
            } catch (ExecutionException e) {
                assertThat(e).hasRootCauseInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysWhenNobodyListens(Way way) throws Exception {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> way.open(host, missing, Duration.ZERO))
                .isInstanceOf(NobodyListensException.class)
                .hasMessage("here: connect to " + missing + ": there is no such socket");
        Path dead = directory.resolve("dead");
        listen(dead).close();
        assertThatThrownBy(() -> way.open(host, dead, Duration.ofMillis(20)))
                .isInstanceOf(NobodyListensException.class)
                .hasMessage("here: connect to " + dead
                        + ": nobody accepts a connection there (Connection refused) after 20 ms");
    }

    @ParameterizedTest
    @EnumSource
    void waitsForAListenerToAppear(Way way) throws Exception {
        Path path = directory.resolve("socket");
        CompletableFuture<Duplex> opening =
                CompletableFuture.supplyAsync(() -> way.open(host, path, Duration.ofSeconds(20)));
        try (ServerSocketChannel server = listen(path);
                SocketChannel theirs = server.accept();
                Duplex ours = opening.get(30, TimeUnit.SECONDS)) {
            ours.send("x".getBytes(UTF_8));
            assertThat(theirs.read(ByteBuffer.allocate(1))).isEqualTo(1);
        }
    }

    @Test
    void doesNotHangOnAListenerWhoseQueueIsFull() throws Exception {
        Path path = directory.resolve("socket");
        List<Duplex> queued = new ArrayList<>();
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path), 1)) {
            assertThat(server.isOpen()).isTrue();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            queued.add(host.openUnix(path.toString(), Duration.ZERO));
                        }
                    })
                    .isInstanceOf(NobodyListensException.class);
            assertThat(queued).isNotEmpty();
        } finally {
            queued.forEach(Duplex::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheWait(Way way) {
        CompletableFuture<Duplex> opening = CompletableFuture.supplyAsync(
                () -> way.open(host, directory.resolve("missing"), Duration.ofSeconds(20)));
        while (!opening.isDone()) {
            host.interrupt();
        }
        assertThatThrownBy(opening::join).hasCauseInstanceOf(HostInterruptedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void tellsOtherFailuresFromNobodyListening(Way way) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> way.open(host, file, Duration.ofSeconds(20)))
                .isInstanceOf(HostException.class)
                .isNotInstanceOf(NobodyListensException.class)
                .hasMessageContaining("not a socket");
        assertThatThrownBy(() -> way.open(host, file.resolve("below"), Duration.ofSeconds(20)))
                .isInstanceOf(HostException.class)
                .isNotInstanceOf(NobodyListensException.class);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAPathThatASocketCannotHave(Way way) throws Exception {
        Path longest =
                directory.resolve("ü" + "x".repeat(106 - directory.toString().length() - 3));
        assertThat(longest.toString().getBytes(UTF_8)).hasSize(106);
        try (ServerSocketChannel server = listen(longest);
                Duplex ours = way.open(host, longest, Duration.ZERO)) {
            assertThat(server.isOpen()).isTrue();
            assertThat(ours.in()).isNotNull();
        }
        assertThatThrownBy(() -> way.open(host, Path.of(longest + "x"), Duration.ofSeconds(20)))
                .isInstanceOf(HostException.class)
                .isNotInstanceOf(NobodyListensException.class)
                .hasMessageContaining("107 bytes")
                .hasMessageContaining("at most 106");
    }

    @Test
    void passesDescriptorsWhenOpenedForIt() throws Exception {
        Path path = directory.resolve("socket");
        Path file = Files.writeString(directory.resolve("file"), "through the socket");
        try (AFUNIXServerSocket server = AFUNIXServerSocket.bindOn(AFUNIXSocketAddress.of(path));
                Duplex ours = host.openUnixPassingDescriptors(path.toString(), Duration.ZERO);
                AFUNIXSocket theirs = server.accept();
                FileInputStream passed = new FileInputStream(file.toFile())) {
            assertThat(ours.passesDescriptors()).isTrue();
            theirs.setAncillaryReceiveBufferSize(1024);
            ours.send("ab".getBytes(UTF_8), passed.getFD());
            ours.send("cd".getBytes(UTF_8));
            assertThat(theirs.getInputStream().readNBytes(2)).isEqualTo("ab".getBytes(UTF_8));
            var received = theirs.getReceivedFileDescriptors();
            assertThat(received).hasSize(1);
            try (FileInputStream copy = new FileInputStream(received[0])) {
                assertThat(copy.readAllBytes()).isEqualTo("through the socket".getBytes(UTF_8));
            }
            assertThat(theirs.getInputStream().readNBytes(2)).isEqualTo("cd".getBytes(UTF_8));
            assertThat(theirs.getReceivedFileDescriptors()).as("sent once").isNullOrEmpty();
            assertThatThrownBy(() -> ours.send(new byte[0], passed.getFD()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesDescriptorsOnAPlainConnection() throws Exception {
        Path path = directory.resolve("socket");
        try (ServerSocketChannel server = listen(path);
                Duplex ours = host.openUnix(path.toString(), Duration.ZERO);
                FileInputStream passed = new FileInputStream("/dev/null")) {
            assertThat(server.isOpen()).isTrue();
            assertThat(ours.passesDescriptors()).isFalse();
            assertThatThrownBy(() -> ours.send(new byte[1], passed.getFD()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot pass");
        }
    }

    private static CompletableFuture<Integer> readOne(InputStream in) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return in.read();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
