package tplctl.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Host} does, tried on one whose files this machine sees too. */
@Timeout(60)
abstract class HostContract {
    static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Host host = new FakeHost("not connected");

    /** Another connection, as of another run, to the same host. */
    abstract Host connect(Path lockDirectory);

    /** What the directory of the lock's files becomes: under sudo, the login user gets to his file in it. */
    String lockDirectoryMode() {
        return "rwx------";
    }

    @BeforeEach
    void open() {
        host = connect(locks());
    }

    @AfterEach
    void close() {
        host.close();
    }

    private Path locks() {
        return directory.resolve("locks");
    }

    private CommandResult query(String script) {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "it's",
                "two words",
                "a\"b",
                "line\nbreak",
                "grüße €",
                "-rf",
                "$(reboot)",
                "`x`",
                "a\\b",
                "*"
            })
    void putsAndReadsAFileOfAnyName(String name) throws Exception {
        String path = directory.resolve(name).toString();
        byte[] content = {0, 1, (byte) 0xff, '\n', '\'', 0};
        assertThat(host.read(path)).isEmpty();
        host.put(path, content, "0640");
        assertThat(host.read(path).orElseThrow()).isEqualTo(content);
        host.put(path, "x".getBytes(UTF_8), "0600");
        assertThat(host.read(path).orElseThrow()).isEqualTo("x".getBytes(UTF_8));
        assertThat(host.sha256(path)).isEqualTo("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0600", "0400", "0755", "640"})
    void putSetsTheMode(String mode) throws Exception {
        Path file = directory.resolve("file");
        host.put(file.toString(), new byte[0], mode);
        int bits = Integer.parseInt(mode, 8);
        assertThat(query("stat -c %a '" + file + "'").stdout().strip()).isEqualTo(Integer.toOctalString(bits));
    }

    @Test
    void putReplacesAFileInOnePiece() throws Exception {
        Path file = directory.resolve("file");
        host.put(file.toString(), "old".getBytes(UTF_8), "0600");
        try (BufferedReader opened = Files.newBufferedReader(file)) {
            host.put(file.toString(), "new and longer".getBytes(UTF_8), "0600");
            assertThat(opened.readLine())
                    .as("whoever had it open keeps the old one")
                    .isEqualTo("old");
        }
        assertThat(file).hasContent("new and longer");
    }

    @Test
    void aPutThatFailsLeavesNothing() throws Exception {
        Path taken = Files.createDirectory(directory.resolve("taken"));
        Files.createFile(taken.resolve("inside"));
        assertThatThrownBy(() -> host.put(taken.toString(), new byte[1], "0600"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("write " + taken);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(taken);
        }
        assertThatThrownBy(() -> host.put(directory + "/missing/file", new byte[1], "0600"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("no such");
        assertThatThrownBy(() -> host.put(directory + "/file", new byte[1], "rw"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsNothingOnlyWhereThereIsNoFile() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertThat(host.read(directory + "/missing/file")).isEmpty();
        assertThatThrownBy(() -> host.read(directory.toString())).isInstanceOf(HostException.class);
        assertThatThrownBy(() -> host.read(file + "/below")).isInstanceOf(HostException.class);
        assertThatThrownBy(() -> host.read("relative")).isInstanceOf(IllegalArgumentException.class);
        assertThat(host.read("/proc/self/comm"))
                .as("a file whose size is said to be 0")
                .isNotEmpty();
    }

    @Test
    void digestsAsSha256sumDoes() throws Exception {
        Path file = directory.resolve("file");
        query("head -c 3000001 /dev/urandom >'" + file + "'; truncate -s 9M '" + file + "'");
        assertThat(query("sha256sum <'" + file + "'").stdout()).isEqualTo(host.sha256(file.toString()) + "  -\n");
        assertThatThrownBy(() -> host.sha256(directory + "/missing"))
                .isInstanceOf(HostException.class)
                .hasMessageContaining(directory + "/missing: ")
                .hasMessageContaining("o such file");
        Fifo fifo = new Fifo(host, directory.resolve("fifo"));
        assertThatThrownBy(() -> host.sha256(fifo.toString())).hasMessageContaining("not a regular file: " + fifo);
    }

    @Test
    void theLockIsOneRunsAtATime() {
        try (Host other = connect(locks())) {
            HostLock first = host.lock("ann", Duration.ZERO, HostContract::unexpected);
            assertThat(first.held()).isTrue();
            LockHeldException e = catchThrowableOfType(
                    LockHeldException.class, () -> other.lock("bob", Duration.ZERO, HostContract::unexpected));
            assertThat(e.holder()).isEqualTo("ann");
            assertThat(e).hasMessageContaining(host.name());
            first.close();
            assertThat(first.held()).isFalse();
            try (HostLock second = other.lock("bob's \"$(id)\" \\n\nbox", Duration.ZERO, HostContract::unexpected)) {
                assertThat(second.held()).isTrue();
                assertThatThrownBy(() -> host.lock("ann", Duration.ZERO, HostContract::unexpected))
                        .hasMessageContaining("locked by bob's \"$(id)\" \\n box;");
            }
        }
    }

    @Test
    void theLockDirectoryIsPrivateUnlessItExists() throws Exception {
        host.lock("ann", Duration.ZERO, HostContract::unexpected).close();
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
            assertThatThrownBy(() -> host.lock("bob", Duration.ZERO, HostContract::unexpected))
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
            other.lock("bob", Duration.ZERO, HostContract::unexpected).close();
        }
        go.write("go");
    }

    @Test
    void queriesDoNotKeepAnyoneWaiting() {
        Fifo go = new Fifo(host, directory.resolve("go"));
        host.query("{ read -r _ <" + go + "; } >/dev/null 2>&1 &", LIMIT);
        try (Host other = connect(locks())) {
            other.lock("bob", Duration.ZERO, HostContract::unexpected).close();
        }
        go.write("go");
    }

    @Test
    void changesNothingOnceAnotherRunTookOver() throws Exception {
        try (HostLock lock = host.lock("ann", Duration.ZERO, HostContract::unexpected)) {
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
            assertThatThrownBy(() -> other.lock("bob", Duration.ZERO, HostContract::unexpected))
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

    private static CompletableFuture<String> restOf(Fifo fifo) {
        return CompletableFuture.supplyAsync(() -> {
            try (BufferedReader out = fifo.reader()) {
                assertThat(out.readLine()).isEqualTo("started");
                return String.valueOf(out.readLine()).replace("null", "");
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** The keeper of a killed run's lock needs a moment to see that it is alone. */
    private HostLock awaitLock(String holder) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                return host.lock(holder, Duration.ZERO, HostContract::unexpected);
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

    @Test
    void startsAProgramThatIsSpokenTo() throws IOException {
        try (Program program = host.start(Script.of("echo to-you >&2\nexec cat"), () -> {})) {
            program.stdin().write("first\n".getBytes(StandardCharsets.UTF_8));
            assertThat(program.stdout().readNBytes(6))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("first\n");
            program.stdin().write("last".getBytes(StandardCharsets.UTF_8));
            program.endInput();
            assertThat(program.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("last");
            assertThat(program.lastWords()).isEqualTo("\n  to-you");
        }
    }

    @Test
    void leavesAProgramAloneWhenItIsInterruptedAndWhenItsTerminalGoes() throws IOException {
        AtomicInteger told = new AtomicInteger();
        try (Program program =
                host.start(Script.of("kill -s HUP $$\nread -r line\necho \"still $line\""), told::incrementAndGet)) {
            host.interrupt();
            assertThat(told).hasValue(1);
            program.stdin().write("here\n".getBytes(StandardCharsets.UTF_8));
            assertThat(program.stdout().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("still here\n");
        }
        host.interrupt();
        assertThat(told).hasValue(1);
    }

    @Test
    void saysWhyAProgramDidNotStart() {
        assertThatThrownBy(() -> host.start(Script.of("if true; then"), () -> {}))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("the shell that was to start it ended")
                .message()
                .contains("\n  ");
    }
}
