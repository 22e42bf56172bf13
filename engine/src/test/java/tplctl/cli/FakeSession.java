package tplctl.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import tplctl.engine.FileReader;
import tplctl.engine.HostEvent;
import tplctl.engine.Locks;
import tplctl.engine.Outcome;
import tplctl.engine.Report;
import tplctl.engine.RunListener;
import tplctl.engine.Status;
import tplctl.engine.VmSighting;
import tplctl.host.Duplex;
import tplctl.host.HostUnreachableException;
import tplctl.host.LockHeldException;
import tplctl.host.NobodyListensException;
import tplctl.inventory.Inventory;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.login.Secret;
import tplctl.machine.MoveMarks;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.text.Node;

/** Hosts with notes on them, in memory. */
final class FakeSession implements Session {
    /** The notes by {@code HOST:notes.NAME}; those that are not here are on no host. */
    final Map<String, String> notes = new TreeMap<>();

    final List<OwnedRecord> owned = new ArrayList<>();
    final Map<String, String> unreachable = new HashMap<>();
    final List<String> broken = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    final List<String> begun = new ArrayList<>();
    final Set<String> becoming = new TreeSet<>();
    /** Who has hosts, by host. */
    final Map<String, String> held = new TreeMap<>();

    /** What hosts have of the VM that is looked for, by host. */
    final Map<String, VmSighting> sightings = new HashMap<>();

    /** What listens, by {@code HOST:PATH}. */
    final Map<String, Duplex> sockets = new HashMap<>();

    /** What happens while the plan runs; true when it was interrupted. */
    BooleanSupplier during = () -> false;

    Runnable onStop = () -> {};
    Runnable onInterrupt = () -> {};

    /** What the user is asked for when the session is begun. */
    Optional<Secret> prompted = Optional.empty();

    private Optional<Options> options = Optional.empty();
    private RunListener told = RunListener.SILENT;
    boolean closed;
    int runs;

    /** Opened with these. */
    Session opened(Options given) {
        options = Optional.of(given);
        return this;
    }

    @Override
    public void listen(RunListener listener) {
        told = listener;
    }

    @Override
    public void begin(Inventory complete, List<String> hosts, Set<String> becoming) {
        begun.addAll(hosts);
        prompted.ifPresent(secret -> options.orElseThrow().secrets().accept(secret));
        told.connecting(hosts);
        for (String host : hosts) {
            told.debug(host, "kex: start");
            String why = unreachable.get(host);
            told.host(host, why == null ? HostEvent.CONNECTED : HostEvent.UNREACHABLE, why == null ? "" : why);
        }
    }

    @Override
    public Map<String, Node> facts(List<String> hosts) {
        asked.add("facts of " + String.join(", ", hosts));
        Map<String, Node> facts = new HashMap<>();
        hosts.stream().filter(h -> !unreachable.containsKey(h)).forEach(h -> facts.put(h, OrdinaryHost.facts()));
        return facts;
    }

    @Override
    public void use(Inventory complete, Set<String> hosts) {
        becoming.clear();
        becoming.addAll(hosts);
    }

    @Override
    public Locks.Refused lock(List<String> hosts, String command, Consumer<String> waiting, boolean partly) {
        asked.add("lock " + hosts + " for " + command);
        Map<String, LockHeldException> refused = new LinkedHashMap<>();
        for (String host : hosts) {
            String holder = held.get(host);
            if (holder != null) {
                refused.put(host, new LockHeldException(host, holder, "wait for it to end"));
            } else if (!unreachable.containsKey(host)) {
                told.host(host, HostEvent.LOCKED, "");
            }
        }
        return new Locks.Refused(refused, Map.of());
    }

    @Override
    public Observations observe(List<Resource<?, ?>> resources, List<String> hosts) {
        asked.add("observe " + resources + " on " + hosts);
        Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
        Map<ResourceId, String> failed = new HashMap<>();
        for (Resource<?, ?> resource : resources) {
            String id = resource.id().toString();
            if (broken.contains(id)) {
                failed.put(resource.id(), "the probe made no sense");
            } else if (!unreachable.containsKey(resource.id().host())) {
                seen.put(resource.id(), resource.observed(new ProbeOutput(0, notes.getOrDefault(id, ""), "")));
            }
        }
        hosts.stream().filter(h -> !unreachable.containsKey(h)).forEach(host -> {
            told.script(host, "observe it", "exit 0", Duration.ofMillis(7));
            told.host(host, HostEvent.OBSERVED, "");
        });
        Map<String, String> away = new HashMap<>(unreachable);
        away.keySet().retainAll(hosts);
        return new Observations(seen, failed, away, owned);
    }

    @Override
    public Report run(Plan plan, Project project, List<OwnedRecord> records, boolean adopt, RunListener listener) {
        runs++;
        List<Outcome> outcomes = new ArrayList<>();
        for (PlannedRemoval removal : plan.removals()) {
            outcomes.add(new Outcome.Removed(removal.id(), Duration.ofMillis(5), List.of()));
        }
        for (Plan.Absent absent : plan.absent()) {
            outcomes.add(new Outcome.Unreachable(absent.id(), Duration.ZERO, absent.why()));
        }
        for (PlannedResource planned : plan.inOrder()) {
            listener.started(planned.id());
            outcomes.add(outcome(planned));
        }
        boolean interrupted = during.getAsBoolean();
        outcomes.forEach(listener::finished);
        return new Report(outcomes, Duration.ofMillis(1500), interrupted);
    }

    private static Outcome outcome(PlannedResource planned) {
        if (planned.unreachable()) {
            return new Outcome.Unreachable(planned.id(), Duration.ZERO, planned.failure());
        }
        if (planned.isFailed()) {
            return new Outcome.Failed(planned.id(), Duration.ZERO, "", planned.failure());
        }
        return planned.changes().isEmpty()
                ? new Outcome.Unchanged(planned.id(), Duration.ofMillis(1))
                : new Outcome.Changed(planned.id(), Duration.ofMillis(100), planned.changes(), Map.of());
    }

    @Override
    public void stop() {
        asked.add("stop");
        onStop.run();
    }

    @Override
    public void interrupt() {
        asked.add("interrupt");
        onInterrupt.run();
    }

    @Override
    public Status status(String host, boolean verify) {
        if (unreachable.containsKey(host)) {
            throw new HostUnreachableException(host, "no route", new IllegalStateException("no route"));
        }
        return new Status(
                host,
                List.of(new Status.Template("base", "site", "3f2a", 1 << 20, verify ? "memory differs" : "")),
                List.of());
    }

    @Override
    public VmSighting find(String host, String vm) {
        asked.add("find " + vm + " on " + host);
        if (unreachable.containsKey(host)) {
            throw new HostUnreachableException(host, "no route", new IllegalStateException("no route"));
        }
        return sightings.getOrDefault(
                host, new VmSighting(host, vm, Map.of(), false, MoveMarks.NONE, false, 0, List.of(), Set.of(), ""));
    }

    @Override
    public Duplex open(String host, String socketPath, Duration patience) {
        asked.add("open " + socketPath + " on " + host);
        Duplex socket = sockets.get(host + ":" + socketPath);
        if (socket == null) {
            throw new NobodyListensException(host, "connect to " + socketPath, "there is no such socket");
        }
        return socket;
    }

    @Override
    public Duplex open(String host, String address, int port, Duration limit) {
        return open(host, address + ":" + port, limit);
    }

    @Override
    public Map<FileAt, FileReader.Found> read(List<FileAt> files) {
        Map<FileAt, FileReader.Found> found = new HashMap<>();
        for (FileAt file : files) {
            String note = notes.get(file.host() + ":notes." + file.path().substring("/notes/".length()));
            found.put(
                    file,
                    new FileReader.Found(
                            Optional.ofNullable(note).map(n -> (n + "\n").getBytes(StandardCharsets.UTF_8)), ""));
        }
        return found;
    }

    @Override
    public void close() {
        closed = true;
    }
}
