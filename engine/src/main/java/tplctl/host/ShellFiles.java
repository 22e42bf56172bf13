package tplctl.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Files of a host that is reached through shells. */
final class ShellFiles {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration EXIT = Duration.ofSeconds(10);
    private static final int SMALL = 64 << 10;
    private static final int NO_BASE64 = 97;
    private static final long SLICE_MILLIS = 100;
    private static final String ABSENT = ": No such file or directory\n";

    private static final String PREPARE = """
            tplctl_fail() {
            rm -f "$tplctl_new"
            [ -z "$1" ] || echo "$1" >&2
            exit 1
            }
            trap 'rm -f "$tplctl_new"; exit 1' HUP INT TERM
            [ -d "$tplctl_dir" ] || { echo "no such directory: $tplctl_dir" >&2; exit 1; }
            if [ -d "$tplctl_file" ] && [ ! -h "$tplctl_file" ]; then
            echo 'it is a directory' >&2
            exit 1
            fi
            umask 077
            """;

    // Not every sync takes a file. Without -T a link to a directory would lead mv into that; busybox's mv refuses with
    // it,
    // and then, only there, the link has to go a moment before the file comes.
    private static final String NAME = """
            chmod "$tplctl_mode" "$tplctl_new" || tplctl_fail
            sync "$tplctl_new" 2>/dev/null || sync
            if [ -h "$tplctl_file" ] && [ -d "$tplctl_file" ]; then
            mv -fT "$tplctl_new" "$tplctl_file" 2>/dev/null \\
            || { rm "$tplctl_file" && mv "$tplctl_new" "$tplctl_file"; } || tplctl_fail
            else
            mv -f "$tplctl_new" "$tplctl_file" || tplctl_fail
            fi
            sync "$tplctl_dir" 2>/dev/null || sync
            """;

    private final String host;
    private final ShellPool pool;
    private final ScriptFrame frame;
    private final ShellOpening opening;
    private final Executor threads;

    ShellFiles(String host, ShellPool pool, ScriptFrame frame, ShellOpening opening, Executor threads) {
        this.host = host;
        this.pool = pool;
        this.frame = frame;
        this.opening = opening;
        this.threads = threads;
    }

    void put(String path, byte[] content, String mode, Runnable check) {
        String attempted = "write " + path;
        String names = names(path, mode);
        if (content.length <= SMALL) {
            String encoded = Base64.getEncoder().encodeToString(content);
            Script script = new Script(
                    names + PREPARE + "command -v base64 >/dev/null || exit " + NO_BASE64 + "\n" + "set -C\nprintf %s '"
                            + encoded + "' | base64 -d >\"$tplctl_new\" || tplctl_fail\n" + NAME,
                    attempted);
            CommandResult result = pool.run(script, frame.query(script), LIMIT).result();
            if (result.exit() != NO_BASE64) {
                if (!result.ok()) {
                    throw failed(attempted, result.stderr());
                }
                return;
            }
        }
        stream(attempted, names, content, check);
    }

    Optional<byte[]> read(String path) {
        Script script = new Script(
                ScriptFrame.set("tplctl_file", LocalFiles.absolute(path)) + "cat \"$tplctl_file\"", "read " + path);
        ScriptRun run = pool.run(script, frame.query(script), LIMIT);
        CommandResult result = run.result();
        if (result.ok()) {
            return Optional.of(run.stdout.bytes());
        }
        // Every C library says so in these words in the C locale.
        if (result.stdout().isEmpty() && result.stderr().endsWith(ABSENT)) {
            return Optional.empty();
        }
        throw failed(script.shown(), result.stderr());
    }

    private static String names(String path, String mode) {
        String file = LocalFiles.absolute(path);
        int slash = file.lastIndexOf('/');
        String directory = slash == 0 ? "/" : file.substring(0, slash);
        if (slash == file.length() - 1) {
            throw new IllegalArgumentException("a directory is no file: " + path);
        }
        return ScriptFrame.set("tplctl_file", file)
                + ScriptFrame.set("tplctl_dir", directory)
                + ScriptFrame.set("tplctl_new", directory + "/.tplctl-" + ShellText.nonce())
                + ScriptFrame.set("tplctl_mode", LocalFiles.mode(mode));
    }

    /** Through a shell of its own, whose stdin is the content once it has said that it reads no more script. */
    private void stream(String attempted, String names, byte[] content, Runnable check) {
        ShellOpening.Opened shell;
        try {
            shell = opening.open(check);
        } catch (Transport.BusyException e) {
            throw new HostException(
                    host, attempted, "the other end takes no further session; raise MaxSessions in its sshd_config", e);
        }
        try (shell) {
            CompletableFuture<String> problem = new CompletableFuture<>();
            threads.execute(() -> {
                try {
                    problem.complete(upload(shell, names, content));
                } catch (IOException e) {
                    problem.completeExceptionally(e);
                }
            });
            String words = await(problem, attempted, check);
            OptionalInt exit = shell.exit(EXIT);
            if (exit.isEmpty() || exit.getAsInt() != 0) {
                throw failed(attempted, words);
            }
        }
    }

    private static String upload(ShellOpening.Opened shell, String names, byte[] content) throws IOException {
        String word = ShellText.nonce();
        shell.tell("{ :\ncd /\nLC_ALL=C\nexport LC_ALL\n" + names + PREPARE + "printf '\\n%s G\\n' " + word
                + "\nset -C\ncat >\"$tplctl_new\" || tplctl_fail\n"
                + "[ \"$(wc -c <\"$tplctl_new\")\" -eq " + content.length
                + " ] || tplctl_fail 'not all of it arrived'\n" + NAME + "exit 0\n}\n");
        MarkedStream out = new MarkedStream(shell.out(), word);
        if (out.next((bytes, offset, length) -> {}).isPresent()) {
            try {
                shell.in().write(content);
                shell.in().close();
            } catch (IOException e) {
                // It reads no further, and says why.
            }
        }
        return new String(shell.err().readNBytes(SMALL), StandardCharsets.UTF_8);
    }

    private String await(CompletableFuture<String> done, String attempted, Runnable check) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            check.run();
            try {
                return done.get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw new HostTimeoutException(
                            host, attempted, "did not end within " + ScriptEnding.seconds(LIMIT));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HostInterruptedException(host, attempted, "interrupted");
            } catch (ExecutionException e) {
                throw new HostException(host, attempted, "the shell for it ended", e);
            }
        }
    }

    private HostException failed(String attempted, String words) {
        String full = words.contains("No space left on device") ? "the disk is full" : "";
        String said = words.isBlank() ? "it failed without a word" : words.strip();
        return new HostException(host, attempted, full.isEmpty() ? said : full + " (" + said + ")");
    }
}
