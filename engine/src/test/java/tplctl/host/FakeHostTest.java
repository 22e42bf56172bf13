package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FakeHostTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    void answersAsItWasToldAndRecordsWhatWasAsked() {
        try (FakeHost host = new FakeHost("h")) {
            host.on("findmnt /a", new CommandResult(1, "", ""))
                    .on("stat", script -> script.startsWith("stat"), script -> new CommandResult(0, script, ""));
            assertThat(host.query("findmnt /a", LIMIT).exit()).isEqualTo(1);
            assertThat(host.change("stat /b", LIMIT).stdout()).isEqualTo("stat /b");
            host.put("/f", "x".getBytes(StandardCharsets.UTF_8), "0600");
            assertThat(host.read("/f").orElseThrow()).containsExactly('x');
            assertThat(host.mode("/f")).contains("0600");
            assertThat(host.calls())
                    .containsExactly(
                            new FakeHost.Call("query", "findmnt /a"),
                            new FakeHost.Call("change", "stat /b"),
                            new FakeHost.Call("put", "/f"),
                            new FakeHost.Call("read", "/f"));
        }
    }

    @Test
    void failsOnAScriptThatItDoesNotKnowAndNamesTheNearest() {
        FakeHost host = new FakeHost("h");
        host.on("mount -t tmpfs none /a", new CommandResult(0, "", "")).on("rm -f /b", new CommandResult(0, "", ""));
        assertThatThrownBy(() -> host.change("mount -t tmpfs none /c", LIMIT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("/c")
                .hasMessageEndingWith("mount -t tmpfs none /a");
        assertThatThrownBy(host::close).isInstanceOf(AssertionError.class);
    }

    @Test
    void isLockedByOneAtATime() {
        try (FakeHost host = new FakeHost("h").lockedBy("bob")) {
            assertThatThrownBy(() -> host.lock("ann", LIMIT, message -> {}))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining("bob");
        }
    }
}
