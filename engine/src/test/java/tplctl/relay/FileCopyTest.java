package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of a copy in this process, over real TLS. */
@Timeout(60)
class FileCopyTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int MEBI = 1 << 20;

    @TempDir
    Path dir;

    private Path source = Path.of("/");
    private Path target = Path.of("/");
    private PeerListener listener;
    private PeerConnection sending;
    private PeerConnection receiving;
    private final Job sender = new Job(fields -> {});
    private final Job receiver = new Job(fields -> {});

    @BeforeEach
    void connect() throws IOException, InterruptedException {
        source = dir.resolve("source");
        target = Files.createDirectory(dir.resolve("there")).resolve("a file");
        Identity here = Identity.create();
        Identity there = Identity.create();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        listener =
                PeerListener.open(loopback, 0, 0, new PinnedTls(there, here.certificate()), PeerListener.Limits.USUAL);
        sending = new PinnedTls(here, there.certificate())
                .connect(new InetSocketAddress(loopback, listener.port()), "x", LIMIT, sender);
        receiving = listener.take("x", LIMIT);
        receiver.onCancel(receiving::abort);
    }

    @AfterEach
    void close() throws IOException {
        sending.abort();
        receiving.abort();
        listener.close();
    }

    /** A file with random bytes at each of these offsets, {@code length} of them, and holes between. */
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

    private static String digest(Path file) throws IOException {
        MessageDigest digest = FileFrames.sha256();
        digest.update(Files.readAllBytes(file));
        return HexFormat.of().formatHex(digest.digest());
    }

    private CompletableFuture<Long> send(long size, String sha256) {
        return async(() -> new FileSender(sending, sender).send(source, size, sha256));
    }

    private CompletableFuture<Long> receive(long size, String sha256) {
        return async(() -> new FileReceiver(receiving, receiver).receive(target, size, 0400, sha256));
    }

    private interface Work {
        long run() throws IOException, InterruptedException;
    }

    private static CompletableFuture<Long> async(Work work) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return work.run();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static RelayException failure(CompletableFuture<Long> end) {
        try {
            throw new AssertionError("it did not fail but answered " + end.get(20, TimeUnit.SECONDS));
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(RelayException.class);
            return (RelayException) Objects.requireNonNull(e.getCause());
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    private static long blocks(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(
                new String(stat.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII).strip());
    }

    @Test
    void copiesOnlyWhatIsNotZero() throws IOException {
        // Data at both ends, over the border of a chunk, and less than a block before the odd end.
        long size = 40L * MEBI + 4096 + 77;
        String sha256 = make(size, 5000, 0, 3 * MEBI - 2500, 20 * MEBI + 123, size - 5000);
        CompletableFuture<Long> received = receive(size, sha256);
        long sent = send(size, sha256).join();
        assertThat(received.join()).isEqualTo(sent);
        assertThat(sent).isBetween(20_000L, 60_000L);
        assertThat(Files.mismatch(source, target)).isEqualTo(-1);
        assertThat(blocks(target)).isLessThanOrEqualTo(15 * 8);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("r--------");
        assertThat(target.getParent()).isDirectoryContaining("glob:**/a file").isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void copiesNothingAndNothingButZeros() throws IOException {
        String sha256 = make(7L * MEBI + 1, 0);
        CompletableFuture<Long> received = receive(7L * MEBI + 1, sha256);
        assertThat(send(7L * MEBI + 1, sha256).join()).isEqualTo(1);
        received.join();
        assertThat(target).hasSize(7L * MEBI + 1);
        assertThat(blocks(target)).isZero();
    }

    @Test
    void copiesAnEmptyFile() throws IOException {
        String sha256 = make(0, 0);
        CompletableFuture<Long> received = receive(0, sha256);
        send(0, sha256).join();
        received.join();
        assertThat(target).isEmptyFile();
    }

    @Test
    void copiesSomeMegabytesOfData() throws IOException {
        String sha256 = make(30L * MEBI, 30 * MEBI, 0);
        CompletableFuture<Long> received = receive(30L * MEBI, sha256);
        send(30L * MEBI, sha256).join();
        received.join();
        assertThat(Files.mismatch(source, target)).isEqualTo(-1);
    }

    @Test
    void refusesASourceThatIsNotWhatItWas() throws IOException {
        make(MEBI, 100, 0);
        CompletableFuture<Long> received = receive(MEBI, "0".repeat(64));
        RelayException here = failure(send(MEBI, "0".repeat(64)));
        assertThat(here.code()).isEqualTo(RelayException.Code.DIGEST);
        assertThat(here).hasMessageContaining("it was changed after it was made");
        assertThat(failure(received)).hasMessageContaining("the sender gave up", "it was changed");
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void refusesASourceOfAnotherSize() throws IOException {
        String sha256 = make(MEBI, 100, 0);
        CompletableFuture<Long> received = receive(MEBI - 1, sha256);
        assertThat(failure(send(MEBI - 1, sha256))).hasMessageContaining("has 1048576 bytes and not 1048575");
        failure(received);
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void saysThatThereIsNoSource() {
        CompletableFuture<Long> received = receive(5, "0".repeat(64));
        assertThat(failure(send(5, "0".repeat(64)))).hasMessageContaining("no such file or directory");
        assertThat(failure(received)).hasMessageContaining("no such file or directory");
    }

    @Test
    void keepsNothingOfContentThatAnotherDigestWasToldFor() throws IOException {
        CompletableFuture<Long> received = receive(4096, "0".repeat(64));
        sending.out().writeByte(FileFrames.DATA);
        sending.out().writeLong(0);
        sending.out().writeInt(4);
        sending.out().writeInt(42);
        sending.out().writeByte(FileFrames.END);
        sending.out().flush();
        assertThat(sending.in().readUnsignedByte()).isEqualTo(FileFrames.FAILED);
        assertThat(sending.in().readUTF()).isEqualTo("DIGEST");
        assertThat(sending.in().readUTF()).contains("what arrived has the SHA-256");
        sending.abort();
        assertThat(failure(received).code()).isEqualTo(RelayException.Code.DIGEST);
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void refusesFramesThatMakeNoSense() throws Exception {
        long[][] frames = {{-1, 4}, {4093, 4}, {0, 0}, {0, -1}, {0, FileFrames.CHUNK + 1}, {Long.MAX_VALUE, 2}};
        for (long[] frame : frames) {
            CompletableFuture<Long> received = receive(4096, "0".repeat(64));
            sending.out().writeByte(FileFrames.DATA);
            sending.out().writeLong(frame[0]);
            sending.out().writeInt((int) frame[1]);
            sending.out().flush();
            assertThat(sending.in().readUnsignedByte()).isEqualTo(FileFrames.FAILED);
            sending.abort();
            assertThat(failure(received)).hasMessageContaining("makes no sense");
            assertThat(target.getParent()).isEmptyDirectory();
            close();
            Files.delete(target.getParent());
            connect();
        }
    }

    @Test
    void doesNotReplaceWhatIsThere() throws IOException {
        String sha256 = make(40L * MEBI, 40 * MEBI, 0);
        Files.writeString(target, "precious");
        CompletableFuture<Long> received = receive(40L * MEBI, sha256);
        RelayException here = failure(send(40L * MEBI, sha256));
        assertThat(here.code()).isEqualTo(RelayException.Code.EXISTS);
        assertThat(here).hasMessageContaining("at the receiver: ").hasMessageContaining("exists already");
        failure(received);
        assertThat(target).hasContent("precious");
    }

    @Test
    void removesWhatAKilledRelayLeft() throws IOException {
        Path leftover = Files.writeString(target.resolveSibling(".a file.tplctl-0123456789abcdef"), "half");
        Path other = Files.writeString(target.resolveSibling(".another.tplctl-0123456789abcdef"), "half");
        String sha256 = make(10, 10, 0);
        CompletableFuture<Long> received = receive(10, sha256);
        send(10, sha256).join();
        received.join();
        assertThat(leftover).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void leavesAnotherCopyOfTheSameNameAlone() throws IOException {
        try (PartFile busy = PartFile.create(target, 4096)) {
            String sha256 = make(10, 10, 0);
            CompletableFuture<Long> received = receive(10, sha256);
            send(10, sha256).join();
            received.join();
            busy.write(0, new byte[] {1}, 1);
            assertThatThrownBy(() -> busy.publish(0400))
                    .isInstanceOf(RelayException.class)
                    .hasMessageContaining("exists already");
        }
        assertThat(target).hasSize(10);
        assertThat(target.getParent()).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void leavesNothingWhenItIsCancelled() throws IOException {
        CompletableFuture<Long> received = receive(4096, "0".repeat(64));
        sending.out().writeByte(FileFrames.DATA);
        sending.out().writeLong(0);
        sending.out().writeInt(1);
        sending.out().writeByte(1);
        sending.out().flush();
        while (isEmpty(dir.resolve("there"))) {
            Thread.onSpinWait();
        }
        assertThat(receiver.cancel()).isTrue();
        assertThat(failure(received)).hasMessageContaining("the connection ended");
        assertThat(target.getParent()).isEmptyDirectory();
    }
}
