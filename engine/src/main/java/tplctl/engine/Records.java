package tplctl.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.kind.ResourceId;
import tplctl.kind.Sh;
import tplctl.model.OwnedRecord;
import tplctl.model.Resource;
import tplctl.model.ResourceGraph;

/** Keeps what a host remembers of the resources that were made there. */
final class Records {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Map<ResourceId, Set<OwnedRecord>> known = new ConcurrentHashMap<>();
    private final Map<String, Boolean> prepared = new ConcurrentHashMap<>();

    Records(List<OwnedRecord> owned) {
        owned.forEach(r -> known.computeIfAbsent(r.id(), i -> ConcurrentHashMap.newKeySet())
                .add(r));
    }

    /** The record of a resource that is about to be made. */
    static OwnedRecord of(Resource<?, ?> resource, ResourceGraph graph, Map<String, String> trace) {
        return new OwnedRecord(
                resource.id(),
                resource.subject().owner(),
                graph.dependencies(resource.id()).stream()
                        .map(ResourceId::toString)
                        .toList(),
                resource.ties().provided().stream()
                        .map(use -> use.path().text())
                        .toList(),
                resource.common().protect(),
                trace);
    }

    /** Whether this owner made the resource earlier, where it is now. */
    boolean has(OwnedRecord record) {
        return same(record).isPresent();
    }

    /**
     * Writes a record unless the host has it. What was remembered when the resource was first made says how the host was before, so it
     * stays; only a resource that is {@code replaced} is remembered anew.
     */
    void write(Host host, OwnedRecord record, boolean replaced) {
        Optional<OwnedRecord> before = same(record);
        OwnedRecord now =
                replaced ? record : before.map(b -> record.tracing(b.trace())).orElse(record);
        if (before.filter(now::equals).isPresent()) {
            return;
        }
        prepared.computeIfAbsent(host.name() + " " + now.owner(), key -> {
            change(host, Sh.of("umask 077\nmkdir -p -- {}", OwnedRecord.DIRECTORY + "/" + now.owner()));
            return true;
        });
        host.put(now.path(), (now.toJson() + "\n").getBytes(StandardCharsets.UTF_8), "0600");
        Set<OwnedRecord> ofId = known.computeIfAbsent(now.id(), i -> ConcurrentHashMap.newKeySet());
        before.ifPresent(ofId::remove);
        ofId.add(now);
    }

    /** Writes this owner's record anew when the playbook now says other needs or protection of the resource. */
    void refresh(Resource<?, ?> resource, ResourceGraph graph, Supplier<Host> host) {
        OwnedRecord now = of(resource, graph, Map.of());
        same(now)
                .filter(before -> !before.equals(now.tracing(before.trace())))
                .ifPresent(before -> write(host.get(), now, false));
    }

    private Optional<OwnedRecord> same(OwnedRecord record) {
        return known.getOrDefault(record.id(), Set.of()).stream()
                .filter(r -> r.owner().equals(record.owner()) && r.provides().equals(record.provides()))
                .findFirst();
    }

    void forget(Host host, OwnedRecord record) {
        String directory = OwnedRecord.DIRECTORY + "/" + record.owner();
        change(host, Sh.of("rm -f -- {}\nrmdir -- {} 2>/dev/null || :", record.path(), directory));
        Optional.ofNullable(known.get(record.id())).ifPresent(ofId -> ofId.remove(record));
    }

    private static void change(Host host, Sh sh) {
        CommandResult result = host.change(Observer.script(sh), LIMIT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), Observer.script(sh), result);
        }
    }
}
