package tplctl.host;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** This machine, acted on as the user who runs tplctl. */
public final class LocalHost implements Host {
    /** Where the lock files are, unless a test has them elsewhere. */
    public static final String LOCK_DIRECTORY = "/run/tplctl";

    private static final Duration LOCK_LIMIT = Duration.ofSeconds(30);
    private static final int LOOKS_PER_SCRIPT = 20;

    private final String name;
    private final LocalShell shell;
    private final ScriptFrame frame;
    private final LocalFiles files;
    private final UnixSockets sockets;
    private final Interrupts interrupts;
    private volatile Optional<LocalLock> lock = Optional.empty();

    public LocalHost(String name) {
        this(name, List.of("sh"), LOCK_DIRECTORY);
    }

    /**
     * @param shell the words that start a POSIX shell which reads its script from stdin, such as {@code busybox sh}
     * @param lockDirectory made with mode 0700 when it is missing
     */
    public LocalHost(String name, List<String> shell, String lockDirectory) {
        this.name = name;
        this.shell = new LocalShell(name, shell);
        this.frame = new ScriptFrame(lockDirectory);
        this.files = new LocalFiles(name);
        this.sockets = new UnixSockets(name);
        this.interrupts = new Interrupts(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CommandResult query(Script script, Duration limit) {
        return shell.run(script, frame.query(script), limit);
    }

    @Override
    public CommandResult change(Script script, Duration limit) {
        String token = lock.map(LocalLock::token).orElse("");
        CommandResult result = shell.run(script, frame.change(script, token), limit);
        if (result.exit() == ScriptFrame.REFUSED && result.stderr().contains(ScriptFrame.REFUSAL)) {
            throw HostException.unexpected(name, script, result);
        }
        return result;
    }

    @Override
    public void put(String path, byte[] content, String mode) {
        files.put(path, content, mode);
    }

    @Override
    public Optional<byte[]> read(String path) {
        return files.read(path);
    }

    @Override
    public String sha256(String path) {
        Script script = Sha256.script(LocalFiles.absolute(path));
        return Sha256.parse(name, script, query(script, Sha256.LIMIT));
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        String attempted = "connect to " + socketPath;
        return sockets.open(socketPath, patience, attempted, interrupts.since(attempted), UnixSockets::plain);
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        String attempted = "connect to " + socketPath;
        return sockets.open(
                socketPath, patience, attempted, interrupts.since(attempted), UnixSockets::passingDescriptors);
    }

    @Override
    public HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
        String line = holder.replaceAll("\\p{Cntrl}", " ");
        String token = UUID.randomUUID().toString();
        LocalLock taken = LocalLock.take(name, shell, frame.keepLock(line, token), token);
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

    @Override
    public void interrupt() {
        interrupts.interrupt();
        shell.interrupt();
    }

    @Override
    public void close() {
        interrupt();
        lock.ifPresent(LocalLock::close);
    }

    private void awaitIdle(Duration patience, Consumer<String> waiting) {
        long start = System.nanoTime();
        waiting.accept(name + ": waiting for commands that an earlier, killed run left running");
        while (System.nanoTime() - start < patience.toNanos()) {
            if (isIdle()) {
                return;
            }
        }
        throw new LockHeldException(
                name, "commands that an earlier, killed run left running", "wait until they are done, or end them");
    }

    private boolean isIdle() {
        Script script = Script.of("wait for commands of an earlier run");
        CommandResult result = shell.run(script, frame.awaitIdle(LOOKS_PER_SCRIPT), LOCK_LIMIT);
        if (result.exit() > 1) {
            throw HostException.unexpected(name, script, result);
        }
        return result.ok();
    }
}
