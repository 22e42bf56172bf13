package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a migration ended whose stream the filter refused, by what its emulator said at about that time. */
@Timeout(60)
class ReasonsTest {
    @TempDir
    Path dir;

    private Optional<FakeEmulator> fake = Optional.empty();
    private Optional<Emulator> emulator = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        fake = Optional.of(new FakeEmulator(dir.resolve("qmp"), "running"));
        emulator = Optional.of(Emulator.open(dir.resolve("qmp")));
    }

    @AfterEach
    void close() throws IOException {
        emulator.orElseThrow().close();
        fake.orElseThrow().close();
    }

    @ParameterizedTest
    @CsvSource({
        "setup, REFUSED, not understood",
        "active, REFUSED, not understood",
        "device, REFUSED, not understood",
        "completed, REFUSED, not understood",
        "failed, IO, the emulator says that the migration failed",
        "cancelled, IO, the emulator says that the migration was cancelled"
    })
    void onlyAnEmulatorThatGaveUpKnowsBetter(String status, RelayException.Code code, String words) throws IOException {
        Watch watch = new Watch(emulator.orElseThrow());
        fake.orElseThrow().migrates(status);
        RelayException refused = new RelayException(RelayException.Code.REFUSED, "not understood");
        Watch.Signal failed = new Watch.Signal(Watch.Kind.TRANSFER_FAILED, "", Optional.of(refused), System.nanoTime());
        RelayException why = new Reasons(emulator.orElseThrow(), watch).transferFailed(failed);
        assertThat(why.code()).isEqualTo(code);
        assertThat(why).hasMessage(words);
    }
}
