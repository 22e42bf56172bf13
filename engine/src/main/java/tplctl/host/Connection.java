package tplctl.host;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tplctl.login.Become;
import tplctl.login.Login;

/** One connection to a host, which can be acted on as more than one user. Any number of threads may call it. */
public final class Connection implements AutoCloseable {
    private final Transport transport;
    private final Sessions sessions;
    private final String login;
    private final boolean local;
    private final Optional<Bridge> bridge;
    private final Map<Optional<Become>, Host> views = new HashMap<>();

    private Connection(Transport transport, String login, boolean local, Optional<Bridge> bridge) {
        this.transport = transport;
        this.sessions = new Sessions(transport);
        this.login = login;
        this.local = local;
        this.bridge = bridge;
    }

    /** This machine. */
    public static Connection local(String name) {
        return local(name, Optional.empty());
    }

    /**
     * This machine.
     *
     * @param bridge for the Unix sockets of other users, where this machine has no program for them
     */
    public static Connection local(String name, Optional<Bridge> bridge) {
        return new Connection(new ProcessTransport(name), System.getProperty("user.name", ""), true, bridge);
    }

    /** This machine, reached as other hosts are: through shells only. */
    public static Connection throughShells(String name) {
        return over(new ProcessTransport(name), "", Optional.empty());
    }

    /**
     * A host at the other end of an SSH connection, which is made now.
     *
     * @param bridge for Unix sockets that the login user may not open, where the host has no program for them
     * @throws HostUnreachableException when it cannot be
     */
    public static Connection ssh(SshConnections connections, Login login, Optional<Bridge> bridge) {
        SshTransport transport = connections.connect(login);
        return over(transport, transport.user(), bridge);
    }

    /**
     * A host at the other end of a transport, which goes with this connection.
     *
     * @param login the login user's name; empty when it is not known, so that becoming that user takes shells of its own
     */
    static Connection over(Transport transport, String login, Optional<Bridge> bridge) {
        return new Connection(transport, login, false, bridge);
    }

    /**
     * The host, acted on as the login user or as another. The same object for the same user. Nothing is started before it is
     * used. Closing it closes what it alone uses; {@link #close} the rest.
     */
    public synchronized Host as(Optional<Become> become) {
        Optional<Become> other = become.filter(each -> !each.user().equals(login));
        return views.computeIfAbsent(other, this::view);
    }

    /** Closes all that {@link #as} gave, and disconnects. Idempotent. */
    @Override
    public synchronized void close() {
        views.values().forEach(Host::close);
        views.clear();
        transport.close();
    }

    private Host view(Optional<Become> become) {
        if (local && become.isEmpty()) {
            return new LocalHost(transport.host());
        }
        return new ShellHost(transport, sessions, ShellHost.Settings.as(become, bridge), () -> {});
    }
}
