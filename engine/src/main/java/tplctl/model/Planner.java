package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;

/** Compares what is wanted with what was observed. Pure. */
public final class Planner {
    /**
     * What the user said about the plan as a whole.
     *
     * @param prune whether orphans go
     * @param force whether protected resources may be replaced or removed
     * @param adopt whether another owner's resources become this owner's
     */
    public record Options(Selection selection, boolean prune, boolean force, boolean adopt) {
        public static final Options PLAIN = new Options(Selection.ALL, false, false, false);
    }

    private final Project project;
    private final Observations observations;
    private final Options options;
    private final Map<String, Kind<?, ?>> kinds;
    private final List<Plan.Problem> problems = new ArrayList<>();
    private final Ownership others;
    private final Map<ResourceId, ResourceId> standIns;

    private Planner(Project project, Observations observations, Options options, Map<String, Kind<?, ?>> kinds) {
        this.project = project;
        this.observations = observations;
        this.options = options;
        this.kinds = kinds;
        this.others = new Ownership(project.playbook().owner(), observations.owned());
        this.standIns = standIns(project);
    }

    // What a host knows under the id of the thing may be declared there by what stands for that thing.
    private static Map<ResourceId, ResourceId> standIns(Project project) {
        Map<ResourceId, ResourceId> standIns = new HashMap<>();
        for (Resource<?, ?> resource : project.graph().order()) {
            ResourceId id = resource.id();
            for (Ref ref : resource.ties().stoodFor()) {
                ResourceId there = new ResourceId(id.host(), ref.kind(), ref.name());
                if (project.graph().find(there).isEmpty()) {
                    standIns.put(there, id);
                }
            }
        }
        return standIns;
    }

    /** The plan that makes the playbook so. */
    public static Plan plan(
            Project project, Observations observations, Options options, Map<String, Kind<?, ?>> kinds) {
        return new Planner(project, observations, options, kinds).presence();
    }

    /** The plan that takes away what the playbook declares and this owner made. */
    public static Plan destroy(
            Project project, Observations observations, Options options, Map<String, Kind<?, ?>> kinds) {
        return new Planner(project, observations, options, kinds).absence();
    }

    private Plan presence() {
        List<PlannedResource> planned = new ArrayList<>();
        Budget budget = new Budget();
        Set<ResourceId> displaced = new HashSet<>();
        for (Resource<?, ?> resource : project.graph().order()) {
            if (options.selection().selects(resource)) {
                PlannedResource entry = planOne(resource, displaced.contains(resource.id()));
                planned.add(entry);
                for (Change change : entry.changes()) {
                    change.displaces().forEach(id -> displaced.add(standIns.getOrDefault(id, id)));
                }
                for (Claim claim : claims(entry)) {
                    budget.add(resource.id(), claim);
                }
            }
        }
        Removals removals = new Removals(project, observations.owned(), kinds);
        List<OwnedRecord> orphans = covered(removals.orphans());
        List<PlannedRemoval> pruned = options.prune() ? removals.planned(orphans, true) : List.of();
        Set<ResourceId> going = new HashSet<>();
        pruned.forEach(r -> going.add(r.id()));
        for (PlannedResource one : planned) {
            if (one.action().filter(Impact::asks).isPresent()) {
                going.add(one.id());
            }
        }
        planned.forEach(p -> checkOne(p, going));
        pruned.forEach(this::checkRemoval);
        removals.stillNeeded(pruned, planned).forEach(problems::add);
        problems.addAll(budget.problems());
        return new Plan(planned, pruned, orphans, problems, absent());
    }

    private Plan absence() {
        Removals removals = new Removals(project, observations.owned(), kinds);
        List<OwnedRecord> going = new ArrayList<>(removals.declared(options.selection()));
        List<OwnedRecord> orphans = covered(removals.orphans());
        if (options.prune()) {
            going.addAll(orphans);
        }
        List<PlannedRemoval> planned = removals.planned(going, false);
        planned.forEach(this::checkRemoval);
        removals.stillNeeded(planned, List.of()).forEach(problems::add);
        return new Plan(unanswered(going), planned, orphans, problems, absent());
    }

    // Tags of what could not be decoded are not known: with -t only what the selected ones need is told of.
    private List<Plan.Absent> absent() {
        Set<ResourceId> needed = new HashSet<>();
        if (!options.selection().tags().isEmpty()) {
            project.graph().order().stream()
                    .filter(options.selection()::selects)
                    .forEach(r -> project.graph().missing(r.id()).ifPresent(needed::add));
        }
        return project.playbook().leftOut().values().stream()
                .distinct()
                .filter(id -> options.selection().covers(id.host()))
                .filter(id -> options.selection().tags().isEmpty() || needed.contains(id))
                .map(this::absent)
                .toList();
    }

    private Plan.Absent absent(ResourceId id) {
        Optional<String> unreachable =
                Optional.ofNullable(observations.unreachable().get(id.host()));
        return new Plan.Absent(
                id,
                unreachable.orElse("the facts of " + id.host() + ", which it depends on, could not be gathered"),
                unreachable.isPresent());
    }

    // Of a host that did not answer, nobody knows what there is to remove.
    private List<PlannedResource> unanswered(List<OwnedRecord> going) {
        Set<ResourceId> known = new HashSet<>();
        going.forEach(r -> known.add(r.id()));
        Set<String> answered = new HashSet<>();
        observations.seen().keySet().forEach(id -> answered.add(id.host()));
        List<PlannedResource> unanswered = new ArrayList<>();
        for (Resource<?, ?> resource : project.graph().order()) {
            boolean silent = !answered.contains(resource.id().host());
            if (silent && options.selection().selects(resource) && !known.contains(resource.id())) {
                unobserved(resource).ifPresent(unanswered::add);
            }
        }
        return unanswered;
    }

    private Optional<PlannedResource> unobserved(Resource<?, ?> resource) {
        String unreachable = observations.unreachable().get(resource.id().host());
        if (unreachable != null) {
            return Optional.of(new PlannedResource(resource, List.of(), unreachable, true, Optional.empty()));
        }
        String failed = observations.failed().get(resource.id());
        return failed == null ? Optional.empty() : Optional.of(new PlannedResource(resource, List.of(), failed));
    }

    private List<OwnedRecord> covered(List<OwnedRecord> records) {
        return records.stream()
                .filter(r -> options.selection().covers(r.id().host()))
                .toList();
    }

    private PlannedResource planOne(Resource<?, ?> resource, boolean displaced) {
        Optional<PlannedResource> unobserved = unobserved(resource);
        if (unobserved.isPresent()) {
            return unobserved.get();
        }
        Optional<ResourceId> unknown = project.graph().missing(resource.id());
        if (unknown.isPresent() && !options.selection().covers(unknown.get().host())) {
            return new PlannedResource(
                    resource,
                    List.of(),
                    "needs " + unknown.get() + ", not selected, and what that is depends on the facts of its host");
        }
        Optional<ResourceId> missing = unselectedAndMissing(resource);
        if (missing.isPresent()) {
            return new PlannedResource(resource, List.of(), "needs " + missing.get() + ", not selected");
        }
        Optional<Observed<?, ?>> found = observations.of(resource.id());
        if (found.isEmpty()) {
            return new PlannedResource(resource, List.of(), "");
        }
        Observed<?, ?> observed = found.get();
        List<Change> changes = displaced ? observed.displaced() : observed.changes();
        boolean remembers = options.adopt() || !changes.isEmpty();
        return new PlannedResource(resource, changes, "", false, remembers ? observed.trace() : Optional.empty());
    }

    private Optional<ResourceId> unselectedAndMissing(Resource<?, ?> resource) {
        if (options.selection().isAll()) {
            return Optional.empty();
        }
        for (ResourceId id : project.graph().dependencies(resource.id())) {
            Resource<?, ?> dependency = project.graph().find(id).orElseThrow();
            if (!options.selection().selects(dependency)) {
                boolean holds =
                        observations.of(id).map(o -> onlyUnknown(o.changes())).orElse(false);
                if (!holds) {
                    return Optional.of(id);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean onlyUnknown(List<Change> changes) {
        return changes.stream().allMatch(c -> c.impact() == Impact.UNKNOWN);
    }

    private List<Claim> claims(PlannedResource planned) {
        Optional<Observed<?, ?>> observed = observations.of(planned.id());
        return observed.isPresent() ? observed.get().claims(planned.changes()) : List.of();
    }

    private void checkOne(PlannedResource planned, Set<ResourceId> going) {
        for (Change change : planned.changes()) {
            if (change.isRefused()) {
                problems.add(new Plan.Problem(planned.id(), change.refusal(), ""));
            }
            for (ResourceId named : change.displaces()) {
                ResourceId displaced = standIns.getOrDefault(named, named);
                if (!going.contains(displaced)) {
                    problems.add(displacement(planned.id(), displaced));
                }
            }
        }
        boolean asks = planned.action()
                .filter(a -> a == Impact.REPLACE || a == Impact.REMOVE)
                .isPresent();
        if (asks && planned.resource().common().protect() && !options.force()) {
            problems.add(new Plan.Problem(
                    planned.id(), "is protected and would be replaced", "give --force if that is meant"));
        }
        if (!options.adopt()) {
            others.conflict(planned.resource()).ifPresent(problems::add);
        }
    }

    private Plan.Problem displacement(ResourceId replaced, ResourceId displaced) {
        String owner = observations.owned().stream()
                .filter(r -> r.id().equals(displaced))
                .map(OwnedRecord::owner)
                .findFirst()
                .orElse("an unknown owner");
        boolean ours = owner.equals(project.playbook().owner());
        return new Plan.Problem(
                replaced,
                "would be replaced under " + displaced.local() + " (made by " + owner
                        + "), which this run does not replace",
                ours ? "select it too, or remove it with --prune" : "remove that one first");
    }

    // The playbook's word counts where it still has one; the record's is as old as the last change.
    private void checkRemoval(PlannedRemoval removal) {
        boolean isProtected = project.graph()
                .find(removal.id())
                .map(r -> r.common().protect())
                .orElse(removal.owned().isProtected());
        if (isProtected && !options.force()) {
            problems.add(new Plan.Problem(
                    removal.id(), "is protected and would be removed", "give --force if that is meant"));
        }
    }
}
