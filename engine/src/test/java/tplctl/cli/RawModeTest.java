package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs in stty's place. */
class RawModeTest {
    @TempDir
    Path scratch;

    private RawMode raw(String saved, String raw) throws IOException {
        Path stty = scratch.resolve("stty");
        Files.writeString(
                stty,
                "#!/bin/sh\necho \"$*\" >>\"$0.log\"\ncase $1 in -g) " + saved + " ;; raw) " + raw + " ;; esac\n");
        Files.setPosixFilePermissions(stty, PosixFilePermissions.fromString("rwx------"));
        return new RawMode(stty.toString());
    }

    private Path log() {
        return scratch.resolve("stty.log");
    }

    @Test
    void isEnteredAndLeft() throws IOException {
        RawMode mode = raw("echo 500:5", "exit 0");
        assertThat(mode.enter()).isTrue();
        mode.leave();
        mode.leave();
        assertThat(log()).hasContent("-g\nraw -echo\n500:5\n");
        assertThat(mode.enter()).isFalse();
    }

    @Test
    void saysThatTheTerminalCannotBeAsked() throws IOException {
        try (RawMode mode = raw("exit 1", "exit 0")) {
            assertThat(mode.enter()).isFalse();
        }
        assertThat(log()).hasContent("-g\n");
        try (RawMode mode = new RawMode(scratch.resolve("none").toString())) {
            assertThat(mode.enter()).isFalse();
        }
    }

    @Test
    void saysThatTheTerminalDidNotBecomeSo() throws IOException {
        try (RawMode mode = raw("echo 500:5", "exit 1")) {
            assertThat(mode.enter()).isFalse();
        }
        // What it changed before it failed is set back.
        assertThat(log()).hasContent("-g\nraw -echo\n500:5\n");
    }
}
