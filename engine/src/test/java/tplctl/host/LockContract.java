package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How every {@link Host} is kept for one run. */
abstract class LockContract extends ScriptContract {
    /** What the directory of the lock's files becomes: under sudo, the login user gets to his file in it. */
    String lockDirectoryMode() {
        return "rwx------";
    }

    @Test
    void theLockIsOneRunsAtATime() {
        try (Host other = connect(locks())) {
            HostLock first = host.lock("ann", Duration.ZERO, LockContract::unexpected);
            assertThat(first.held()).isTrue();
            LockHeldException e = catchThrowableOfType(
                    LockHeldException.class, () -> other.lock("bob", Duration.ZERO, LockContract::unexpected));
            assertThat(e.holder()).isEqualTo("ann");
            assertThat(e).hasMessageContaining(host.name());
            first.close();
            assertThat(first.held()).isFalse();
            try (HostLock second = other.lock("bob's \"$(id)\" \\n\nbox", Duration.ZERO, LockContract::unexpected)) {
                assertThat(second.held()).isTrue();
                assertThatThrownBy(() -> host.lock("ann", Duration.ZERO, LockContract::unexpected))
                        .hasMessageContaining("locked by bob's \"$(id)\" \\n box;");
            }
        }
    }

    @Test
    void theLockDirectoryIsPrivateUnlessItExists() throws Exception {
        host.lock("ann", Duration.ZERO, LockContract::unexpected).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(locks())))
                .isEqualTo(lockDirectoryMode());
        for (String file : List.of("lock", "busy")) {
            assertThat(query("stat -c %a '" + locks().resolve(file) + "'")
                            .stdout()
                            .strip())
                    .isEqualTo(lockDirectoryMode().equals("rwx------") ? "644" : "600");
        }
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Host other = connect(open)) {
            other.change(":", LIMIT);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void theLockGoesWithTheProcessThatHasIt() throws Exception {
        try (OtherRun other = new OtherRun(locks(), "ann", "")) {
            assertThatThrownBy(() -> host.lock("bob", Duration.ZERO, LockContract::unexpected))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining("ann");
            other.kill();
        }
        awaitLock("bob").close();
    }

    @Test
    void theLockWaitsForScriptsThatAKilledRunLeft() throws Exception {
        Path done = directory.resolve("done");
        Fifo started = new Fifo(host, directory.resolve("started"));
        Fifo go = new Fifo(host, directory.resolve("go"));
        String script = "echo >" + started + "; read -r _ <" + go + "; echo >" + done;
        try (OtherRun other = new OtherRun(locks(), "ann", script);
                BufferedReader out = started.reader()) {
            assertThat(out.readLine()).isEmpty();
            other.kill();
        }
        awaitRelease();
        assertThatThrownBy(() -> host.lock("bob", Duration.ZERO, LockContract::unexpected))
                .isInstanceOf(LockHeldException.class)
                .hasMessageContaining("earlier");
        assertThatThrownBy(() -> host.lock("bob", Duration.ofMillis(10), message -> {}))
                .isInstanceOf(LockHeldException.class)
                .hasMessageContaining("earlier");
        List<String> told = new ArrayList<>();
        try (HostLock lock = host.lock("bob", LIMIT, message -> {
            told.add(message);
            go.write("go");
        })) {
            assertThat(done).exists();
            assertThat(lock.held()).isTrue();
        }
        assertThat(told).hasSize(1).first().asString().contains(host.name(), "earlier");
    }

    @Test
    void aScriptThatOutlivesItsChangeNeedNotBeWaitedFor() {
        Fifo go = new Fifo(host, directory.resolve("go"));
        host.change("{ read -r _ <" + go + "; } 9>&- >/dev/null 2>&1 &", LIMIT);
        try (Host other = connect(locks())) {
            other.lock("bob", Duration.ZERO, LockContract::unexpected).close();
        }
        go.write("go");
    }

    @Test
    void queriesDoNotKeepAnyoneWaiting() {
        Fifo go = new Fifo(host, directory.resolve("go"));
        host.query("{ read -r _ <" + go + "; } >/dev/null 2>&1 &", LIMIT);
        try (Host other = connect(locks())) {
            other.lock("bob", Duration.ZERO, LockContract::unexpected).close();
        }
        go.write("go");
    }

    @Test
    void changesNothingOnceAnotherRunTookOver() throws Exception {
        try (HostLock lock = host.lock("ann", Duration.ZERO, LockContract::unexpected)) {
            assertThat(lock.held()).isTrue();
            assertThat(host.change("echo mine", LIMIT).stdout()).isEqualTo("mine\n");
            Files.writeString(locks().resolve("lock"), "bob\nanother token\n");
            Path witness = directory.resolve("witness");
            assertThatThrownBy(() -> host.change("echo >'" + witness + "'", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("another run took the host over");
            assertThat(witness).doesNotExist();
        }
        assertThat(host.change("echo without", LIMIT).stdout()).isEqualTo("without\n");
    }

    @Test
    void saysWhereItCannotLock() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        try (Host other = connect(file)) {
            assertThatThrownBy(() -> other.lock("bob", Duration.ZERO, LockContract::unexpected))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("cannot write in " + file);
            assertThatThrownBy(() -> other.change(":", LIMIT))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("cannot write in " + file);
        }
    }

    private static void unexpected(String message) {
        throw new AssertionError(message);
    }

    /** The keeper of a killed run's lock needs a moment to see that it is alone. */
    private HostLock awaitLock(String holder) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                return host.lock(holder, Duration.ZERO, LockContract::unexpected);
            } catch (LockHeldException e) {
                assertThat(System.nanoTime())
                        .as("still held: %s", e.getMessage())
                        .isLessThan(deadline);
            }
        }
    }

    private void awaitRelease() {
        assertThat(query("exec 8>>'" + locks() + "/lock'; flock 8").ok()).isTrue();
    }
}
