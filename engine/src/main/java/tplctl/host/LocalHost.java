package tplctl.host;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** This machine, acted on as the user who runs tplctl. */
public final class LocalHost implements Host {
    /** Where the lock files are, unless a test has them elsewhere. */
    public static final String LOCK_DIRECTORY = "/run/tplctl";

    private final String name;
    private final LocalShell shell;
    private final FramedScripts scripts;
    private final LocalFiles files;
    private final UnixSockets sockets;
    private final Interrupts interrupts;
    private final Programs programs;

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
        this.scripts = new FramedScripts(
                name,
                new ScriptFrame(lockDirectory, "run it as root or with sudo"),
                this.shell::run,
                () -> new ProcessRunning(this.shell.start("take the lock")),
                this.shell::execute);
        this.files = new LocalFiles(name);
        this.sockets = new UnixSockets(name);
        this.interrupts = new Interrupts(name);
        this.programs =
                new Programs(name, () -> new ProcessRunning(this.shell.start("start a program")), this.shell::execute);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CommandResult query(Script script, Duration limit) {
        return scripts.query(script, limit);
    }

    @Override
    public CommandResult change(Script script, Duration limit) {
        return scripts.change(script, limit, Output.stdout());
    }

    @Override
    public CommandResult change(Script script, Duration limit, OutputListener told) {
        return scripts.change(script, limit, Output.told(told));
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
        return scripts.sha256(path);
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        String attempted = "connect to " + socketPath;
        return sockets.open(socketPath, patience, attempted, interrupts.since(attempted), UnixSockets::plain);
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        return TcpPorts.open(name, address, port, limit);
    }

    @Override
    public boolean passesDescriptors() {
        return true;
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        String attempted = "connect to " + socketPath;
        return sockets.open(
                socketPath, patience, attempted, interrupts.since(attempted), UnixSockets::passingDescriptors);
    }

    @Override
    public Program start(Script script, Runnable interrupted) {
        return programs.start(script, interrupted);
    }

    @Override
    public HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
        return scripts.lock(holder, patience, waiting);
    }

    @Override
    public void interrupt() {
        interrupts.interrupt();
        programs.interrupt();
        shell.interrupt();
    }

    @Override
    public void close() {
        interrupt();
        scripts.close();
    }
}
