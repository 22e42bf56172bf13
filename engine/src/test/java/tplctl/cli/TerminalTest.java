package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void coloursATerminalUnlessToldOtherwise() {
        assertThat(terminal(true).outStyle(false).color()).isTrue();
        assertThat(terminal(true).outStyle(true).color()).isFalse();
        assertThat(terminal(true, "NO_COLOR", "1").outStyle(false).color()).isFalse();
        assertThat(terminal(true, "TERM", "dumb").outStyle(false).color()).isFalse();
        assertThat(terminal(false).outStyle(false).color()).isFalse();
        assertThat(terminal(false, "FORCE_COLOR", "1").outStyle(false).color()).isTrue();
        assertThat(terminal(false, "FORCE_COLOR", "0").outStyle(false).color()).isFalse();
        assertThat(terminal(true, "FORCE_COLOR", "1", "NO_COLOR", "1")
                        .outStyle(false)
                        .color())
                .isFalse();
    }

    @Test
    void repaintsOnlyWhereItIsSeen() {
        assertThat(terminal(true).repaints()).isTrue();
        assertThat(terminal(true, "CI", "true").repaints()).isFalse();
        assertThat(terminal(true, "TERM", "dumb").repaints()).isFalse();
        assertThat(terminal(false).repaints()).isFalse();
    }

    @Test
    void takesTheWidthFromTheEnvironment() {
        assertThat(terminal(true, "COLUMNS", "72").width()).isEqualTo(72);
        assertThat(terminal(false).width()).isEqualTo(100);
        assertThat(terminal(false, "COLUMNS", "wide").width()).isEqualTo(100);
    }

    @Test
    void keepsToAsciiWhereTheLocaleIsNotUtf8() {
        assertThat(terminal(true, "LANG", "en_US.UTF-8").outStyle(false).ascii())
                .isFalse();
        assertThat(terminal(true, "LANG", "de_DE.utf8", "LC_ALL", "C")
                        .outStyle(false)
                        .ascii())
                .isTrue();
        assertThat(terminal(true).outStyle(false).ascii()).isFalse();
    }

    @Test
    void remembersWhyAResultDidNotArrive() {
        ResultStream full = new ResultStream(failing("No space left on device"));
        full.print("x");
        assertThat(full.trouble()).contains("No space left on device");
        ResultStream gone = new ResultStream(failing("Broken pipe"));
        gone.print("x");
        assertThat(gone.trouble()).isEmpty();
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    private static Terminal terminal(boolean tty, String... env) {
        Map<String, String> variables = new HashMap<>();
        if (tty) {
            variables.put("COLUMNS", "80");
        }
        for (int i = 0; i < env.length; i += 2) {
            variables.put(env[i], env[i + 1]);
        }
        return new Terminal(
                new Keyboard(InputStream.nullInputStream()),
                new ResultStream(OutputStream.nullOutputStream()),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                variables,
                tty,
                tty,
                tty);
    }
}
