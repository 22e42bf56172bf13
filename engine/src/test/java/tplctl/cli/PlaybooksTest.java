package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tplctl.kinds.Kinds;

/** The playbooks that ship hold what they promise: each is valid, and says at its head what it shows. */
class PlaybooksTest {
    private static final Path PLAYBOOKS =
            Path.of("../playbooks").toAbsolutePath().normalize();

    private static final String INVENTORY =
            PLAYBOOKS.resolveSibling("inventory").resolve("hosts.yml").toString();

    static List<Path> playbooks() {
        try (Stream<Path> files = Files.list(PLAYBOOKS)) {
            return files.filter(f -> f.toString().endsWith(".yml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thereIsAQuickstart() {
        assertThat(playbooks()).contains(PLAYBOOKS.resolve("quickstart.yml"));
    }

    @ParameterizedTest
    @MethodSource("playbooks")
    void isValidAndSaysWhatItShows(Path playbook) throws IOException {
        Tplctl tplctl = new Tplctl(PLAYBOOKS, Kinds::named);
        assertThat(tplctl.run("validate", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .contains("valid");
        assertThat(tplctl.run("graph", "-i", INVENTORY, playbook.toString())
                        .exits(0)
                        .out())
                .startsWith("digraph");
        assertThat(Files.readString(playbook)).startsWith("# ");
    }
}
