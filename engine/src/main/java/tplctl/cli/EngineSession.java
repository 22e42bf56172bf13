package tplctl.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import tplctl.engine.Connections;
import tplctl.engine.Facts;
import tplctl.engine.FileReader;
import tplctl.engine.HostEvent;
import tplctl.engine.Locks;
import tplctl.engine.Observer;
import tplctl.engine.Report;
import tplctl.engine.RetryDelay;
import tplctl.engine.RunListener;
import tplctl.engine.Runner;
import tplctl.engine.Status;
import tplctl.engine.StatusReader;
import tplctl.engine.Threads;
import tplctl.engine.TracedLink;
import tplctl.engine.VmFinder;
import tplctl.engine.VmSighting;
import tplctl.host.Duplex;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.host.LockHolder;
import tplctl.host.Passphrases;
import tplctl.inventory.Inventory;
import tplctl.model.Observations;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.text.Node;

/** The engine at work on real hosts. */
final class EngineSession implements Session {
    // Many for each processor: most work waits for the host, and a clone that runs already takes the processor from one
    // that still starts.
    private static final int PER_LOCAL_HOST = 16 * Runtime.getRuntime().availableProcessors();
    // sshd takes ten sessions over one connection (MaxSessions); the lock has one, and one is for QMP and copies.
    private static final int PER_REMOTE_HOST = 8;
    private static final Duration ENDING = Duration.ofSeconds(5);
    private static final Duration REPORTING = Duration.ofSeconds(10);

    private final Options options;
    private final Connections.Connector connector;
    private final Connections connections;
    private final HostLinks links;
    private final Locks locks = new Locks();
    private final Told told = new Told();
    private volatile Inventory inventory;
    private volatile Optional<Runner> runner = Optional.empty();
    private volatile boolean stopped;

    /** @param cache directory for what can be made again */
    EngineSession(Inventory inventory, Options options, Passphrases passphrases, Path cache) {
        this.inventory = inventory;
        this.options = options;
        this.links = new HostLinks(options, passphrases, cache, told::note, this::logged);
        this.connector = this::connect;
        this.connections = new Connections(this::watched, options.forks());
    }

    /** A session that connects in another way. */
    EngineSession(Inventory inventory, Options options, Connections.Connector connector) {
        this.inventory = inventory;
        this.options = options;
        this.links = new HostLinks(options, Passphrases.none(), Path.of("/nonexistent"), told::note, this::logged);
        this.connector = connector;
        this.connections = new Connections(this::watched, options.forks());
    }

    @Override
    public void listen(RunListener listener) {
        told.listener = listener;
    }

    @Override
    public void begin(Inventory complete, List<String> hosts, Set<String> becoming) {
        use(complete, becoming);
        told.connecting(hosts);
        connections.begin(hosts);
    }

    @Override
    public void use(Inventory complete, Set<String> becoming) {
        inventory = complete;
        connections.becoming(becoming);
    }

    @Override
    public Map<String, Node> facts(List<String> hosts) {
        Map<String, Node> facts = new LinkedHashMap<>();
        Threads.each(hosts, options.forks(), this::factsOf)
                .forEach((host, found) -> found.ifPresent(node -> facts.put(host, node)));
        return facts;
    }

    private Optional<Node> factsOf(String host) {
        try {
            return Optional.of(Facts.gather(connections.own(host)));
        } catch (HostUnreachableException e) {
            told.host(host, HostEvent.UNREACHABLE, String.valueOf(e.getMessage()));
        } catch (HostException e) {
            told.note(String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    @Override
    public Locks.Refused lock(List<String> hosts, String command, Consumer<String> waiting, boolean partly) {
        String holder = LockHolder.line(command, Instant.now());
        return locks.take(connections, hosts, holder, waiting, options.forks(), partly, told);
    }

    @Override
    public Observations observe(List<Resource<?, ?>> resources, List<String> hosts) {
        return new Observer(connections, options.forks(), told).observe(resources, hosts);
    }

    @Override
    public Report run(Plan plan, Project project, List<OwnedRecord> owned, boolean adopt, RunListener listener) {
        Runner.Options how = new Runner.Options(
                options.forks(),
                this::perHost,
                locks::holds,
                RetryDelay.standard(() -> ThreadLocalRandom.current().nextDouble()),
                adopt);
        Runner current = new Runner(connections, listener, how, System::nanoTime);
        runner = Optional.of(current);
        if (stopped) {
            current.stop();
        }
        return current.run(plan, project, owned);
    }

    @Override
    public void stop() {
        stopped = true;
        runner.ifPresent(Runner::stop);
    }

    @Override
    public void interrupt() {
        stop();
        runner.ifPresent(Runner::end);
        connections.interrupt(ENDING);
        runner.ifPresent(r -> r.giveUp(REPORTING));
    }

    @Override
    public Status status(String host, boolean verify) {
        return StatusReader.read(connections.own(host), verify);
    }

    @Override
    public VmSighting find(String host, String vm) {
        return VmFinder.look(connections.own(host), vm);
    }

    @Override
    public Duplex open(String host, String socketPath, Duration patience) {
        return connections.own(host).openUnix(socketPath, patience);
    }

    @Override
    public Duplex open(String host, String address, int port, Duration limit) {
        return connections.own(host).openTcp(address, port, limit);
    }

    @Override
    public Map<FileAt, FileReader.Found> read(List<FileAt> files) {
        Map<View, List<String>> paths = new LinkedHashMap<>();
        files.forEach(file -> paths.computeIfAbsent(new View(file.host(), file.become()), v -> new ArrayList<>())
                .add(file.path()));
        Map<FileAt, FileReader.Found> found = new LinkedHashMap<>();
        Threads.each(paths.keySet(), options.forks(), view -> read(view, paths.getOrDefault(view, List.of())))
                .values()
                .forEach(found::putAll);
        return found;
    }

    private record View(String host, boolean become) {}

    private Map<FileAt, FileReader.Found> read(View view, List<String> paths) {
        Map<FileAt, FileReader.Found> found = new LinkedHashMap<>();
        try {
            FileReader.read(connections.get(view.host(), view.become()), paths)
                    .forEach((path, one) -> found.put(new FileAt(view.host(), view.become(), path), one));
        } catch (HostException | HostUnreachableException e) {
            FileReader.Found problem = new FileReader.Found(Optional.empty(), String.valueOf(e.getMessage()));
            paths.forEach(path -> found.put(new FileAt(view.host(), view.become(), path), problem));
        }
        return found;
    }

    @Override
    public void close() {
        locks.close();
        connections.close(ENDING);
        links.close();
    }

    private int perHost(String name) {
        return host(name).filter(Inventory.Host::isLocal).isPresent() ? PER_LOCAL_HOST : PER_REMOTE_HOST;
    }

    private Optional<Inventory.Host> host(String name) {
        return Optional.ofNullable(inventory.hosts().get(name));
    }

    // A line begins with its host's name.
    private void logged(String line) {
        int colon = line.indexOf(": ");
        told.debug(colon < 0 ? "" : line.substring(0, colon), colon < 0 ? line : line.substring(colon + 2));
    }

    private Connections.Link watched(String name) {
        try {
            Connections.Link link = connector.connect(name);
            told.host(name, HostEvent.CONNECTED, "");
            return options.verbosity() >= Progress.SHOW_SCRIPTS ? new TracedLink(link, told) : link;
        } catch (HostUnreachableException e) {
            told.host(name, HostEvent.UNREACHABLE, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private Connections.Link connect(String name) {
        return links.connect(
                host(name)
                        .orElseThrow(() -> new HostUnreachableException(
                                name, "not in the inventory", new IllegalArgumentException(name))),
                inventory);
    }

    /** Passes on what becomes of a host, each thing once, however many find it out. */
    private static final class Told implements RunListener {
        private final Set<String> before = ConcurrentHashMap.newKeySet();
        private volatile RunListener listener = RunListener.SILENT;

        @Override
        public void host(String name, HostEvent event, String message) {
            if (before.add(name + " " + event)) {
                listener.host(name, event, message);
            }
        }

        @Override
        public void connecting(List<String> hosts) {
            listener.connecting(hosts);
        }

        @Override
        public void script(String host, String shown, String result, Duration took) {
            listener.script(host, shown, result, took);
        }

        @Override
        public void debug(String host, String line) {
            listener.debug(host, line);
        }

        @Override
        public void note(String line) {
            listener.note(line);
        }
    }
}
