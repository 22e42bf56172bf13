package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries to this machine, and to it in a mount namespace where no Java can be seen. */
@Timeout(300)
class RelayRuntimeIT {
    private static final List<String> NO_JAVA = List.of(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            "mount -t tmpfs none /usr/lib/jvm && unset JAVA_HOME && PATH=/usr/bin:/bin && exec \"$@\"",
            "sh");

    @TempDir
    static Path cache;

    @TempDir
    Path dir;

    private final RelayKit kit = RelayKit.ofThisProgram();
    private final List<String> said = new ArrayList<>();
    private Path kept = Path.of("/");

    @BeforeEach
    void place() {
        kept = dir.resolve("a runtime's directory");
    }

    private RelayRuntime delivery(Path javaHome) {
        return new RelayRuntime(() -> kit, new JavaRuntime(javaHome, cache), kept.toString(), said::add);
    }

    private RelayRuntime delivery() {
        return delivery(Path.of(System.getProperty("java.home")));
    }

    private Host here() {
        return new LocalHost("here", List.of("sh"), dir.resolve("lock").toString());
    }

    private Host withoutJava() {
        assumeThat(Files.isWritable(Path.of("/sys/kernel/mm")))
                .as("needs root, for a mount namespace")
                .isTrue();
        List<String> shell = Stream.concat(NO_JAVA.stream(), Stream.of("sh")).toList();
        return new LocalHost("bare", shell, dir.resolve("lock").toString());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(kept)) {
            return entries.map(each -> String.valueOf(each.getFileName())).toList();
        }
    }

    /** Speaks through the bridge with a socket. */
    private void bridges(List<String> words) throws IOException, InterruptedException {
        Path socket = dir.resolve("socket");
        List<String> all = Stream.concat(words.stream(), Stream.of("bridge", socket.toString()))
                .toList();
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket))) {
            Process bridge = new ProcessBuilder(all).start();
            bridge.getOutputStream().write("hello\n".getBytes(UTF_8));
            bridge.getOutputStream().flush();
            BufferedReader out = new BufferedReader(new InputStreamReader(bridge.getInputStream(), UTF_8));
            assertThat(new BufferedReader(new InputStreamReader(bridge.getErrorStream(), UTF_8)).readLine())
                    .isEqualTo("connected");
            try (SocketChannel client = server.accept()) {
                BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
                assertThat(in.readLine()).isEqualTo("hello");
                Channels.newOutputStream(client).write("there\n".getBytes(UTF_8));
                assertThat(out.readLine()).isEqualTo("there");
            }
            assertThat(bridge.waitFor()).isZero();
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void putsTheRelayThereOnce() throws Exception {
        try (Host host = here()) {
            List<String> words = delivery().provide(host);
            Path jar = kept.resolve(kit.digest()).resolve("relay.jar");
            assertThat(jar).hasBinaryContent(kit.jar());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(jar)))
                    .isEqualTo("r--r--r--");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(jar.getParent())))
                    .isEqualTo("rwxr-xr-x");
            bridges(words);
            Object inode = Files.getAttribute(jar, "unix:ino");
            assertThat(delivery().provide(host)).isEqualTo(words);
            assertThat(Files.getAttribute(jar, "unix:ino")).isEqualTo(inode);
            assertThat(said).isEmpty();
        }
    }

    @Test
    void replacesOneThatIsDamaged() throws IOException {
        Path jar = kept.resolve(kit.digest()).resolve("relay.jar");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "half");
        try (Host host = here()) {
            assertThat(delivery().provide(host)).isNotEmpty();
        }
        assertThat(jar).hasBinaryContent(kit.jar());
    }

    @Test
    void takesDeliveriesAtOnce() throws IOException {
        try (Host host = here()) {
            List<CompletableFuture<List<String>>> all = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> delivery().provide(host)))
                    .limit(4)
                    .toList();
            assertThat(all.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        }
        try (Stream<Path> files = Files.list(kept.resolve(kit.digest()))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void removesWhatIsOldAndNotInUse() throws Exception {
        List<String> digests = List.of("1".repeat(64), "2".repeat(64), "3".repeat(64));
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(9)));
        for (String each : digests) {
            Path made = Files.createDirectories(kept.resolve(each));
            Files.writeString(made.resolve("relay.jar"), each);
            if (!each.startsWith("3")) {
                Files.setLastModifiedTime(made, old);
            }
        }
        Files.setLastModifiedTime(Files.createDirectory(kept.resolve("not ours")), old);
        // A process that names the second, as a relay that runs from there does.
        Process user = new ProcessBuilder("sh", "-c", "echo started; read -r end", digests.get(1)).start();
        try (Host host = here()) {
            assertThat(user.getInputStream().read()).isEqualTo('s');
            assertThat(delivery().provide(host)).isNotEmpty();
        } finally {
            user.getOutputStream().close();
            user.waitFor();
        }
        assertThat(names()).containsExactlyInAnyOrder(digests.get(1), digests.get(2), kit.digest(), "not ours");
    }

    @Test
    void sendsAJavaToAHostWithoutOne() throws Exception {
        try (Host host = withoutJava()) {
            List<String> words = delivery().provide(host);
            assertThat(words.get(2)).startsWith(kept + "/").endsWith("/java/bin/java");
            assertThat(said).singleElement().asString().startsWith("bare: there is no Java");
            bridges(Stream.concat(NO_JAVA.stream(), words.stream()).toList());
            assertThat(names()).hasSize(2);

            // TLS and keys work in it too.
            List<String> agent = new ArrayList<>(NO_JAVA);
            agent.addAll(words);
            agent.add("agent");
            Process process = new ProcessBuilder(agent).start();
            process.getOutputStream().write("1 identity\n".getBytes(UTF_8));
            process.getOutputStream().flush();
            BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
            assertThat(out.readLine()).isEqualTo("tplctl-relay 1");
            assertThat(out.readLine()).startsWith("1 ok MII");
            process.getOutputStream().close();
            assertThat(process.waitFor()).isZero();

            said.clear();
            assertThat(delivery().provide(host)).isEqualTo(words);
            assertThat(said).isEmpty();
        }
    }

    @Test
    void saysWhatToInstallWhenNoneCanBeMade() {
        try (Host host = withoutJava()) {
            assertThatThrownBy(() -> delivery(dir).provide(host))
                    .isInstanceOf(HostException.class)
                    .hasMessageStartingWith("bare: start the relay: there is no Java of 17 or later")
                    .hasMessageContaining("the Java here, " + dir + ", is no JDK: it has no jlink")
                    .hasMessageEndingWith("packages: [default-jre-headless]");
        }
    }

    @Test
    void sendsNoneToAnotherProcessor() {
        try (FakeHost host = new FakeHost("arm")) {
            host.on("platform", text -> text.contains("uname -m"), text -> said("platform aarch64 glibc\n"))
                    .onAny(text -> said(""));
            assertThatThrownBy(() -> delivery().provide(host))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("it is aarch64 glibc and this machine ")
                    .hasMessageEndingWith("packages: [default-jre-headless]");
            assertThat(host.calls("put")).isEmpty();
        }
    }

    private static CommandResult said(String stdout) {
        return new CommandResult(0, stdout, "");
    }
}
