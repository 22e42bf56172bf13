package tplctl.host;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs framed scripts on this machine, each in a shell and a session of its own. */
final class LocalShell {
    private static final int SMALLEST_PIPE = 4096;
    private static final long QUIET_MILLIS = 500;
    private static final long BACKGROUND_MILLIS = 2000;
    private static final long ENDING_SECONDS = 10;

    private record Running(
            Process process, Output stdout, Output stderr, AtomicReference<@Nullable ScriptEnding> ending) {
        /** False when it is being ended already. */
        boolean mark(ScriptEnding.Why why) {
            return ending.compareAndSet(null, new ScriptEnding(why, stderr.text()));
        }
    }

    private final String host;
    private final List<String> command;
    private final Map<Process, Running> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "tplctl-local-shell");
        thread.setDaemon(true);
        return thread;
    });

    LocalShell(String host, List<String> shell) {
        this.host = host;
        List<String> words = new ArrayList<>();
        words.add("setsid");
        words.addAll(shell);
        this.command = List.copyOf(words);
    }

    CommandResult run(Script script, String framed, Duration limit, Output stdout) {
        if (Thread.currentThread().isInterrupted()) {
            throw new HostInterruptedException(host, script.shown(), "interrupted before it began");
        }
        Running run = new Running(start(script.shown()), stdout, Output.stderr(), new AtomicReference<>());
        running.put(run.process(), run);
        try {
            return await(script, run, framed, limit);
        } finally {
            running.remove(run.process());
        }
    }

    /** Starts the shell; it leads a process group, whose number is its pid. */
    Process start(String shown) {
        ProcessBuilder builder = new ProcessBuilder(command);
        // Files that shells would run before the script.
        builder.environment().remove("ENV");
        builder.environment().remove("BASH_ENV");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new HostException(
                    host, shown, "cannot start " + String.join(" ", command) + ": both must be in PATH", e);
        }
    }

    void feed(Process process, String framed, boolean close) {
        byte[] bytes = framed.getBytes(StandardCharsets.UTF_8);
        Runnable write = () -> {
            try {
                OutputStream out = process.getOutputStream();
                out.write(bytes);
                out.flush();
                if (close) {
                    out.close();
                }
            } catch (IOException e) {
                // The shell ended first, of a syntax error for one; its exit code and stderr say more than the broken
                // pipe.
            }
        };
        if (bytes.length <= SMALLEST_PIPE) {
            write.run();
        } else {
            threads.execute(write);
        }
    }

    /** Ends all that runs. */
    void interrupt() {
        List<Running> found = List.copyOf(running.values());
        found.forEach(run -> run.mark(ScriptEnding.Why.INTERRUPT));
        end(found);
    }

    void execute(Runnable work) {
        threads.execute(work);
    }

    private CommandResult await(Script script, Running run, String framed, Duration limit) {
        Process process = run.process();
        Output stdout = run.stdout();
        Output stderr = run.stderr();
        threads.execute(() -> stdout.drain(process.getInputStream(), () -> end(run, ScriptEnding.Why.TOO_LONG)));
        threads.execute(() -> stderr.drain(process.getErrorStream(), () -> {}));
        feed(process, framed, true);
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                end(run, ScriptEnding.Why.TIMEOUT);
            }
            stdout.awaitEnd(QUIET_MILLIS, BACKGROUND_MILLIS);
            stderr.awaitEnd(QUIET_MILLIS, BACKGROUND_MILLIS);
        } catch (InterruptedException e) {
            end(run, ScriptEnding.Why.INTERRUPT);
            Thread.currentThread().interrupt();
        }
        ScriptEnding ending = run.ending().get();
        if (ending == null) {
            return new CommandResult(process.exitValue(), stdout.text(), stderr.text());
        }
        throw ending.exception(host, script, limit, process.isAlive());
    }

    private void end(Running run, ScriptEnding.Why why) {
        if (run.mark(why)) {
            end(List.of(run));
        }
    }

    private void end(List<Running> runs) {
        if (runs.isEmpty()) {
            return;
        }
        Process killer = start("kill");
        feed(
                killer,
                ScriptFrame.endGroups(
                        runs.stream().map(run -> run.process().pid()).toList()),
                true);
        awaitQuietly(killer);
        runs.forEach(run -> awaitQuietly(run.process()));
    }

    private static void awaitQuietly(Process process) {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ENDING_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
