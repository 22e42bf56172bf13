package tplctl.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import tplctl.engine.Facts;
import tplctl.engine.Observer;
import tplctl.engine.Report;
import tplctl.engine.RunListener;
import tplctl.engine.Runner;
import tplctl.engine.Status;
import tplctl.engine.StatusReader;
import tplctl.host.Host;
import tplctl.host.HostLock;
import tplctl.host.HostUnreachableException;
import tplctl.host.LocalHost;
import tplctl.host.LockHolder;
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
    private static final int PER_HOST = 16 * Runtime.getRuntime().availableProcessors();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Options options;
    private final Map<String, Host> open = new ConcurrentHashMap<>();
    private final Queue<HostLock> locks = new ConcurrentLinkedQueue<>();
    private volatile Inventory inventory;
    private volatile Optional<Runner> runner = Optional.empty();

    EngineSession(Inventory inventory, Options options) {
        this.inventory = inventory;
        this.options = options;
    }

    @Override
    public void use(Inventory complete) {
        inventory = complete;
    }

    @Override
    public Node facts(Inventory.Host host) {
        return Facts.gather(open.computeIfAbsent(host.name(), name -> connect(host)));
    }

    @Override
    public void lock(List<String> hosts, String command, Consumer<String> waiting) {
        String holder = LockHolder.line(command, Instant.now());
        List<Callable<Boolean>> tasks = new ArrayList<>();
        hosts.forEach(name -> tasks.add(() -> {
            try {
                locks.add(host(name).lock(holder, PATIENCE, waiting));
                return true;
            } catch (HostUnreachableException e) {
                return false;
            }
        }));
        inParallel(tasks);
    }

    @Override
    public Observations observe(List<Resource<?, ?>> resources, List<String> hosts) {
        return new Observer(this::host, options.forks()).observe(resources, hosts);
    }

    @Override
    public Report run(Plan plan, Project project, List<OwnedRecord> owned, boolean adopt, RunListener listener) {
        Runner current = new Runner(this::host, listener, new Runner.Options(PER_HOST, adopt), System::nanoTime);
        runner = Optional.of(current);
        return current.run(plan, project, owned);
    }

    @Override
    public void stop() {
        runner.ifPresent(Runner::stop);
    }

    @Override
    public void interrupt() {
        open.values().forEach(Host::interrupt);
    }

    @Override
    public Status status(String host, boolean verify) {
        return StatusReader.read(host(host), verify);
    }

    @Override
    public Optional<byte[]> read(String host, String path) {
        return host(host).read(path);
    }

    @Override
    public void close() {
        locks.forEach(HostLock::close);
        open.values().forEach(Host::close);
    }

    private Host host(String name) {
        Host known = open.get(name);
        if (known != null) {
            return known;
        }
        Inventory.Host entry = Optional.ofNullable(inventory.hosts().get(name))
                .orElseThrow(() ->
                        new HostUnreachableException(name, "not in the inventory", new IllegalArgumentException(name)));
        return open.computeIfAbsent(name, n -> connect(entry));
    }

    private static Host connect(Inventory.Host host) {
        if (host.isLocal()) {
            return new LocalHost(host.name());
        }
        throw new HostUnreachableException(
                host.name(),
                "hosts other than this machine cannot be reached yet",
                new UnsupportedOperationException("ssh"));
    }

    private void inParallel(List<Callable<Boolean>> tasks) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(options.forks(), tasks.size())));
        try {
            for (Future<Boolean> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while locking", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }
}
