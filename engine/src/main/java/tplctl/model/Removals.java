package tplctl.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tplctl.kind.Kind;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Subject;

/** Chooses and orders what goes away, from what the hosts remember. */
final class Removals {
    private final Project project;
    private final List<OwnedRecord> owned;
    private final Map<String, Kind<?, ?>> kinds;

    /** What came to a host from another, and by which resource; the host may remember it from when it was its own. */
    private final Map<ResourceId, Resource<?, ?>> arrived = new HashMap<>();

    Removals(Project project, List<OwnedRecord> owned, Map<String, Kind<?, ?>> kinds) {
        this.project = project;
        this.owned =
                owned.stream().sorted(Comparator.comparing(OwnedRecord::id)).toList();
        this.kinds = kinds;
        for (Resource<?, ?> resource : project.graph().order()) {
            for (Ref ref : resource.ties().stoodFor()) {
                arrived.put(new ResourceId(resource.id().host(), ref.kind(), ref.name()), resource);
            }
        }
    }

    /** What this owner made and the playbook no longer declares, or declares elsewhere, on the playbook's hosts. */
    List<OwnedRecord> orphans() {
        return ours().stream()
                .filter(r -> project.graph().find(r.id()).filter(r::isOf).isEmpty())
                .filter(r -> !project.playbook().unmanaged().contains(r.id()))
                .filter(r -> !arrived.containsKey(r.id()))
                .filter(r -> standsFor(r)
                        .noneMatch(id -> project.graph().find(id).isPresent()
                                || project.playbook().unmanaged().contains(id)))
                .toList();
    }

    // The thing may have come to a host on which it is declared itself by now.
    private static Stream<ResourceId> standsFor(OwnedRecord record) {
        return Optional.ofNullable(record.trace().get(Kind.STANDS_FOR)).flatMap(ResourceId::parse).stream()
                .flatMap(id -> Stream.of(id, new ResourceId(record.id().host(), id.kind(), id.name())));
    }

    /** What this owner made and the playbook declares, itself or in what it stands for. */
    List<OwnedRecord> declared(Selection selection) {
        return ours().stream()
                .filter(r -> isSelected(r, selection))
                .filter(r -> selection.covers(r.id().host()))
                .toList();
    }

    private boolean isSelected(OwnedRecord record, Selection selection) {
        Optional<Resource<?, ?>> itself = project.graph().find(record.id()).filter(record::isOf);
        if (itself.isPresent()) {
            return selection.selects(itself.get());
        }
        return Stream.concat(
                        standsFor(record).flatMap(id -> project.graph().find(id).stream()),
                        Optional.<Resource<?, ?>>ofNullable(arrived.get(record.id())).stream())
                .anyMatch(selection::selects);
    }

    /**
     * The removals in an order in which nothing loses what it stands on before it goes itself. A path that a declared resource
     * provides stays when {@code declaredStay}: its record is another one's by now, who was renamed or has moved.
     */
    List<PlannedRemoval> planned(List<OwnedRecord> records, boolean declaredStay) {
        Map<String, ResourceId> kept = declaredStay ? declaredPaths() : Map.of();
        Map<String, List<OwnedRecord>> byId = new HashMap<>();
        records.forEach(r ->
                byId.computeIfAbsent(r.id().toString(), id -> new ArrayList<>()).add(r));
        Map<OwnedRecord, Set<OwnedRecord>> after = new HashMap<>();
        for (OwnedRecord record : records) {
            for (String need : record.needs()) {
                for (OwnedRecord needed : byId.getOrDefault(need, List.of())) {
                    after.computeIfAbsent(needed, n -> new LinkedHashSet<>()).add(record);
                }
            }
        }
        List<PlannedRemoval> ordered = new ArrayList<>();
        Set<OwnedRecord> done = new HashSet<>();
        records.forEach(r -> visit(r, after, done, new HashSet<>(), ordered));
        return ordered.stream().map(removal -> sparing(removal, kept)).toList();
    }

    private Map<String, ResourceId> declaredPaths() {
        Map<String, ResourceId> paths = new HashMap<>();
        for (Resource<?, ?> resource : project.graph().order()) {
            resource.ties()
                    .provided()
                    .forEach(use -> paths.put(place(resource.id(), use.path().text()), resource.id()));
        }
        return paths;
    }

    private static PlannedRemoval sparing(PlannedRemoval removal, Map<String, ResourceId> kept) {
        for (String path : removal.owned().provides()) {
            Optional<ResourceId> now = Optional.ofNullable(kept.get(place(removal.id(), path)));
            if (now.isPresent()) {
                String note = path + " stays: " + now.get().local() + " provides it now";
                return new PlannedRemoval(removal.owned(), Removal.keeps(path, note), removal.after());
            }
        }
        return removal;
    }

    private static String place(ResourceId id, String path) {
        return id.host() + " " + path;
    }

    /** Whatever stays although something that it needs goes. Ids in {@code needs} are those of the record's own playbook. */
    List<Plan.Problem> stillNeeded(List<PlannedRemoval> removals, List<PlannedResource> staying) {
        if (removals.isEmpty()) {
            return List.of();
        }
        Set<ResourceId> going = new HashSet<>();
        removals.forEach(r -> going.add(r.id()));
        Set<ResourceId> declared = new HashSet<>();
        staying.forEach(p -> declared.add(p.id()));
        Map<String, List<OwnedRecord>> standing = new HashMap<>();
        owned.stream()
                .filter(r -> !going.contains(r.id()) && !declared.contains(r.id()))
                .forEach(r -> r.needs()
                        .forEach(need -> standing.computeIfAbsent(need, n -> new ArrayList<>())
                                .add(r)));
        List<Plan.Problem> problems = new ArrayList<>();
        for (PlannedRemoval removal : removals) {
            standing.getOrDefault(removal.id().toString(), List.of()).stream()
                    .filter(r -> r.owner().equals(removal.owned().owner()))
                    .forEach(r -> problems.add(new Plan.Problem(
                            removal.id(),
                            "would be removed, but " + r.id().local() + " (made by " + r.owner() + ") stands on it",
                            "remove that one first, or in the same run")));
        }
        return problems;
    }

    private List<OwnedRecord> ours() {
        Set<String> hosts = new HashSet<>(project.playbook().hosts());
        return owned.stream()
                .filter(r -> r.owner().equals(project.playbook().owner()))
                .filter(r -> hosts.contains(r.id().host()))
                .filter(r -> kinds.containsKey(r.id().kind()))
                .toList();
    }

    // Depth first; a circle, which two playbooks over time can leave in the records, is cut where it closes.
    private void visit(
            OwnedRecord record,
            Map<OwnedRecord, Set<OwnedRecord>> after,
            Set<OwnedRecord> done,
            Set<OwnedRecord> open,
            List<PlannedRemoval> ordered) {
        if (done.contains(record) || !open.add(record)) {
            return;
        }
        List<ResourceId> first = new ArrayList<>();
        for (OwnedRecord earlier : after.getOrDefault(record, Set.of())) {
            visit(earlier, after, done, open, ordered);
            if (done.contains(earlier)) {
                first.add(earlier.id());
            }
        }
        Kind<?, ?> kind = Optional.<Kind<?, ?>>ofNullable(kinds.get(record.id().kind()))
                .orElseThrow(
                        () -> new IllegalStateException("no kind " + record.id().kind()));
        Subject subject = new Subject(record.id(), record.owner());
        ordered.add(new PlannedRemoval(record, kind.removal(subject, record.trace()), first));
        done.add(record);
    }
}
