package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.ResourceId;

/** Finds what another owner holds already. */
public final class Ownership {
    private final Map<String, List<OwnedRecord>> others = new HashMap<>();

    /** What others than that owner hold, of all that the hosts remember. */
    Ownership(String owner, List<OwnedRecord> owned) {
        for (OwnedRecord record : owned) {
            if (!record.owner().equals(owner)) {
                others.computeIfAbsent(record.id().host(), h -> new ArrayList<>())
                        .add(record);
            }
        }
    }

    /** The other owner's record that stands against a resource, as a problem; empty when none does. */
    Optional<Plan.Problem> conflict(Resource<?, ?> resource) {
        if (others.isEmpty()) {
            return Optional.empty();
        }
        List<OwnedRecord> here = others.getOrDefault(resource.id().host(), List.of());
        return here.isEmpty()
                ? Optional.empty()
                : replaced(resource, here).stream().findFirst().map(r -> problem(resource, r));
    }

    /** The records, of other owners, that a resource takes the place of when it is adopted. */
    public static List<OwnedRecord> replaced(Resource<?, ?> resource, List<OwnedRecord> owned) {
        return owned.stream()
                .filter(r -> !r.owner().equals(resource.subject().owner()))
                .filter(r -> r.id().host().equals(resource.id().host()))
                .filter(r -> sameName(resource, r) || samePath(resource, r).isPresent())
                .toList();
    }

    private static boolean sameName(Resource<?, ?> resource, OwnedRecord record) {
        return resource.kind().namedHostWide() && record.id().equals(resource.id());
    }

    private static Optional<String> samePath(Resource<?, ?> resource, OwnedRecord record) {
        return resource.ties().provided().stream()
                .map(use -> use.path().text())
                .filter(record.provides()::contains)
                .findFirst();
    }

    private static Plan.Problem problem(Resource<?, ?> resource, OwnedRecord record) {
        ResourceId id = resource.id();
        String what = sameName(resource, record)
                ? "is held by another owner, " + record.owner()
                : "provides " + samePath(resource, record).orElseThrow() + ", which "
                        + record.id().local() + " of another owner, " + record.owner() + ", holds";
        return new Plan.Problem(id, what, "choose another name or path, or take it over with --adopt");
    }
}
