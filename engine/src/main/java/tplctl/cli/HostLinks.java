package tplctl.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostics;
import tplctl.engine.Connections;
import tplctl.host.Bridge;
import tplctl.host.Connection;
import tplctl.host.Host;
import tplctl.host.HostUnreachableException;
import tplctl.host.Passphrases;
import tplctl.host.RelayBridge;
import tplctl.host.RelayRuntime;
import tplctl.host.SshConnections;
import tplctl.inventory.Inventory;
import tplctl.inventory.Scopes;
import tplctl.login.Become;

/** Connects to hosts as inventory and command line say. */
final class HostLinks implements AutoCloseable {
    private final Session.Options options;
    private final Passphrases passphrases;
    private final Path cache;
    private final Consumer<String> waiting;
    private final Consumer<String> log;
    private @Nullable RelayRuntime relay;
    private @Nullable SshConnections ssh;
    private boolean closed;

    /**
     * @param cache directory for the Java runtime that goes to hosts without one
     * @param waiting told, in words for the user, before what takes longer
     * @param log told what the SSH library does; it hears no secrets
     */
    HostLinks(
            Session.Options options,
            Passphrases passphrases,
            Path cache,
            Consumer<String> waiting,
            Consumer<String> log) {
        this.options = options;
        this.passphrases = passphrases;
        this.cache = cache;
        this.waiting = waiting;
        this.log = log;
    }

    /**
     * Connects to a host.
     *
     * @param inventory whose variables say how
     * @throws HostUnreachableException when that cannot be
     */
    Connections.Link connect(Inventory.Host host, Inventory inventory) {
        tplctl.inventory.Connection how = how(host, inventory);
        Optional<Bridge> bridge = Optional.of(new RelayBridge(this::relay));
        Connection connection = switch (how.kind()) {
            case LOCAL -> Connection.local(host.name(), bridge);
            case SSH -> Connection.ssh(ssh(host.name()), how.login(), bridge);
        };
        return new Views(connection, how.become());
    }

    // A playbook's hosts were checked before; what is wrong here is of a host that only a command line names.
    private tplctl.inventory.Connection how(Inventory.Host host, Inventory inventory) {
        Diagnostics errors = new Diagnostics();
        Map<String, tplctl.text.Node> extraVars = options.extraVars();
        Optional<tplctl.inventory.Connection> how = tplctl.inventory.Connections.of(
                host, options.login(), extraVars, Scopes.of(inventory, extraVars, ""), errors);
        return how.orElseThrow(() -> {
            List<Diagnostic> wrong = errors.sorted();
            String why = wrong.isEmpty()
                    ? "its connection variables cannot be understood"
                    : wrong.get(0).at() + ": " + wrong.get(0).summary();
            return new HostUnreachableException(host.name(), why, new IllegalArgumentException(why));
        });
    }

    // Made when a host needs it: a run on this machine alone loads nothing of SSH.
    private synchronized SshConnections ssh(String host) {
        if (closed) {
            throw new HostUnreachableException(host, "the run is over", new IllegalStateException("closed"));
        }
        if (ssh == null) {
            ssh = new SshConnections(passphrases, log);
        }
        return ssh;
    }

    // Made when a host needs it: most have programs of their own.
    private synchronized RelayRuntime relay() {
        if (relay == null) {
            relay = new RelayRuntime(cache, waiting);
        }
        return relay;
    }

    @Override
    public void close() {
        Optional<SshConnections> open;
        synchronized (this) {
            closed = true;
            open = Optional.ofNullable(ssh);
        }
        open.ifPresent(SshConnections::close);
    }

    private record Views(Connection connection, Become become) implements Connections.Link {
        @Override
        public Host view(boolean becomes) {
            return connection.as(becomes ? Optional.of(become) : Optional.empty());
        }

        @Override
        public void interrupt() {
            connection.as(Optional.empty()).interrupt();
            connection.as(Optional.of(become)).interrupt();
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
