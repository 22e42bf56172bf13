package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.login.Become;
import tplctl.login.Secret;

/** Work as another user, through a sudo that is made up for the test, and through the real one. */
@Timeout(60)
final class BecomeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String OPTIONS = """
            #!/bin/sh
            echo "$*" >>'%1$s/arguments'
            while :; do
            case $1 in
            -p) prompt=$2; shift 2 ;;
            -u) user=$2; shift 2 ;;
            --) shift; break ;;
            *) shift ;;
            esac
            done
            %2$s
            exec "$@"
            """;

    @TempDir
    Path directory;

    private Become sudo(String does, Optional<Secret> password) throws IOException {
        Path exe = Files.writeString(directory.resolve("sudo it"), OPTIONS.formatted(directory, does));
        Files.setPosixFilePermissions(exe, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Become("somebody", exe.toString(), password);
    }

    private Host host(Become become, Duration answerLimit) {
        Transport transport = new ProcessTransport("here");
        ShellHost.Settings settings = new ShellHost.Settings(
                "sh", directory.resolve("locks").toString(), Optional.of(become), Optional.empty(), answerLimit);
        return new ShellHost(transport, new Sessions(transport), settings, transport::close);
    }

    private static final String ASKS = """
            for try in 1 2 3; do
            printf %s "$prompt" >&2
            read -r password
            [ "$password" = "it's \\$me" ] && break
            echo 'Sorry, try again.' >&2
            done
            """;

    @Test
    void givesThePasswordWhenItIsAskedAndNowhereElse() throws Exception {
        try (Host host = host(sudo("echo lecture >&2\n" + ASKS, Optional.of(new Secret("it's $me"))), LIMIT)) {
            assertThat(host.query("echo out; echo err >&2", LIMIT)).isEqualTo(new CommandResult(0, "out\n", "err\n"));
            host.lock("ann", Duration.ZERO, waiting -> {}).close();
            assertThat(host.change("echo changed", LIMIT).stdout()).isEqualTo("changed\n");
        }
        assertThat(directory.resolve("arguments")).content().contains("-S -p").doesNotContain("$me");
    }

    @Test
    void saysThatAPasswordIsWrongAndDoesNotTryItAgain() throws Exception {
        try (Host host = host(sudo(ASKS, Optional.of(new Secret("hunter2"))), LIMIT)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> host.query(":", LIMIT))
                        .isInstanceOf(HostException.class)
                        .hasMessageContaining("the become password is wrong")
                        .hasMessageContaining("login user " + System.getProperty("user.name"))
                        .hasMessageNotContaining("hunter2");
            }
        }
        assertThat(directory.resolve("arguments")).content().containsOnlyOnce("-S -p");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sudo: a password is required|1|-K, or as ansible_become_password",
                "ann is not in the sudoers file.|1|add to sudoers: ",
                "Sorry, user ann is not allowed to execute 'sh' as root on here.|1|add to sudoers: ",
                "sudo: sorry, you must have a tty to run sudo|1|!requiretty",
                "sudo: unknown user somebody|1|there is no user somebody",
                "sudo: not found|127|install sudo",
                "sudo: unable to resolve the meaning of life|1|sudo did not start a shell",
            })
    void saysWhatToDoWhenSudoRefuses(String words, int exit, String advice) throws Exception {
        try (Host host = host(sudo("echo \"" + words + "\" >&2; exit " + exit, Optional.empty()), LIMIT)) {
            assertThatThrownBy(() -> host.query(":", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("here: ")
                    .hasMessageContaining("user ")
                    .hasMessageContaining(advice)
                    .hasMessageContaining(words);
        }
    }

    @Test
    void saysThatSudoDoesNotAnswer() throws Exception {
        try (Host host = host(sudo("cat >/dev/null", Optional.empty()), Duration.ofMillis(400))) {
            assertThatThrownBy(() -> host.query(":", LIMIT))
                    .isInstanceOf(HostTimeoutException.class)
                    .hasMessageContaining("sudo does not answer");
        }
    }

    @Test
    void saysThatThereIsNoSudo() {
        try (Host host = host(new Become("somebody", "no-such-sudo", Optional.empty()), LIMIT)) {
            assertThatThrownBy(() -> host.query(":", LIMIT)).hasMessageContaining("there is no no-such-sudo");
        }
    }

    @Test
    void doesNotUseSudoToStayTheSameUser() {
        Become same = new Become(System.getProperty("user.name"), "no-such-sudo", Optional.empty());
        try (Host host = host(same, LIMIT)) {
            assertThat(host.query("id -un", LIMIT).stdout().strip()).isEqualTo(same.user());
        }
    }

    @Test
    void becomesAnotherUserThroughTheRealSudo() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root may become anybody");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Host host = host(new Become("nobody", "sudo", Optional.empty()), LIMIT)) {
            assertThat(host.query("id -un; pwd", LIMIT).stdout()).isEqualTo("nobody\n/\n");
            host.put(directory.resolve("file").toString(), "x".getBytes(UTF_8), "0600");
            host.put(directory.resolve("large").toString(), new byte[100_000], "0600");
            assertThat(host.query("stat -c %U '" + directory + "/file' '" + directory + "/large'", LIMIT)
                            .stdout())
                    .isEqualTo("nobody\nnobody\n");
            assertThatThrownBy(() -> host.query("sleep 1000", Duration.ofMillis(500)))
                    .isInstanceOf(HostTimeoutException.class)
                    .hasMessageContaining("and was ended")
                    .hasMessageNotContaining("still runs");
        }
        try (Connection here = Connection.local("here")) {
            Host plain = here.as(Optional.empty());
            assertThat(plain).isInstanceOf(LocalHost.class).isSameAs(here.as(Optional.of(Become.root())));
            Host nobody = here.as(Optional.of(new Become("nobody", "sudo", Optional.empty())));
            assertThat(nobody.query("id -un", LIMIT).stdout()).isEqualTo("nobody\n");
            assertThatThrownBy(() -> nobody.lock("ann", Duration.ZERO, waiting -> {}))
                    .hasMessageContaining("cannot write in")
                    .hasMessageContaining("become root there, not nobody");
        }
    }

    /** A sudo whose commands find this one program for sockets only. */
    private Become with(String program) throws IOException {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        for (String each : new String[] {"sh", "id", "grep", "sleep", program}) {
            Files.createSymbolicLink(programs.resolve(each), Path.of("/usr/bin", each));
        }
        return sudo("PATH='" + programs + "'", Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"socat", "nc"})
    @SuppressWarnings("try")
    void reachesASocketAsTheOtherUser(String program) throws Exception {
        Path path = directory.resolve("a,b:c!d\"e\\f g'h(i)[j]{k}$l ü");
        try (Host host = host(with(program), LIMIT);
                ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
                Duplex ours = host.openUnix(path.toString(), Duration.ZERO);
                SocketChannel theirs = server.accept()) {
            ours.send("abc".getBytes(UTF_8));
            ByteBuffer got = ByteBuffer.allocate(3);
            while (got.hasRemaining()) {
                assertThat(theirs.read(got)).isPositive();
            }
            assertThat(got.array()).isEqualTo("abc".getBytes(UTF_8));
            theirs.write(ByteBuffer.wrap(new byte[] {(byte) 0xff, 0}));
            assertThat(ours.in().readNBytes(2)).containsExactly(0xff, 0);
            CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
                try {
                    return ours.in().read();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            ours.close();
            assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(theirs.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socat", "nc"})
    void saysWhenNobodyListens(String program) throws Exception {
        Path dead = directory.resolve("dead");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(dead))
                .close();
        try (Host host = host(with(program), LIMIT)) {
            assertThatThrownBy(() -> host.openUnix(directory + "/missing", Duration.ZERO))
                    .isInstanceOf(NobodyListensException.class)
                    .hasMessageEndingWith("there is no such socket");
            assertThatThrownBy(() -> host.openUnix(dead.toString(), Duration.ofMillis(50)))
                    .isInstanceOf(NobodyListensException.class)
                    .hasMessageContaining("nobody accepts a connection there");
            assertThatThrownBy(() -> host.openUnix(directory.toString(), Duration.ZERO))
                    .isNotInstanceOf(NobodyListensException.class)
                    .hasMessageContaining("it is not a socket");
        }
    }

    @Test
    void saysWhichProgramsReachASocket() throws Exception {
        Path path = directory.resolve("socket");
        try (Host host = host(with("true"), LIMIT);
                ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
            assertThat(server.isOpen()).isTrue();
            assertThatThrownBy(() -> host.openUnix(path.toString(), Duration.ZERO))
                    .hasMessageContaining("socat or OpenBSD's nc");
        }
    }
}
