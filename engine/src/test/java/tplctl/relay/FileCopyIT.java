package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.SlowLink;
import tplctl.lab.WholeMachine;

/** Two agents as processes of their own; the receiver's file system is mounted in a mount namespace of its own. */
@Timeout(120)
@ExtendWith(WholeMachine.class)
class FileCopyIT {
    private static final Path POOL = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
    private static final int MEBI = 1 << 20;
    private static final int HUGE = 2 * MEBI;

    @TempDir
    Path dir;

    private Path source = Path.of("/");
    private Path mount = Path.of("/");
    private final List<RelayProcess> agents = new ArrayList<>();
    private String port = "";
    private Optional<SlowLink> link = Optional.empty();
    private long poolBefore;

    @BeforeEach
    void open() throws IOException {
        assumeThat(Files.isWritable(POOL.resolve("nr_hugepages")))
                .as("needs root, and huge pages")
                .isTrue();
        poolBefore = pool("nr_hugepages");
        mount = Files.createDirectory(dir.resolve("mount"));
        source = dir.resolve("source");
    }

    @AfterEach
    void close() throws IOException {
        agents.forEach(RelayProcess::close);
        if (link.isPresent()) {
            link.get().close();
        }
        Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(poolBefore));
        assertThat(pool("nr_hugepages")).isEqualTo(poolBefore);
    }

    private static long pool(String what) throws IOException {
        return Long.parseLong(Files.readString(POOL.resolve(what)).strip());
    }

    /** Both ends, in a namespace where this is mounted; they know each other. */
    private void start(String... mountOptions) throws IOException {
        List<String> before = Stream.concat(
                        Stream.of(
                                "unshare",
                                "--mount",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                "dir=$1; shift; mount $1 $2 $3 $4 none \"$dir\"; shift 4; exec \"$@\"",
                                "sh",
                                mount.toString()),
                        Stream.of(mountOptions))
                .toList();
        agents.add(RelayProcess.start(before, "agent"));
        agents.add(RelayProcess.start("agent"));
        assertThat(receiver().line()).isEqualTo("tplctl-relay 1");
        assertThat(sender().line()).isEqualTo("tplctl-relay 1");
        String certificate = sender().ask("0", "identity").get(1);
        port = receiver().ask("0", "listen", "127.0.0.1", "0", "0", certificate).get(1);
    }

    /** The copy takes so long that it can be ended midway. */
    private void slowly() {
        SlowLink slow = new SlowLink(Integer.parseInt(port));
        slow.bytesPerSecond(20L * MEBI);
        port = Integer.toString(slow.port());
        link = Optional.of(slow);
    }

    private RelayProcess receiver() {
        return agents.get(0);
    }

    private RelayProcess sender() {
        return agents.get(1);
    }

    private void tmpfs(String size) throws IOException {
        start("-t", "tmpfs", "-o", "size=" + size);
    }

    private void hugetlbfs() throws IOException {
        start("-t", "hugetlbfs", "-o", "pagesize=2M");
    }

    private Path there(String name) {
        return Path.of("/proc/" + receiver().pid() + "/root" + mount.resolve(name));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(there("."))) {
            return entries.map(each -> each.getFileName().toString()).toList();
        }
    }

    private String make(long size, int length, long... offsets) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(size);
            byte[] bytes = new byte[length];
            for (long offset : offsets) {
                new Random(offset).nextBytes(bytes);
                file.seek(offset);
                file.write(bytes);
            }
        }
        return digest(source);
    }

    /** Data throughout. */
    private void fill(long size) throws IOException {
        byte[] chunk = new byte[MEBI];
        new Random(1).nextBytes(chunk);
        try (OutputStream out = Files.newOutputStream(source)) {
            for (long at = 0; at < size; at += chunk.length) {
                out.write(chunk);
            }
        }
    }

    private static String digest(Path file) throws IOException {
        var digest = FileFrames.sha256();
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] chunk = new byte[MEBI];
            for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Gives both ends the same job. */
    private void begin(String job, Path from, Path to, long size, String sha256) {
        String certificate = receiver().ask("i", "identity").get(1);
        String bytes = Long.toString(size);
        receiver().say(Fields.line(List.of(job, "receive", "c" + job, to.toString(), bytes, "0400", sha256)));
        sender().say(Fields.line(
                List.of(job, "send", "127.0.0.1", port, certificate, "c" + job, from.toString(), bytes, sha256)));
    }

    private List<String> copy(String name, long size, String sha256) {
        begin("1", source, mount.resolve(name), size, sha256);
        sender().end("1");
        return receiver().end("1");
    }

    @Test
    void writesToHugePagesByMappingAndReadsThemWithoutTakingAny() throws IOException {
        Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(poolBefore + 8));
        hugetlbfs();
        long free = pool("free_hugepages");
        long size = 4L * HUGE;
        String sha256 = make(size, 100_000, 5, HUGE - 50_000, 3L * HUGE + 77);
        assertThat(copy("ä memory", size, sha256)).startsWith("ok");
        Path made = there("ä memory");
        assertThat(digest(made)).isEqualTo(sha256);
        // The third page is a hole, also after it has been read.
        assertThat(pool("free_hugepages")).isEqualTo(free - 3);
        assertThat(Files.getPosixFilePermissions(made)).hasToString("[OWNER_READ]");
        assertThat(names()).containsExactly("ä memory");

        // And from hugetlbfs to elsewhere.
        Path back = dir.resolve("back");
        begin("2", made, back, size, sha256);
        assertThat(sender().end("2")).startsWith("ok");
        assertThat(receiver().end("2")).startsWith("ok");
        assertThat(Files.mismatch(back, made)).isEqualTo(-1);
        assertThat(pool("free_hugepages")).isEqualTo(free - 3);
    }

    @Test
    void refusesAPoolThatIsTooSmallBeforeItTakesAPage() throws IOException {
        Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(poolBefore + 3));
        hugetlbfs();
        long free = pool("free_hugepages");
        long size = (free + 1) * HUGE;
        String sha256 = make(size, 10, 0);
        List<String> end = copy("memory", size, sha256);
        assertThat(end).startsWith("error", "no-space");
        assertThat(end.get(2))
                .contains("not enough huge pages of 2048 KiB: " + (free + 1) + " are needed, " + free + " are free");
        assertThat(names()).isEmpty();
        assertThat(pool("free_hugepages")).isEqualTo(free);
        assertThat(pool("resv_hugepages")).isZero();
    }

    @Test
    void refusesASizeThatHugePagesCannotHave() throws IOException {
        hugetlbfs();
        List<String> end = copy("memory", HUGE + 4096, make(HUGE + 4096, 10, 0));
        assertThat(end).startsWith("error", "usage").last().asString().contains("has to be a multiple");
        assertThat(names()).isEmpty();
    }

    @Test
    void givesPagesBackWhenTheSenderIsKilled() throws IOException {
        Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(poolBefore + 64));
        hugetlbfs();
        long free = pool("free_hugepages");
        killTheSenderMidway(60L * HUGE);
        assertThat(pool("free_hugepages")).isEqualTo(free);
        assertThat(pool("resv_hugepages")).isZero();
    }

    @Test
    void leavesNothingWhenTheSenderIsKilled() throws IOException {
        tmpfs("1g");
        killTheSenderMidway(600L * MEBI);
    }

    private void killTheSenderMidway(long size) throws IOException {
        slowly();
        // No digest is compared before all is read, and this copy never gets there.
        fill(size);
        String sha256 = "0".repeat(64);
        begin("1", source, mount.resolve("memory"), size, sha256);
        assertThat(receiver().line()).startsWith("1 progress ");
        assertThat(names()).hasSize(1);
        sender().kill();
        assertThat(receiver().end("1"))
                .startsWith("error", "peer")
                .last()
                .asString()
                .matches("the connection ended after [0-9]+ of " + size + " bytes");
        assertThat(names()).isEmpty();
    }

    @Test
    void leavesNothingWhenItsControllerGoes() throws IOException {
        tmpfs("1g");
        Path from = dir.resolve("never");
        receiver().say(Fields.line(List.of("1", "receive", "c", from.toString(), "1", "0400", "0".repeat(64))));
        receiver().endInput();
        assertThat(receiver().end("1")).startsWith("error", "cancelled");
        assertThat(receiver().exit()).isZero();
    }

    @Test
    void removesWhatIsHalfMadeWhenItIsTerminated() throws IOException {
        tmpfs("1g");
        slowly();
        long size = 300L * MEBI;
        fill(size);
        String sha256 = "0".repeat(64);
        // Elsewhere than in its mount, which goes with it.
        Path half = Files.createDirectory(dir.resolve("there")).resolve("half");
        begin("1", source, half, size, sha256);
        assertThat(receiver().line()).startsWith("1 progress ");
        assertThat(half.getParent()).isNotEmptyDirectory();
        ProcessHandle.of(receiver().pid()).orElseThrow().destroy();
        assertThat(receiver().exit()).isEqualTo(143);
        assertThat(half.getParent()).isEmptyDirectory();
    }

    @Test
    void saysThatTheFileSystemIsFull() throws IOException {
        tmpfs("8m");
        long size = 40L * MEBI;
        String sha256 = make(size, 20 * MEBI, 0);
        begin("1", source, mount.resolve("memory"), size, sha256);
        assertThat(sender().end("1"))
                .startsWith("error", "no-space")
                .last()
                .asString()
                .isEqualTo("at the receiver: receive " + mount + "/memory: No space left on device");
        assertThat(receiver().end("1")).startsWith("error", "no-space");
        assertThat(names()).isEmpty();
        // One of the same size with more holes has room, and the agents go on.
        Files.delete(source);
        assertThat(copy("memory", size, make(size, MEBI, 3 * MEBI))).startsWith("ok");
    }
}
