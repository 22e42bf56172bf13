package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.lab.LabHost;
import tplctl.login.Become;

/** Sockets of root's, for a user who logs in by SSH and may use sudo, on hosts with neither socat nor nc. */
@Timeout(120)
class RelayBridgeIT {
    private static final String DIRECTORY = "/run/tplctl/it's \"$HOME\" ü";

    /** Hides the programs that there are for sockets, and makes one that listens and sends back what it gets. */
    private static final String SETUP = """
            mkdir -m 700 "$D"
            for each in socat nc nc.openbsd nc.traditional ncat; do
            for in in /usr/bin /bin /usr/local/bin; do
            [ ! -e $in/$each ] || mount --bind /dev/null "$(readlink -f $in/$each)"
            done
            done
            cat >/run/tplctl/echo <<'.'
            import os, socket, sys, threading
            s = socket.socket(socket.AF_UNIX)
            os.chdir(sys.argv[1])
            s.bind(sys.argv[2])
            s.listen(64)
            def serve(c):
                while d := c.recv(65536):
                    c.sendall(d)
                c.close()
            while True:
                threading.Thread(target=serve, args=(s.accept()[0],)).start()
            .
            """;

    private static final String LISTEN = """
            setsid python3 /run/tplctl/echo "$D" "$N" </dev/null >/dev/null 2>&1 &
            while ! grep -q "$N" /proc/net/unix; do sleep 0.01; done
            """;

    private static final String NO_JAVA = """
            mount -t tmpfs none /usr/lib/jvm
            ! command -v java
            """;

    @TempDir
    static Path cache;

    private static Lab lab;
    private static LabHost withJava;
    private static LabHost without;

    private final List<String> waiting = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void up() {
        lab = Lab.up(HostSpec.PLAIN, HostSpec.PLAIN);
        withJava = lab.host(0);
        without = lab.host(1);
        for (LabHost each : List.of(withJava, without)) {
            each.exec(named("") + SETUP);
            listen(each, "a socket");
        }
        without.exec(NO_JAVA);
    }

    @AfterAll
    static void down() {
        lab.close();
    }

    private static String named(String name) {
        return ScriptFrame.set("D", DIRECTORY) + ScriptFrame.set("N", name);
    }

    private static void listen(LabHost host, String name) {
        host.exec(named(name) + LISTEN);
    }

    /** A run of the program: a connection, and a relay that knows of no earlier one. */
    private final class Run implements AutoCloseable {
        final SshCase user = SshCase.of(lab, "");
        final Connection connection;

        Run(LabHost host) {
            Transport transport = user.connect(SshCase.login(host.address(), "user", "deploy"));
            RelayRuntime relay = new RelayRuntime(cache, waiting::add);
            connection = Connection.over(transport, "deploy", Optional.of(new RelayBridge(() -> relay)));
        }

        Host root() {
            return connection.as(Optional.of(Become.root()));
        }

        @Override
        public void close() {
            connection.close();
            user.close();
        }
    }

    private static void echoes(Host host, String path) throws IOException {
        try (Duplex duplex = host.openUnix(path, Duration.ZERO)) {
            byte[] said = {0, (byte) 0xff, '\n', 'x'};
            duplex.send(said);
            assertThat(duplex.in().readNBytes(said.length)).isEqualTo(said);
        }
    }

    private static String sent(LabHost host) {
        return host.exec("find /var/lib/tplctl/runtime -type f -printf '%i %p\\n' | sort");
    }

    @Test
    void reachesASocketThroughTheHostsOwnJavaAndSendsTheRelayOnce() throws Exception {
        String first;
        try (Run run = new Run(withJava)) {
            echoes(run.root(), DIRECTORY + "/a socket");
            first = sent(withJava);
            assertThat(first.lines()).singleElement().asString().endsWith("/relay.jar");
            echoes(run.root(), DIRECTORY + "/a socket");
        }
        long before = withJava.bytesIn();
        try (Run later = new Run(withJava)) {
            echoes(later.root(), DIRECTORY + "/a socket");
        }
        assertThat(sent(withJava)).isEqualTo(first);
        assertThat(withJava.bytesIn() - before)
                .isLessThan(RelayKit.ofThisProgram().jar().length);
        assertThat(waiting).isEmpty();
    }

    @Test
    void bringsAJavaWhereThereIsNone() throws Exception {
        String first;
        try (Run run = new Run(without)) {
            echoes(run.root(), DIRECTORY + "/a socket");
            first = sent(without);
            assertThat(first).contains("/java/bin/java\n");
            assertThat(waiting).singleElement().asString().contains("there is no Java; making a small one");
        }
        waiting.clear();
        try (Run later = new Run(without)) {
            echoes(later.root(), DIRECTORY + "/a socket");
        }
        assertThat(sent(without)).isEqualTo(first);
        assertThat(waiting).isEmpty();
    }

    @Test
    void carriesMegabytesOfSeveralAtOnce() {
        byte[] much = new byte[3_000_000];
        new java.util.Random(1).nextBytes(much);
        try (Run run = new Run(withJava)) {
            List<CompletableFuture<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(CompletableFuture.supplyAsync(() -> throughSocket(run.root(), much)));
            }
            all.forEach(each ->
                    assertThat(each.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(much));
        }
    }

    private static byte[] throughSocket(Host host, byte[] bytes) {
        try (Duplex duplex = host.openUnix(DIRECTORY + "/a socket", Duration.ZERO)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    duplex.send(bytes);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            byte[] back = duplex.in().readNBytes(bytes.length);
            sending.join();
            return back;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void waitsForSomebodyWhoListens() throws Exception {
        withJava.exec(named("dead") + "python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]);"
                + " socket.socket(socket.AF_UNIX).bind(sys.argv[2])' \"$D\" \"$N\"");
        String path = DIRECTORY + "/dead";
        try (Run run = new Run(withJava)) {
            assertThatThrownBy(() -> run.root().openUnix(path, Duration.ofMillis(300)))
                    .isInstanceOf(NobodyListensException.class)
                    .hasMessageContaining("nobody accepts a connection there (Connection refused) after 300 ms");
            assertThatThrownBy(() -> run.root().openUnix(DIRECTORY + "/missing", Duration.ZERO))
                    .isInstanceOf(NobodyListensException.class)
                    .hasMessageContaining("there is no such socket");
            CompletableFuture<Duplex> opening =
                    CompletableFuture.supplyAsync(() -> run.root().openUnix(path, Duration.ofSeconds(60)));
            // Refused by at least one bridge that was started for it.
            withJava.exec("until pgrep -f 'relay.Main bridge .*/dead' >/dev/null; do sleep 0.01; done");
            withJava.exec(named("dead") + "rm \"$D/$N\"");
            assertThat(opening).isNotDone();
            listen(withJava, "dead");
            try (Duplex duplex = opening.get(60, TimeUnit.SECONDS)) {
                duplex.send("x".getBytes(UTF_8));
                assertThat(duplex.in().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void doesNotWaitForWhatMayNotBeOpened() throws Exception {
        withJava.exec(named("private") + "D=/run/tplctl/open; mkdir $D;" + LISTEN + "chmod 700 $D/$N");
        try (Run run = new Run(withJava)) {
            Host nobody = run.connection.as(Optional.of(new Become("nobody", "sudo", Optional.empty())));
            // Root has it brought; nobody could not.
            echoes(run.root(), "/run/tplctl/open/private");
            assertThatThrownBy(() -> nobody.openUnix("/run/tplctl/open/private", Duration.ofSeconds(60)))
                    .isInstanceOf(HostException.class)
                    .isNotInstanceOf(NobodyListensException.class)
                    .hasMessageContaining("Permission denied");
        }
    }

    @Test
    void endsWhenItsConnectionDoes() {
        try (Run run = new Run(withJava)) {
            listen(withJava, "ending");
            Duplex open = run.root().openUnix(DIRECTORY + "/ending", Duration.ZERO);
            assertThat(withJava.exec("pgrep -f 'relay.Main bridge .*/ending' | wc -l"))
                    .isNotEqualTo("0\n");
            open.close();
            withJava.exec("while pgrep -f 'relay.Main bridge .*/ending' >/dev/null; do sleep 0.01; done");
        }
    }

    @Test
    void saysWhatIsNeededWhereTheRelayCannotBeBrought() {
        try (Run run = new Run(without)) {
            Host nobody = run.connection.as(Optional.of(new Become("nobody", "sudo", Optional.empty())));
            without.exec("D=/run/tplctl/all; N=all; mkdir $D;" + LISTEN + "chmod 666 $D/$N");
            without.exec("mkdir -p /var/lib/tplctl/runtime; mount -t tmpfs none /var/lib/tplctl/runtime");
            try {
                assertThatThrownBy(() -> nobody.openUnix("/run/tplctl/all/all", Duration.ZERO))
                        .isInstanceOf(HostException.class)
                        .hasMessageContaining("needs socat or OpenBSD's nc")
                        .hasMessageContaining("Permission denied");
            } finally {
                without.exec("umount /var/lib/tplctl/runtime");
            }
        }
    }
}
