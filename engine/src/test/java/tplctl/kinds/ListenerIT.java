package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.lab.WholeMachine;
import tplctl.machine.Layout;
import tplctl.machine.Listener;

/** Ports that consoles listen on: read from their texts, and seen to be taken, in the shells that hosts have. */
@ExtendWith(WholeMachine.class)
class ListenerIT {
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "telnet:127.0.0.1:7000,server,nowait|127.0.0.1:7000",
                "tcp::7000,server=on,wait=off|port 7000",
                "tcp:[::1]:7000,wait=off,server|[::1]:7000",
                "mon:telnet:127.0.0.1:7000,server,nowait|127.0.0.1:7000",
                "tcp:127.0.0.1:7000,server=on|127.0.0.1:7000",
                "tcp:127.0.0.1:7000,server=off,wait=on|",
                "telnet:localhost:7000,nowait,server=on,logfile=/x|localhost:7000",
                "tcp:127.0.0.1:7000|",
                "tcp:127.0.0.1:7000,server=off|",
                "unix:/tmp/a:7000,server,nowait|",
                "file:/tmp/telnet::7000,server|",
                "none|"
            })
    void readsAConsole(String console, String listener) {
        assertThat(Listener.parse(console).map(Listener::toString)).isEqualTo(Optional.ofNullable(listener));
    }

    @Shells
    void tellsWhatIsTaken(List<String> shell) throws IOException {
        Bench bench = new Bench(shell, dir);
        try (ServerSocket loopback = new ServerSocket();
                ServerSocket all = new ServerSocket(0)) {
            loopback.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.2"), 0));
            int own = loopback.getLocalPort();
            List<Listener> wanted = List.of(
                    new Listener("127.0.0.2", own),
                    new Listener("127.0.0.3", own),
                    new Listener("", own),
                    new Listener("0.0.0.0", own),
                    new Listener("127.0.0.1", all.getLocalPort()),
                    new Listener("localhost", all.getLocalPort()));
            assertThat(bench.run(Listener.look(wanted).script()).stdout().lines())
                    .containsExactly(
                            "taken 127.0.0.2:" + own,
                            "taken port " + own,
                            "taken 0.0.0.0:" + own,
                            "taken 127.0.0.1:" + all.getLocalPort(),
                            "taken localhost:" + all.getLocalPort());
        }
    }

    @Shells
    void namesTheVmThatListens(List<String> shell) throws IOException {
        Bench bench = new Bench(shell, dir);
        Path vm = Path.of(Layout.RUN, "vms", "holds-a-port");
        Files.createDirectories(vm);
        Path pid = vm.resolve("pid");
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(pid, ProcessHandle.current().pid() + " (java) S\n");
            Listener wanted = new Listener("127.0.0.1", socket.getLocalPort());
            assertThat(bench.run(Listener.look(List.of(wanted)).script()).stdout())
                    .isEqualTo("taken " + wanted + " held by holds-a-port\n");
        } finally {
            Files.deleteIfExists(pid);
            Files.delete(vm);
        }
    }
}
