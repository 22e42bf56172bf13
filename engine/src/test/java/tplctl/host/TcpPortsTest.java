package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TcpPortsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Opens a port of this machine's loopback address. */
    private interface Way {
        Duplex open(int port);
    }

    static Stream<Way> ways() {
        return Stream.of(
                port -> new LocalHost("here").openTcp("127.0.0.1", port, LIMIT),
                port -> new ProcessTransport("here").openTcp("127.0.0.1", port, LIMIT));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void carriesBytesBothWaysAndWakesItsReaderWhenItIsClosed(Way way) throws IOException {
        Duplex near;
        Socket far;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            near = way.open(server.getLocalPort());
            far = server.accept();
        }
        try (far) {
            near.send(new byte[] {1, -1, 0});
            assertThat(far.getInputStream().readNBytes(3)).containsExactly(1, -1, 0);
            far.getOutputStream().write(new byte[] {2, -1});
            assertThat(near.in().readNBytes(2)).containsExactly(2, -1);
            assertThat(near.passesDescriptors()).isFalse();
            near.close();
            assertThat(far.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(() -> near.in().read()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void saysThatNobodyListens(Way way) throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertThatThrownBy(() -> way.open(port))
                .isInstanceOf(NobodyListensException.class)
                .hasMessage("here: connect to 127.0.0.1:" + port + ": nobody accepts a connection there");
    }

    @ParameterizedTest
    @CsvSource({
        "1, SocketForbiddenException, its sshd forwards no TCP ports for this user; AllowTcpForwarding",
        "2, NobodyListensException, nobody accepts a connection there",
        "3, SocketForbiddenException, its SSH server does not know how to forward TCP ports (unknown channel type)",
        "4, HostException, its SSH server opened no channel: resource shortage",
        "9, HostException, its SSH server opened no channel: reason 9"
    })
    void saysWhyAnSshServerRefuses(int reason, String type, String words) {
        HostException why = TcpPorts.refused("h1", "connect to ::1:7000", new SshLink.RefusedException(reason));
        assertThat(why).hasMessageStartingWith("h1: connect to ::1:7000: " + words);
        assertThat(why.getClass().getSimpleName()).isEqualTo(type);
    }
}
