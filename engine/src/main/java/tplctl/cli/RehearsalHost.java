package tplctl.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tplctl.engine.Connections;
import tplctl.host.CommandResult;
import tplctl.host.Connection;
import tplctl.host.Duplex;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostLock;
import tplctl.host.LocalHost;
import tplctl.host.NobodyListensException;
import tplctl.host.OutputListener;
import tplctl.host.Program;
import tplctl.host.Script;

/** This machine, looked at and left as it is: what would change it is taken for done, and not done. */
final class RehearsalHost implements Host {
    private static final CommandResult DONE = new CommandResult(0, "", "");

    private final Host host;
    private final Host locked;

    private RehearsalHost(Host host, Host locked) {
        this.host = host;
        this.locked = locked;
    }

    /** @param directory for its lock, which keeps nobody else away */
    static Connections.Link local(String name, Path directory) {
        Host local = locked(name, directory);
        return Connections.Link.of(new RehearsalHost(local, local));
    }

    /**
     * Reached as hosts are that are not this machine.
     *
     * @param directory for its lock, which keeps nobody else away
     */
    static Connections.Link throughShells(String name, Path directory) {
        Host shells = Connection.throughShells(name).as(Optional.empty());
        return Connections.Link.of(new RehearsalHost(shells, locked(name, directory)));
    }

    private static Host locked(String name, Path directory) {
        return new LocalHost(name, List.of("sh"), directory.toString());
    }

    @Override
    public String name() {
        return host.name();
    }

    @Override
    public CommandResult query(Script script, Duration limit) {
        return host.query(script, limit);
    }

    @Override
    public CommandResult change(Script script, Duration limit) {
        return DONE;
    }

    @Override
    public CommandResult change(Script script, Duration limit, OutputListener told) {
        return DONE;
    }

    @Override
    public void put(String path, byte[] content, String mode) {
        // Taken for done.
    }

    @Override
    public Optional<byte[]> read(String path) {
        return host.read(path);
    }

    @Override
    public String sha256(String path) {
        return host.sha256(path);
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        throw new NobodyListensException(name(), "connect to " + socketPath, "nothing was started");
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        throw new NobodyListensException(name(), "connect to " + address, "nothing was started");
    }

    @Override
    public boolean passesDescriptors() {
        return false;
    }

    @Override
    public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
        return openUnix(socketPath, patience);
    }

    @Override
    public Program start(Script script, Runnable interrupted) {
        throw new HostException(name(), script.shown(), "nothing is started here");
    }

    @Override
    public HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
        return locked.lock(holder, patience, waiting);
    }

    @Override
    public void interrupt() {
        host.interrupt();
        locked.interrupt();
    }

    @Override
    public void close() {
        host.close();
        locked.close();
    }
}
