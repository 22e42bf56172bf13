package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The corpus that {@link FilterFuzz} left: seeds of changed streams, with what became of them. */
class FuzzCorpusTest {
    private static List<String> corpus() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(FuzzCorpusTest.class.getResourceAsStream("/streams/corpus")),
                StandardCharsets.US_ASCII))) {
            return in.lines().toList();
        }
    }

    @Test
    void whatWasRefusedIsAndWhatWasTakenDoesTheSame() throws IOException {
        List<String> corpus = corpus();
        assertThat(corpus).hasSizeGreaterThan(400).anyMatch(line -> line.endsWith(" taken"));
        for (String line : corpus) {
            String[] words = line.split(" ", 2);
            GeneratedStream changed = FilterFuzz.changed(Long.parseLong(words[0]));
            Oracle.Outcome outcome = Oracle.check(changed.bytes(), changed.templates());
            assertThat(outcome.refusal().isPresent() ? "refused" : "taken")
                    .as(line)
                    .isEqualTo(words[1]);
        }
    }
}
