package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How every {@link Host} runs scripts, tried on one whose files this machine sees too. */
@Timeout(60)
abstract class ScriptContract {
    static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    Host host = new FakeHost("not connected");

    /** Another connection, as of another run, to the same host. */
    abstract Host connect(Path lockDirectory);

    @BeforeEach
    void open() {
        host = connect(locks());
    }

    @AfterEach
    void close() {
        host.close();
    }

    Path locks() {
        return directory.resolve("locks");
    }

    CommandResult query(String script) {
        return host.query(script, LIMIT);
    }

    @Test
    void returnsWhatAScriptWroteAndItsExitCode() {
        assertThat(query("echo out; echo err >&2; exit 7")).isEqualTo(new CommandResult(7, "out\n", "err\n"));
        assertThat(query("false\n")).isEqualTo(new CommandResult(1, "", ""));
        assertThat(query("")).isEqualTo(new CommandResult(0, "", ""));
        assertThat(query("# only a comment").exit()).isZero();
        assertThat(host.change("echo out; exit 7", LIMIT)).isEqualTo(new CommandResult(7, "out\n", ""));
    }

    @Test
    void tellsWhatAScriptWritesWhileItRuns() throws Exception {
        Fifo go = new Fifo(host, directory.resolve("go"));
        List<String> told = new CopyOnWriteArrayList<>();
        CompletableFuture<CommandResult> running = CompletableFuture.supplyAsync(() -> host.change(
                Script.of("echo one; printf 'two\\r3'; read -r _ <'" + go + "'; echo ' of 4'; echo err >&2; exit 5"),
                LIMIT,
                (line, whole) -> told.add(line + (whole ? "." : "…"))));
        try {
            while (!told.contains("3…")) {
                assertThat(running).isNotDone();
                Thread.onSpinWait();
            }
            assertThat(told).contains("one.");
        } finally {
            go.write("");
        }
        assertThat(running.get()).isEqualTo(new CommandResult(5, "one\ntwo\r3 of 4\n", "err\n"));
        assertThat(told).endsWith("3 of 4.");
    }

    @Test
    void keepsTheLastOfWhatItTells() {
        AtomicInteger lines = new AtomicInteger();
        CommandResult result = host.change(
                Script.of("yes 0123456789012345678901234567890123456789 | head -n 500000; echo end"),
                Duration.ofSeconds(50),
                (line, whole) -> lines.addAndGet(whole ? 1 : 0));
        assertThat(lines).hasValue(500_001);
        assertThat(result.exit()).isZero();
        assertThat(result.stdout()).hasSizeBetween(60_000, 140_000).endsWith("\nend\n");
    }

    @Test
    void reportsASignalAs128More() {
        assertThat(query("kill -s KILL $$").exit()).isEqualTo(137);
        assertThat(query("kill -s TERM $$").exit()).isEqualTo(143);
        assertThat(query("sh -c 'kill -s KILL $$'").exit()).isEqualTo(137);
    }

    @Test
    void runsNothingOfAScriptThatDoesNotParse() {
        Path witness = directory.resolve("witness");
        CommandResult result = query("echo ran >'" + witness + "'\nif true; then");
        assertThat(result.exit()).isNotZero();
        assertThat(result.stderr()).isNotBlank();
        assertThat(witness).doesNotExist();
    }

    @Test
    void givesTheScriptQuietSurroundings() {
        assertThat(query("cat; pwd; umask; echo $LC_ALL; [ -t 0 ] || echo no terminal; ls -l /proc/self/fd/0")
                        .stdout())
                .startsWith("/\n0022\nC\nno terminal\n")
                .endsWith("/dev/null\n");
        assertThat(query("ps -o sid= -p $$; echo $$")
                        .stdout()
                        .lines()
                        .map(String::strip)
                        .distinct())
                .hasSize(1);
        assertThat(query("command -v mkfs.ext2 || case $PATH in *:/usr/sbin:/sbin) ;; *) exit 1 ;; esac")
                        .ok())
                .isTrue();
    }

    @Test
    void keepsTheScriptOutOfArgumentLists() {
        CommandResult seen =
                query("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'hun[t]er2'; : hunter2");
        assertThat(seen.stdout()).isEqualTo("0\n");
    }

    @Test
    void passesEveryCharacterOfAScript() {
        String hostile = "a'b\"c $(echo no) `echo no` \\n ü € 😀 \t -e";
        assertThat(query("cat <<'EOF'\n" + hostile + "\nEOF").stdout()).isEqualTo(hostile + "\n");
    }

    @Test
    void keepsOddBytesOfOutput() {
        assertThat(query("printf 'a\\000b\\r\\n\\303\\274\\n\\377'").stdout()).isEqualTo("a\0b\r\nü\n\ufffd");
    }

    @Test
    void takesAScriptThatIsLargerThanAPipe() {
        String word = "x".repeat(300_000);
        assertThat(query("cat <<'EOF'\n" + word + "\nEOF").stdout()).isEqualTo(word + "\n");
    }

    @Test
    void returnsBigOutputOfBothStreams() {
        CommandResult result =
                query("head -c 5000000 /dev/zero | tr '\\0' o & head -c 5000000 /dev/zero | tr '\\0' e >&2;"
                        + " echo last >&2; wait");
        assertThat(result.stdout()).hasSize(5_000_000).matches("o*");
        assertThat(result.stderr()).hasSizeBetween(60_000, 140_000).endsWith("elast\n");
    }

    @Test
    void refusesEndlessOutput() {
        assertThatThrownBy(() -> query("echo oops >&2; exec cat /dev/zero"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("16 MiB")
                .hasMessageContaining("oops");
    }

    @Test
    void doesNotWaitForWhatRunsInTheBackground() throws Exception {
        Fifo end = new Fifo(host, directory.resolve("end"));
        CommandResult result = query("{ read -r _ <" + end + "; echo late; } & echo early");
        assertThat(result).isEqualTo(new CommandResult(0, "early\n", ""));
        end.write("go");
    }

    @Test
    void endsTheWholeProcessGroupAtTheTimeLimit() throws Exception {
        Fifo fifo = new Fifo(host, directory.resolve("fifo"));
        CompletableFuture<String> rest = restOf(fifo);
        Script script = new Script(
                "exec 3>" + fifo + "; echo started >&3; sh -c 'trap : TERM; sleep 1000; sleep 1000' & echo hint >&2; "
                        + "sleep 1000; : hunter2",
                "sleep with ***");
        HostTimeoutException e =
                catchThrowableOfType(HostTimeoutException.class, () -> host.query(script, Duration.ofSeconds(3)));
        assertThat(e).hasMessage(host.name() + ": sleep with ***: did not end within 3 s and was ended\n  hint");
        assertThat(rest.get(30, TimeUnit.SECONDS)).as("nobody writes any more").isEmpty();
    }

    @Test
    void interruptEndsWhatRunsAndNothingElse() throws Exception {
        Fifo fifo = new Fifo(host, directory.resolve("fifo"));
        CompletableFuture<CommandResult> running = CompletableFuture.supplyAsync(
                () -> query("exec 3>" + fifo + "; echo started >&3; sleep 1000; echo not reached"));
        try (BufferedReader out = fifo.reader()) {
            assertThat(out.readLine()).isEqualTo("started");
            host.interrupt();
            assertThat(out.readLine()).isNull();
        }
        assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(HostInterruptedException.class);
        assertThat(query("echo again").stdout()).isEqualTo("again\n");
    }

    @Test
    void anInterruptedThreadEndsItsScript() throws Exception {
        Fifo fifo = new Fifo(host, directory.resolve("fifo"));
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                query("exec 3>" + fifo + "; echo started >&3; sleep 1000");
                flag.completeExceptionally(new AssertionError("it was not ended"));
            } catch (HostInterruptedException e) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        waiting.start();
        try (BufferedReader out = fifo.reader()) {
            assertThat(out.readLine()).isEqualTo("started");
            waiting.interrupt();
            assertThat(out.readLine()).isNull();
        }
        assertThat(flag.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsManyScriptsAtOnce() {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int n = i;
            all.add(CompletableFuture.supplyAsync(
                    () -> host.change("echo " + n, LIMIT).stdout()));
        }
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).join()).isEqualTo(i + "\n");
        }
    }

    static CompletableFuture<String> restOf(Fifo fifo) {
        return CompletableFuture.supplyAsync(() -> {
            try (BufferedReader out = fifo.reader()) {
                assertThat(out.readLine()).isEqualTo("started");
                return String.valueOf(out.readLine()).replace("null", "");
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
