package tplctl.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tplctl.login.Become;

/** A host that is reached through shells only: over SSH, or on this machine through sudo. */
final class ShellHost implements Host {
    /**
     * What can be chosen.
     *
     * @param shell the words that start a POSIX shell on the host
     * @param lockDirectory made with mode 0700 when it is missing; where sudo is used, others may then pass through it
     * @param become empty to act as the login user
     * @param bridge used for Unix sockets where the host has no program for them
     * @param answerLimit how long the login shell, and sudo, may take to answer
     */
    record Settings(
            String shell,
            String lockDirectory,
            Optional<Become> become,
            Optional<Bridge> bridge,
            Duration answerLimit) {
        static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

        static Settings as(Optional<Become> become, Optional<Bridge> bridge) {
            return new Settings("sh", LocalHost.LOCK_DIRECTORY, become, bridge, ANSWER_LIMIT);
        }
    }

    private final Transport transport;
    private final Optional<Become> become;
    private final Runnable closed;
    private final Interrupts interrupts;
    private final ShellPool pool;
    private final FramedScripts scripts;
    private final ShellFiles files;
    private final ShellSockets sockets;
    private final Programs programs;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "tplctl-shell");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param sessions of this transport, shared by all who use it
     * @param closed called when this host is closed
     */
    ShellHost(Transport transport, Sessions sessions, Settings settings, Runnable closed) {
        this.transport = transport;
        this.become = settings.become();
        this.closed = closed;
        String name = transport.host();
        this.interrupts = new Interrupts(name);
        ShellOpening opening = new ShellOpening(sessions, threads, settings.shell(), become, settings.answerLimit());
        this.pool = new ShellPool(sessions, opening, settings.shell(), threads, interrupts);
        ScriptFrame frame = new ScriptFrame(settings.lockDirectory(), advice(become));
        this.scripts = new FramedScripts(
                name,
                frame,
                (script, framed, limit, stdout) ->
                        pool.run(script, framed, limit, stdout).result(),
                () -> shell(opening, name, "take the lock"),
                threads);
        this.files = new ShellFiles(name, pool, frame, opening, threads);
        this.sockets = new ShellSockets(name, opening, settings.bridge(), threads);
        this.programs = new Programs(name, () -> shell(opening, name, "start a program"), threads);
    }

    @Override
    public String name() {
        return transport.host();
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
        files.put(path, content, mode, interrupts.since("write " + path));
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
        Runnable check = interrupts.since("connect to " + socketPath);
        if (become.isPresent() && !pool.login().equals(become.get().user())) {
            return sockets.open(this, socketPath, patience, check);
        }
        try {
            return transport.openUnix(socketPath, patience);
        } catch (NobodyListensException | HostTimeoutException | HostInterruptedException e) {
            throw e;
        } catch (HostException e) {
            // The other end may forbid forwarding (AllowStreamLocalForwarding in sshd_config(5)) and have a program for
            // it.
            try {
                return sockets.open(this, socketPath, patience, check);
            } catch (HostException second) {
                e.addSuppressed(second);
                throw e;
            }
        }
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        return transport.openTcp(address, port, limit);
    }

    @Override
    public boolean passesDescriptors() {
        return false;
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        throw new HostException(
                name(), "connect to " + socketPath, "descriptors can be passed only on this machine, without become");
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
        pool.interrupt();
    }

    @Override
    public void close() {
        interrupt();
        scripts.close();
        pool.close();
        closed.run();
    }

    private Transport.Running shell(ShellOpening opening, String name, String attempted) {
        try {
            return opening.open(interrupts.since(attempted));
        } catch (Transport.BusyException e) {
            throw new HostException(
                    name, attempted, "the other end takes no further session; raise MaxSessions in its sshd_config", e);
        }
    }

    private static String advice(Optional<Become> become) {
        return become.map(other -> "become root there, not " + other.user())
                .orElse("use become (become: true, or -b), or log in as root");
    }
}
