package tplctl.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One script on a {@link PersistentShell}, from its sending until nobody holds its streams any more. */
final class ScriptRun {
    final long number;
    final Output stdout;
    final Output stderr = Output.stderr();

    /** Completed when its shell says that it begins with the script. */
    final CompletableFuture<Long> pid = new CompletableFuture<>();

    /** Completed with its exit code. */
    final CompletableFuture<Integer> exit = new CompletableFuture<>();

    /** Completed when all of its stderr is here. */
    final CompletableFuture<Boolean> errEnd = new CompletableFuture<>();

    /** Completed when its process group was ended by us. */
    final CompletableFuture<Boolean> groupEnded = new CompletableFuture<>();

    /** Completed when nobody can write to its streams any more. */
    final CompletableFuture<Boolean> released = new CompletableFuture<>();

    private final AtomicReference<@Nullable ScriptEnding> ending = new AtomicReference<>();
    private volatile boolean begun;

    ScriptRun(long number, Output stdout) {
        this.number = number;
        this.stdout = stdout;
    }

    /** Whether the shell has taken the script; before that, nothing of it ran. */
    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    /** False when it is being ended already. */
    boolean mark(ScriptEnding.Why why) {
        return ending.compareAndSet(null, new ScriptEnding(why, stderr.text()));
    }

    Optional<ScriptEnding> ending() {
        return Optional.ofNullable(ending.get());
    }

    /** Takes a piece of stdout; true when that is more than it may write. */
    boolean take(byte[] bytes, int offset, int length) {
        return stdout.add(bytes, offset, length);
    }

    void lost(IOException cause) {
        pid.completeExceptionally(cause);
        exit.completeExceptionally(cause);
        errEnd.completeExceptionally(cause);
        groupEnded.completeExceptionally(cause);
    }

    /** Calls this, in whatever thread, with the pid of its shell once that is known. */
    void whenStarted(LongConsumer then) {
        var unused = pid.thenAccept(then::accept);
    }

    /** Calls this, in whatever thread, once nothing of it can come any more. */
    void whenReleased(Runnable then) {
        var unused = CompletableFuture.allOf(exit, errEnd, released).thenRun(then);
    }

    /** Waits for its end; false when it has not ended in time. */
    boolean await(Duration limit) throws InterruptedException, ExecutionException {
        return within(limit, CompletableFuture.allOf(exit, errEnd));
    }

    /** Waits, whether or not the thread is interrupted, for the end of what {@link #ending} tells of. */
    void awaitEnded(Duration limit) {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + limit.toNanos();
        CompletableFuture<Void> all = CompletableFuture.allOf(exit, errEnd, groupEnded);
        while (true) {
            try {
                within(Duration.ofNanos(deadline - System.nanoTime()), all);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean within(Duration limit, CompletableFuture<Void> done)
            throws InterruptedException, ExecutionException {
        try {
            done.get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** How it ended; only when it has. */
    CommandResult result() {
        return new CommandResult(exit.join(), stdout.text(), stderr.text());
    }
}
