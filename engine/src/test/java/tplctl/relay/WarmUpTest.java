package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
    private final Job job = new Job(answer -> {});

    @TempDir
    Path dir;

    private List<String> warmUp(Path... memories) throws IOException, InterruptedException {
        List<String> fields = List.of(memories).stream().map(Path::toString).toList();
        return Objects.requireNonNull(Commands.all().get("warm-up")).run(job, fields);
    }

    @Test
    void answersNothingWhenAllIsPrepared() throws Exception {
        Path memory = Files.write(dir.resolve("memory"), new byte[8192]);
        assertThat(warmUp()).isEmpty();
        assertThat(warmUp(memory, memory)).isEmpty();
    }

    @Test
    void saysWhichTemplateCannotBeRead() {
        assertThatThrownBy(() -> warmUp(dir.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }
}
