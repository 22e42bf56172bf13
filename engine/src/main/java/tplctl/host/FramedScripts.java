package tplctl.host;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The part of a host that is the same wherever its shells run: scripts in their frame, and the lock. */
final class FramedScripts {
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(30);
    private static final int LOOKS_PER_SCRIPT = 20;

    /** Runs a script that is framed already. */
    @FunctionalInterface
    interface Runner {
        CommandResult run(Script script, String framed, Duration limit, Output stdout);
    }

    private final String host;
    private final ScriptFrame frame;
    private final Runner runner;
    private final Supplier<Transport.Running> keepers;
    private final Executor threads;
    private volatile Optional<KeptLock> lock = Optional.empty();

    /** @param keepers start shells that read their script from stdin, to keep locks */
    FramedScripts(
            String host, ScriptFrame frame, Runner runner, Supplier<Transport.Running> keepers, Executor threads) {
        this.host = host;
        this.frame = frame;
        this.runner = runner;
        this.keepers = keepers;
        this.threads = threads;
    }

    CommandResult query(Script script, Duration limit) {
        return runner.run(script, frame.query(script), limit, Output.stdout());
    }

    CommandResult change(Script script, Duration limit, Output stdout) {
        String token = lock.map(KeptLock::token).orElse("");
        CommandResult result = runner.run(script, frame.change(script, token), limit, stdout);
        if (result.exit() == ScriptFrame.REFUSED && result.stderr().contains(ScriptFrame.REFUSAL)) {
            throw HostException.unexpected(host, script, result);
        }
        return result;
    }

    String sha256(String path) {
        Script script = Sha256.script(LocalFiles.absolute(path));
        return Sha256.parse(host, script, query(script, Sha256.LIMIT));
    }

    HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
        String line = holder.replaceAll("\\p{Cntrl}", " ");
        String token = UUID.randomUUID().toString();
        KeptLock taken = KeptLock.take(host, keepers.get(), threads, frame.keepLock(line, token), token);
        boolean ready = false;
        try {
            if (!taken.foundIdle()) {
                awaitIdle(patience, waiting);
            }
            lock = Optional.of(taken);
            ready = true;
            return taken;
        } finally {
            if (!ready) {
                taken.close();
            }
        }
    }

    /** Gives the lock back. */
    void close() {
        lock.ifPresent(KeptLock::close);
    }

    private void awaitIdle(Duration patience, Consumer<String> waiting) {
        long start = System.nanoTime();
        if (!patience.isZero()) {
            waiting.accept(host + ": waiting for commands that an earlier, killed run left running");
        }
        while (System.nanoTime() - start < patience.toNanos()) {
            if (isIdle()) {
                return;
            }
        }
        throw new LockHeldException(
                host, "commands that an earlier, killed run left running", "wait until they are done, or end them");
    }

    private boolean isIdle() {
        Script script = Script.of("wait for commands of an earlier run");
        CommandResult result = runner.run(script, frame.awaitIdle(LOOKS_PER_SCRIPT), LOCK_LIMIT, Output.stdout());
        if (result.exit() > 1) {
            throw HostException.unexpected(host, script, result);
        }
        return result.ok();
    }
}
