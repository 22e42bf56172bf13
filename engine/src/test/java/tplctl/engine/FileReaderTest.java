package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.LocalHost;

@Timeout(60)
class FileReaderTest {
    @TempDir
    Path dir;

    @Test
    void readsEveryByteOfFilesWithOddNames() throws IOException {
        byte[] all = new byte[256 * 3];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Path odd = Files.write(dir.resolve("-a b'c\"$d\ne"), all);
        Path empty = Files.write(dir.resolve("empty"), new byte[0]);
        Path link = Files.createSymbolicLink(dir.resolve("link"), odd);
        Map<String, FileReader.Found> found = read(odd, empty, link);
        assertThat(of(found, odd.toString()).content()).hasValue(all);
        assertThat(of(found, link.toString()).content()).hasValue(all);
        assertThat(of(found, empty.toString()).content()).hasValue(new byte[0]);
        assertThat(found.values()).allSatisfy(one -> assertThat(one.problem()).isEmpty());
    }

    @Test
    void whatIsNotThereIsNoProblem() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "x");
        Path dangling = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("nowhere"));
        Map<String, FileReader.Found> found = read(dir.resolve("none"), dangling, file.resolve("below"));
        assertThat(found.values()).hasSize(3).allSatisfy(one -> {
            assertThat(one.content()).isEmpty();
            assertThat(one.problem()).isEmpty();
        });
    }

    @Test
    void refusesWhatIsTooBigAndWhatIsNoFile() throws Exception {
        Path most = Files.write(dir.resolve("most"), new byte[1 << 20]);
        Path big = Files.write(dir.resolve("big"), new byte[(1 << 20) + 1]);
        Path pipe = dir.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Map<String, FileReader.Found> found = read(most, big, dir, pipe);
        assertThat(of(found, most.toString()).content()).hasValue(new byte[1 << 20]);
        assertThat(of(found, big.toString())).hasToString("Found[content=Optional.empty, problem=more than 1 MiB]");
        assertThat(of(found, dir.toString()).problem()).isEqualTo("not a regular file");
        assertThat(of(found, pipe.toString()).problem()).isEqualTo("not a regular file");
    }

    @Test
    void whatMayNotBeReadIsAProblemAndNotAbsent() throws IOException {
        Path closed = Files.createDirectory(dir.resolve("closed"));
        Path inside = Files.writeString(closed.resolve("file"), "x");
        Path secret = Files.writeString(dir.resolve("secret"), "x");
        Path open = Files.writeString(dir.resolve("open"), "x");
        permit(dir, "rwxr-xr-x");
        permit(secret, "-w-------");
        permit(closed, "-w-------");
        try {
            FakeHost host = new FakeHost("h1").onAny(FileReaderTest::asNobody);
            Map<String, FileReader.Found> found =
                    FileReader.read(host, List.of(inside.toString(), secret.toString(), open.toString()));
            assertThat(of(found, inside.toString()).problem()).contains("Permission denied");
            assertThat(of(found, secret.toString()).problem()).contains("Permission denied");
            assertThat(of(found, open.toString()).content()).hasValue(new byte[] {'x'});
        } finally {
            permit(closed, "rwx------");
        }
    }

    @Test
    void asksOnceForAllOfThem() throws IOException {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            paths.add(Files.writeString(dir.resolve("file" + i), "number " + i).toString());
        }
        List<String> scripts = new ArrayList<>();
        try (LocalHost local = new LocalHost("localhost")) {
            FakeHost host = new FakeHost("h1").onAny(script -> {
                scripts.add(script);
                return local.query(script, Duration.ofSeconds(30));
            });
            assertThat(FileReader.read(host, paths))
                    .hasSize(50)
                    .allSatisfy((path, found) -> assertThat(found.content()).isPresent());
        }
        assertThat(scripts).hasSize(1);
    }

    private static Map<String, FileReader.Found> read(Path... paths) {
        try (LocalHost host = new LocalHost("localhost")) {
            List<String> names = new ArrayList<>();
            for (Path path : paths) {
                names.add(path.toString());
            }
            return FileReader.read(host, names);
        }
    }

    private static FileReader.Found of(Map<String, FileReader.Found> found, String path) {
        return Optional.ofNullable(found.get(path)).orElseThrow();
    }

    // Root may read everything; permissions are for others.
    private static CommandResult asNobody(String script) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.addAll(List.of("sh", "-c", script));
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(Path.of("/").toFile());
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new CommandResult(process.waitFor(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
