package tplctl.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The main lock, kept by a shell that waits for the end of its stdin: the system closes that when we die, however we do. */
final class LocalLock implements HostLock {
    private static final long ANSWER_SECONDS = 10;

    private final Process keeper;
    private final String token;
    private final boolean foundIdle;
    private volatile boolean closed;

    private LocalLock(Process keeper, String token, boolean foundIdle) {
        this.keeper = keeper;
        this.token = token;
        this.foundIdle = foundIdle;
    }

    /**
     * Takes the lock at once or throws {@link LockHeldException}.
     *
     * @param framed {@link ScriptFrame#keepLock} with this token
     */
    static LocalLock take(String host, LocalShell shell, String framed, String token) {
        String attempted = "take the lock";
        Process keeper = shell.start(attempted);
        boolean taken = false;
        try {
            shell.feed(keeper, framed, false);
            List<String> answer = answer(host, attempted, shell, keeper);
            String first = answer.isEmpty() ? "" : answer.get(0);
            if (first.equals("held")) {
                String holder = answer.size() > 1 && !answer.get(1).isBlank() ? answer.get(1) : "another run";
                throw new LockHeldException(host, holder, "wait until it is done");
            }
            if (!first.startsWith("locked")) {
                String stderr = new String(keeper.getErrorStream().readNBytes(4096), StandardCharsets.UTF_8);
                throw new HostException(
                        host, attempted, "the shell that was to keep it ended" + HostException.lastLines(stderr));
            }
            taken = true;
            return new LocalLock(keeper, token, first.equals("locked"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(host, attempted, "interrupted");
        } catch (IOException e) {
            throw new HostException(host, attempted, "the shell that was to keep it ended", e);
        } finally {
            if (!taken) {
                keeper.destroyForcibly();
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
        return !closed && keeper.isAlive();
    }

    @Override
    public void close() {
        closed = true;
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                keeper.destroyForcibly();
            }
        } catch (IOException e) {
            keeper.destroyForcibly();
        } catch (InterruptedException e) {
            keeper.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** One line, of a keeper that now waits, or all the lines of one that has ended. */
    private static List<String> answer(String host, String attempted, LocalShell shell, Process keeper)
            throws InterruptedException, IOException {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        shell.execute(() -> {
            List<String> lines = new ArrayList<>();
            try {
                BufferedReader out =
                        new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                    if (line.startsWith("locked")) {
                        break;
                    }
                }
                answer.complete(lines);
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new HostTimeoutException(host, attempted, "no answer within " + ANSWER_SECONDS + " s");
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
