package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayKitTest {
    @TempDir
    Path dir;

    private static List<String> names(byte[] jar) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
                names.add(each.getName());
            }
        }
        return names;
    }

    @Test
    void holdsTheRelaysClassesAndNoOthers() throws IOException {
        assertThat(names(RelayKit.ofThisProgram().jar()))
                .contains("tplctl/relay/Main.class", "tplctl/relay/Agent.class")
                .allMatch(name -> name.matches("tplctl/relay/[^/]+\\.class"))
                .isSorted();
    }

    @Test
    void isTheSameFromAJarAsFromADirectory() throws IOException {
        RelayKit kit = RelayKit.ofThisProgram();
        Path jar = Files.write(dir.resolve("any.jar"), kit.jar());
        assertThat(RelayKit.from(jar).jar()).isEqualTo(kit.jar());
        assertThat(RelayKit.from(jar).digest()).isEqualTo(kit.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void refusesAPlaceWithoutTheRelay() throws IOException {
        Files.createDirectories(dir.resolve("tplctl/relay"));
        assertThatThrownBy(() -> RelayKit.from(dir))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(dir.toString());
    }

    @Test
    void runsWithNothingBesideIt() throws Exception {
        Path jar =
                Files.write(dir.resolve("relay.jar"), RelayKit.ofThisProgram().jar());
        Process agent = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java", "-cp", jar.toString(), RelayKit.MAIN, "agent")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        agent.getOutputStream().write("1 identity\n2 nonsense\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        agent.getOutputStream().close();
        String said = new String(agent.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(said).startsWith("tplctl-relay 1\n").contains("2 error usage ");
        assertThat(agent.waitFor()).isZero();
    }
}
