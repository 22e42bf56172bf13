package tplctl.model;

import java.util.List;
import java.util.Optional;
import tplctl.kind.ResourceId;

/** Finds what another owner holds already. */
public final class Ownership {
    private Ownership() {}

    /** The other owner's record that stands against a resource, as a problem; empty when none does. */
    static Optional<Plan.Problem> conflict(Resource<?, ?> resource, List<OwnedRecord> owned) {
        return replaced(resource, owned).stream().findFirst().map(r -> problem(resource, r));
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
