package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(strings = {"dash", "bash", "busybox sh"})
final class LocalHostTest extends HostContract {
    private final List<String> shell;

    LocalHostTest(String shell) {
        this.shell = List.of(shell.split(" "));
        try (Host standard = new LocalHost("standard")) {
            boolean found =
                    standard.query("command -v " + this.shell.get(0), LIMIT).ok();
            assumeTrue(found, () -> shell + " is not installed");
        }
    }

    @Override
    Host connect(Path lockDirectory) {
        return new LocalHost("here", shell, lockDirectory.toString());
    }

    @Test
    void saysWhichShellIsMissing() {
        try (Host host = new LocalHost("here", List.of("no-such-shell"), "/nowhere")) {
            CommandResult result = host.query("echo ran", LIMIT);
            assertThat(result.exit()).isEqualTo(127);
            assertThat(result.stderr()).contains("no-such-shell");
        }
    }

    @Test
    void refusesAScriptWithNul() {
        assertThatThrownBy(() -> Script.of("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void startsNothingForAThreadThatIsInterrupted() {
        try (Host host = connect(directory)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> host.query("echo ran", Duration.ofSeconds(1)))
                    .isInstanceOf(HostInterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
