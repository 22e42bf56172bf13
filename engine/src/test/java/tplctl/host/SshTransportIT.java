package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.login.Login;

/** Commands and Unix sockets of real hosts, and what happens when a host or the way to it is lost. */
@Timeout(60)
class SshTransportIT {
    /** Listens at a path and sends back what it gets. */
    private static final String ECHO = """
            exec /usr/bin/python3 -c 'import socket,sys,threading
            s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);s.listen(128)
            def serve(c):
             while True:
              d=c.recv(65536)
              if not d: break
              c.sendall(d)
             c.close()
            while True: threading.Thread(target=serve,args=(s.accept()[0],)).start()' \
            """;

    private static Lab lab;
    private static String plain;
    private static String closed;
    private SshCase user;

    @BeforeAll
    static void up() {
        lab = Lab.up(
                HostSpec.PLAIN.sshd("MaxSessions 3"),
                HostSpec.PLAIN.sshd("AllowStreamLocalForwarding no"),
                HostSpec.PLAIN);
        plain = lab.host(0).address();
        closed = lab.host(1).address();
    }

    @AfterAll
    static void down() {
        lab.close();
    }

    @BeforeEach
    void begin() {
        user = SshCase.of(lab, "");
    }

    @AfterEach
    void end() {
        user.close();
    }

    @Test
    void keepsTheStreamsApartAndTellsTheExitCode() throws IOException {
        Transport host = user.connect(plain);
        try (Transport.Running running = host.start("echo out; echo err >&2; exit 7")) {
            assertThat(text(running.out().readAllBytes())).isEqualTo("out\n");
            assertThat(text(running.err().readAllBytes())).isEqualTo("err\n");
            assertThat(running.exit(SshCase.LIMIT)).hasValue(7);
        }
    }

    @Test
    void hasNoExitCodeForACommandThatWasKilledOrRunsOn() throws IOException {
        Transport host = user.connect(plain);
        try (Transport.Running killed = host.start("kill -9 $$");
                Transport.Running runs = host.start("cat")) {
            assertThat(killed.out().readAllBytes()).isEmpty();
            assertThat(killed.exit(SshCase.LIMIT)).isEqualTo(OptionalInt.empty());
            assertThat(runs.exit(Duration.ofMillis(50))).isEqualTo(OptionalInt.empty());
            runs.in().close();
            assertThat(runs.exit(SshCase.LIMIT)).hasValue(0);
        }
    }

    @Test
    void carriesManyBytesBothWays() throws Exception {
        byte[] bytes = new byte[32 << 20];
        new Random(1).nextBytes(bytes);
        Transport host = user.connect(plain);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Transport.Running running = host.start("cat")) {
            Future<?> writer = pool.submit(() -> {
                running.in().write(bytes);
                running.in().close();
                return 0;
            });
            byte[] back = running.out().readAllBytes();
            writer.get(30, TimeUnit.SECONDS);
            assertThat(Arrays.equals(back, bytes)).isTrue();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void goesOnWhileAChannelIsNotRead() throws IOException {
        Transport host = user.connect(plain);
        try (Transport.Running unread = host.start("head -c 8000000 /dev/zero; head -c 8000000 /dev/zero >&2; cat")) {
            for (int i = 0; i < 20; i++) {
                assertThat(SshCase.run(host, "echo " + i)).isEqualTo(String.valueOf(i));
            }
            unread.in().close();
            assertThat(unread.out().readAllBytes()).hasSize(8000000);
            assertThat(unread.err().readAllBytes()).hasSize(8000000);
        }
    }

    @Test
    void isBusyWhenNoMoreSessionsFit() throws IOException {
        Transport host = user.connect(plain);
        List<Transport.Running> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(host.start("cat"));
        }
        assertThatThrownBy(() -> host.start("true"))
                .isInstanceOf(Transport.BusyException.class)
                .hasMessage(
                        plain + ": it takes no command besides the 3 that run; sshd_config's MaxSessions is the limit");
        running.get(0).in().close();
        assertThat(running.get(0).exit(SshCase.LIMIT)).hasValue(0);
        running.forEach(Transport.Running::close);
        assertThat(host.connected()).isTrue();
    }

    @Test
    void connectsToUnixSocketsAHundredTimes() throws IOException {
        Transport host = user.connect(plain);
        echoes(host, "/run/tplctl/echo");
        List<Duplex> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(host.openUnix("/run/tplctl/echo", Duration.ofSeconds(20)));
        }
        for (int i = 0; i < 100; i++) {
            byte[] sent = ("message " + i).getBytes(StandardCharsets.UTF_8);
            all.get(i).send(sent);
            assertThat(all.get(i).in().readNBytes(sent.length)).isEqualTo(sent);
        }
        all.forEach(Duplex::close);
        assertThat(host.connected()).isTrue();
    }

    @Test
    void saysThatNobodyListensOnAPort() {
        Transport host = user.connect(plain);
        assertThatThrownBy(() -> host.openTcp("127.0.0.1", 9, SshCase.LIMIT))
                .isInstanceOf(NobodyListensException.class)
                .hasMessage(plain + ": connect to 127.0.0.1:9: nobody accepts a connection there");
        assertThat(host.connected()).isTrue();
    }

    @Test
    void wakesAReaderWhenTheDuplexIsClosed() throws Exception {
        Transport host = user.connect(plain);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        echoes(host, "/run/tplctl/wake");
        Duplex duplex = host.openUnix("/run/tplctl/wake", Duration.ofSeconds(20));
        try {
            Future<Integer> reader = pool.submit(() -> duplex.in().read());
            duplex.close();
            assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThatThrownBy(() -> duplex.send(new byte[1])).isInstanceOf(IOException.class);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void saysWhyAUnixSocketCannotBeReached() {
        Transport host = user.connect(plain);
        assertThatThrownBy(() -> host.openUnix("/run/tplctl/none", Duration.ZERO))
                .isInstanceOf(NobodyListensException.class)
                .hasMessage(plain + ": connect to /run/tplctl/none: there is no such socket");
        assertThatThrownBy(() -> host.openUnix("/run/tplctl/none", Duration.ofMillis(100)))
                .isInstanceOf(NobodyListensException.class)
                .hasMessageContaining("after 100 ms");
        assertThatThrownBy(() -> host.openUnix("/etc/passwd", Duration.ZERO))
                .hasMessageContaining("it is not a socket");
        assertThatThrownBy(() -> host.openUnix("/" + "x".repeat(107), Duration.ZERO))
                .hasMessageContaining("the path has 108 bytes");
    }

    @Test
    void tellsAForbiddenSocketFromAMissingOne() {
        Transport host = user.connect(closed);
        echoes(host, "/run/tplctl/echo");
        SshCase.run(host, "until [ -S /run/tplctl/echo ]; do :; done");
        assertThatThrownBy(() -> host.openUnix("/run/tplctl/echo", Duration.ZERO))
                .isInstanceOf(SocketForbiddenException.class)
                .hasMessageContaining("AllowStreamLocalForwarding in sshd_config should be yes or local");
    }

    @Test
    void wakesAllReadersWhenTheConnectionIsDropped() throws Exception {
        Transport host = user.connect(lab.host(2).address());
        ExecutorService pool = Executors.newCachedThreadPool();
        try (Transport.Running one = host.start("cat");
                Transport.Running two = host.start("cat")) {
            List<Future<Integer>> readers = List.of(
                    pool.submit(() -> one.out().read()),
                    pool.submit(() -> one.err().read()),
                    pool.submit(() -> two.out().read()));
            lab.host(2).dropConnections();
            for (Future<Integer> reader : readers) {
                assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
                        .hasMessageContaining(lab.host(2).address() + ": the connection was closed by the other end");
            }
            assertThat(one.exit(SshCase.LIMIT)).isEmpty();
            assertThat(host.connected()).isFalse();
            assertThatThrownBy(() -> host.start("true"))
                    .isInstanceOf(HostUnreachableException.class)
                    .hasMessage(lab.host(2).address() + ": the connection was closed by the other end");
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void noticesThatTheWayToAHostIsDown() {
        String address = lab.host(2).address();
        Transport host = user.connect(SshCase.login(address, "serveraliveinterval", "1", "serveralivecountmax", "2"));
        try (Transport.Running running = host.start("cat")) {
            lab.host(2).linkDown();
            assertThatThrownBy(() -> running.out().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(address + ": nothing was heard from it for")
                    .hasMessageContaining("the host or the network to it is down");
        } finally {
            lab.host(2).linkUp();
        }
    }

    @Test
    void outlivesSilenceWhenTheHostAnswers() throws Exception {
        // unanswered, the pings end the connection after 6 s; the host may well be late with some answers
        Transport host = user.connect(SshCase.login(plain, "serveraliveinterval", "1", "serveralivecountmax", "5"));
        assertThat(SshCase.run(host, "sleep 9; echo awake")).isEqualTo("awake");
        assertThat(host.connected()).isTrue();
    }

    @Test
    void givesUpOnAHostThatDoesNotAnswerInTime() {
        Login login = SshCase.login("10.255.255.1", "connecttimeout", "1");
        Login once = new Login(
                login.name(),
                login.address(),
                login.port(),
                login.user(),
                login.password(),
                login.keys(),
                login.options(),
                login.config(),
                login.connectTimeout(),
                0);
        lab.host(2).exec("kill -STOP $(cat " + lab.directory() + "/h2/sshd.pid)");
        try {
            Login silent = new Login(
                    lab.host(2).address(),
                    login.address(),
                    login.port(),
                    login.user(),
                    login.password(),
                    login.keys(),
                    login.options(),
                    login.config(),
                    login.connectTimeout(),
                    0);
            assertThatThrownBy(() -> user.connect(silent))
                    .isInstanceOf(HostUnreachableException.class)
                    .hasMessageContaining("no login to " + lab.host(2).address() + " port 22 within 1.0 s");
        } finally {
            lab.host(2).exec("kill -CONT $(cat " + lab.directory() + "/h2/sshd.pid)");
        }
        assertThatThrownBy(() -> user.connect(once)).isInstanceOf(HostUnreachableException.class);
    }

    @Test
    void endsEverythingWhenItIsClosed() throws Exception {
        Transport host = user.connect(plain);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Transport.Running running = host.start("cat")) {
            Future<Integer> reader = pool.submit(() -> running.out().read());
            host.close();
            host.close();
            assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("the connection was closed");
            assertThat(host.connected()).isFalse();
        } finally {
            pool.shutdownNow();
        }
    }

    /** Starts a server that ends with the connection. */
    private static void echoes(Transport host, String path) {
        assertThat(host.start(ECHO + path).exit(Duration.ZERO)).isEmpty();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
