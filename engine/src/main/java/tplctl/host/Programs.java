package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Starts the programs of one host, and tells their callers when the host is interrupted. */
final class Programs {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int STDERR_BOUND = 16 << 10;
    private static final long QUIET_MILLIS = 500;
    private static final long WORDS_MILLIS = 2000;

    private final String host;
    private final Supplier<Transport.Running> shells;
    private final Executor threads;
    private final Map<Started, Runnable> running = new ConcurrentHashMap<>();

    /** @param shells start shells that read their script from stdin */
    Programs(String host, Supplier<Transport.Running> shells, Executor threads) {
        this.host = host;
        this.shells = shells;
        this.threads = threads;
    }

    Program start(Script script, Runnable interrupted) {
        Transport.Running shell = shells.get();
        Started program = new Started(shell);
        boolean started = false;
        try {
            threads.execute(() -> program.stderr.drain(shell.err(), () -> {}));
            CompletableFuture<Boolean> greeted = new CompletableFuture<>();
            threads.execute(() -> greet(shell, greeted));
            shell.tell(ScriptFrame.program(script));
            if (!greeted.get(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new HostException(
                        host, script.shown(), "the shell that was to start it ended" + program.lastWords());
            }
            running.put(program, interrupted);
            started = true;
            return program;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(host, script.shown(), "interrupted");
        } catch (TimeoutException e) {
            throw new HostTimeoutException(
                    host, script.shown(), "did not start within " + LIMIT.toSeconds() + " s" + program.lastWords());
        } catch (ExecutionException e) {
            throw new HostException(
                    host, script.shown(), "the shell that was to start it ended" + program.lastWords(), e);
        } finally {
            if (!started) {
                shell.close();
            }
        }
    }

    /** Tells those who wait for a program. The programs run on. */
    void interrupt() {
        running.values().forEach(Runnable::run);
    }

    // Byte by byte: what follows the line is the program's.
    private static void greet(Transport.Running shell, CompletableFuture<Boolean> greeted) {
        StringBuilder line = new StringBuilder();
        try {
            for (int c = shell.out().read(); c >= 0; c = shell.out().read()) {
                if (c == '\n' && line.toString().equals(ScriptFrame.STARTED)) {
                    greeted.complete(true);
                    return;
                }
                line.append((char) c);
                if (c == '\n') {
                    line.setLength(0);
                }
            }
            greeted.complete(false);
        } catch (IOException e) {
            greeted.completeExceptionally(e);
        }
    }

    private final class Started implements Program {
        private final Transport.Running shell;
        private final Output stderr = new Output(STDERR_BOUND, Output.Keep.LAST);
        private final OutputStream in = new Writing();

        Started(Transport.Running shell) {
            this.shell = shell;
        }

        @Override
        public OutputStream stdin() {
            return in;
        }

        @Override
        public InputStream stdout() {
            return shell.out();
        }

        @Override
        public String lastWords() {
            try {
                // Another thread reads it, which may be behind the one that has seen stdout end.
                stderr.awaitEnd(QUIET_MILLIS, WORDS_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return HostException.lastLines(stderr.text());
        }

        @Override
        public void endInput() {
            try {
                shell.in().close();
            } catch (IOException e) {
                // It does not read any more, so it has ended.
                return;
            }
        }

        @Override
        public void close() {
            running.remove(this);
            endInput();
            shell.close();
        }

        private final class Writing extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                shell.in().write(from, offset, length);
                shell.in().flush();
            }

            @Override
            public void close() {
                endInput();
            }
        }
    }
}
