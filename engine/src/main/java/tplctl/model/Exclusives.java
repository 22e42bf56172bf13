package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.Decoding;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;

/** Reports what only one resource may be, or stand for, when two say so. */
final class Exclusives {
    private record Holder(ResourceId id, Position at) {}

    private record Occupant(ResourceId id, Decoding.Occupied what) {}

    private final Map<String, List<Occupant>> occupied = new HashMap<>();
    private final Map<ResourceId, Holder> stoodFor = new HashMap<>();
    private final Map<ResourceId, List<ResourceId>> groups;
    private final Map<ResourceId, ResourceId> elsewhere;
    private final Diagnostics errors;

    private Exclusives(
            Map<ResourceId, List<ResourceId>> groups, Map<ResourceId, ResourceId> elsewhere, Diagnostics errors) {
        this.groups = groups;
        this.elsewhere = elsewhere;
        this.errors = errors;
    }

    /** Checks what resources said when they were decoded; more may come when they are linked. */
    static Exclusives check(Playbook playbook, Diagnostics errors) {
        Map<ResourceId, List<ResourceId>> groups = new HashMap<>();
        for (Resource<?, ?> resource : playbook.resources()) {
            ResourceId id = resource.id();
            if (!resource.group().equals(id.name())) {
                groups.computeIfAbsent(new ResourceId(id.host(), id.kind(), resource.group()), g -> new ArrayList<>())
                        .add(id);
            }
        }
        Exclusives exclusives = new Exclusives(groups, elsewhere(playbook), errors);
        playbook.resources().forEach(exclusives::one);
        return exclusives;
    }

    private static Map<ResourceId, ResourceId> elsewhere(Playbook playbook) {
        Map<ResourceId, ResourceId> elsewhere = new HashMap<>();
        for (Resource<?, ?> resource : playbook.resources()) {
            for (Ref ref : resource.ties().stoodFor()) {
                elsewhere.putIfAbsent(new ResourceId(ref.host(), ref.kind(), ref.name()), resource.id());
            }
        }
        return elsewhere;
    }

    private void one(Resource<?, ?> resource) {
        occupied(resource, resource.ties().occupied());
        stoodFor(resource);
    }

    /** Takes up what a resource has for itself. */
    void occupied(Resource<?, ?> resource, List<Decoding.Occupied> words) {
        ResourceId id = resource.id();
        for (Decoding.Occupied word : words) {
            List<Occupant> there =
                    occupied.computeIfAbsent(id.host() + " " + word.extent().whole(), w -> new ArrayList<>(1));
            there.stream()
                    .filter(other -> other.what().extent().overlaps(word.extent()))
                    .findFirst()
                    .ifPresentOrElse(other -> twice(id, word, other), () -> there.add(new Occupant(id, word)));
        }
    }

    private void twice(ResourceId id, Decoding.Occupied word, Occupant other) {
        String same = other.what().word().equals(word.word())
                ? ""
                : ", with " + other.what().word();
        errors.error(
                word.at(),
                word.word() + " is declared twice for " + id.host(),
                other.id().local() + " is the other" + same + ", at "
                        + other.what().at() + "; give one of them " + word.instead() + here(id) + here(other.id()));
    }

    // Who wonders why it is in the way of anything there should not have to guess.
    private String here(ResourceId id) {
        return Optional.ofNullable(elsewhere.get(id))
                .map(by -> " (" + id.local() + " is made here before " + by + " takes it elsewhere)")
                .orElse("");
    }

    private void stoodFor(Resource<?, ?> resource) {
        for (Ref ref : resource.ties().stoodFor()) {
            ResourceId target = new ResourceId(ref.host(), ref.kind(), ref.name());
            List<ResourceId> members = groups.getOrDefault(target, List.of());
            if (!members.isEmpty()) {
                errors.error(
                        ref.at(),
                        target.local() + " is counted, and this is about one",
                        "name one of them, such as " + members.get(0).name());
                continue;
            }
            Optional.ofNullable(stoodFor.putIfAbsent(target, new Holder(resource.id(), ref.at())))
                    .ifPresent(other -> errors.error(
                            ref.at(),
                            target + " is taken up twice",
                            other.id() + " does so at " + other.at() + "; leave one of them"));
        }
    }
}
