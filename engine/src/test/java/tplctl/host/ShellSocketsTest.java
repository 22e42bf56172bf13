package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.login.Become;

/** When a bridge is asked for and what is made of its words, behind a sudo whose commands find few programs. */
@Timeout(60)
class ShellSocketsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Path socket = Path.of("/");
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("socket");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void end() throws IOException {
        server.close();
    }

    private Host host(Bridge bridge, String... programs) throws IOException {
        Path path = Files.createDirectory(directory.resolve("programs"));
        for (String each : new String[] {"sh", "id", "grep", "sleep", "cat", "head", "rm", "setsid"}) {
            Files.createSymbolicLink(path.resolve(each), Path.of("/usr/bin", each));
        }
        for (String each : programs) {
            Files.createSymbolicLink(path.resolve(each), Path.of("/usr/bin", each));
        }
        Path sudo = Files.writeString(
                directory.resolve("sudo"),
                "#!/bin/sh\nuntil [ \"$1\" = -- ]; do shift; done; shift\nPATH='" + path + "' exec \"$@\"\n");
        Files.setPosixFilePermissions(sudo, PosixFilePermissions.fromString("rwxr-xr-x"));
        Transport transport = new ProcessTransport("here");
        ShellHost.Settings settings = new ShellHost.Settings(
                "sh",
                directory.resolve("locks").toString(),
                Optional.of(new Become("somebody", sudo.toString(), Optional.empty())),
                Optional.of(bridge),
                LIMIT);
        return new ShellHost(transport, new Sessions(transport), settings, transport::close);
    }

    @Test
    void asksForABridgeOnlyWhereThereIsNoProgram() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Bridge bridge = (on, path) -> "exit " + asked.incrementAndGet();
        try (Host host = host(bridge, "socat")) {
            host.openUnix(socket.toString(), Duration.ZERO).close();
            assertThatThrownBy(() -> host.openUnix(directory + "/missing", Duration.ZERO))
                    .isInstanceOf(NobodyListensException.class);
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void speaksThroughABridgeThatMayUseTheHost() throws IOException {
        Bridge bridge = (on, path) ->
                on.query("echo 'echo connected >&2; cat'", LIMIT).stdout().strip();
        try (Host host = host(bridge);
                Duplex duplex = host.openUnix(socket.toString(), Duration.ZERO)) {
            duplex.send("abc".getBytes(UTF_8));
            assertThat(duplex.in().readNBytes(3)).isEqualTo("abc".getBytes(UTF_8));
        }
    }

    @Test
    void noticesAConnectionAfterManyWordsOfRefusal() throws IOException {
        Path refusing = Files.writeString(directory.resolve("refusing"), "");
        Bridge bridge = (on, path) -> "if [ -e '" + refusing + "' ]; then rm '" + refusing
                + "'; head -c 40000 /dev/zero >&2; (exit 75); else echo connected >&2; cat; fi";
        try (Host host = host(bridge);
                Duplex duplex = host.openUnix(socket.toString(), LIMIT)) {
            duplex.send("x".getBytes(UTF_8));
            assertThat(duplex.in().read()).isEqualTo('x');
        }
    }

    @Test
    void doesNotWaitWhenABridgeFails() throws IOException {
        try (Host host = host((on, path) -> "echo 'out of order' >&2; (exit 3)")) {
            assertThatThrownBy(() -> host.openUnix(socket.toString(), Duration.ofSeconds(50)))
                    .isInstanceOf(HostException.class)
                    .isNotInstanceOf(NobodyListensException.class)
                    .hasMessageEndingWith("it cannot be reached\n  out of order");
        }
    }

    @Test
    void saysWhyNoBridgeCouldBeBrought() throws IOException {
        Bridge bridge = (on, path) -> {
            throw new HostException(on.name(), "start the relay", "the disk is full");
        };
        try (Host host = host(bridge)) {
            assertThatThrownBy(() -> host.openUnix(socket.toString(), Duration.ZERO))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("needs socat or OpenBSD's nc")
                    .hasMessageEndingWith("here: start the relay: the disk is full");
        }
    }
}
