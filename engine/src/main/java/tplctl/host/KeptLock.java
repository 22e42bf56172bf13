package tplctl.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The main lock, kept by a shell on the host that waits for the end of its stdin: the system closes that when we die, however
 * we do, and when the connection is lost.
 */
final class KeptLock implements HostLock {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String ATTEMPTED = "take the lock";

    private final Transport.Running keeper;
    private final String token;
    private final boolean foundIdle;
    private volatile boolean lost;
    private volatile boolean closed;

    private KeptLock(Transport.Running keeper, String token, boolean foundIdle) {
        this.keeper = keeper;
        this.token = token;
        this.foundIdle = foundIdle;
    }

    /**
     * Takes the lock at once or throws {@link LockHeldException}.
     *
     * @param keeper a shell that reads its script from stdin; closed with the lock
     * @param framed {@link ScriptFrame#keepLock} with this token
     */
    static KeptLock take(String host, Transport.Running keeper, Executor threads, String framed, String token) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        boolean taken = false;
        try {
            keeper.tell(framed);
            threads.execute(() -> listen(keeper, answer, end));
            List<String> lines = answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
            String first = lines.isEmpty() ? "" : lines.get(0);
            if (first.equals("held")) {
                String holder = lines.size() > 1 && !lines.get(1).isBlank() ? lines.get(1) : "another run";
                throw new LockHeldException(host, holder, "wait until it is done");
            }
            if (!first.startsWith("locked")) {
                String stderr = new String(keeper.err().readNBytes(4096), StandardCharsets.UTF_8);
                throw new HostException(
                        host, ATTEMPTED, "the shell that was to keep it ended" + HostException.lastLines(stderr));
            }
            KeptLock lock = new KeptLock(keeper, token, first.equals("locked"));
            var unused = end.thenRun(() -> lock.lost = true);
            taken = true;
            return lock;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(host, ATTEMPTED, "interrupted");
        } catch (TimeoutException e) {
            throw new HostTimeoutException(host, ATTEMPTED, "no answer within " + ANSWER.toSeconds() + " s");
        } catch (IOException | ExecutionException e) {
            throw new HostException(host, ATTEMPTED, "the shell that was to keep it ended", e);
        } finally {
            if (!taken) {
                keeper.close();
            }
        }
    }

    /** Whether no command of an earlier run was left when it was taken. */
    boolean foundIdle() {
        return foundIdle;
    }

    /** What changes must find in the lock's file; empty once it is closed. */
    String token() {
        return closed ? "" : token;
    }

    @Override
    public boolean held() {
        return !closed && !lost;
    }

    @Override
    public void close() {
        closed = true;
        try {
            keeper.in().close();
            keeper.exit(ANSWER);
        } catch (IOException e) {
            lost = true;
        } finally {
            keeper.close();
        }
    }

    /** Passes on one line, of a keeper that now waits, or all the lines of one that has ended; then waits for its end. */
    private static void listen(
            Transport.Running keeper, CompletableFuture<List<String>> answer, CompletableFuture<Void> end) {
        List<String> lines = new ArrayList<>();
        try {
            BufferedReader out = new BufferedReader(new InputStreamReader(keeper.out(), StandardCharsets.UTF_8));
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.startsWith("locked")) {
                    answer.complete(List.copyOf(lines));
                }
            }
            answer.complete(lines);
        } catch (IOException e) {
            answer.completeExceptionally(e);
        } finally {
            end.complete(null);
        }
    }
}
