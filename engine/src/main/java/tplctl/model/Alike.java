package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.expr.Reads;
import tplctl.expr.Scope;
import tplctl.kind.Answers;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Scalar;

/**
 * What became of the entries of one section, to be had again for hosts where the variables that an entry reads are the same. It is the
 * one reason why ten thousand hosts do not cost ten thousand times as much as one.
 */
final class Alike<S, O> {
    /** As many groups of hosts differ in what they say about one thing; where each host has a value of its own, nothing is kept. */
    private static final int MOST = 8;

    /** After so many hosts in a row for which nothing was kept, nothing is looked for any more. */
    private static final int VAIN = 100;

    private final Map<String, Entry<S, O>> byName = new HashMap<>();
    private @Nullable MapNode whole;

    sealed interface Outcome<S, O> {}

    /** Its {@code when} does not hold. */
    record Unmanaged<S, O>() implements Outcome<S, O> {}

    /**
     * It was decoded.
     *
     * @param answers about all of them
     * @param settled what every resource takes; empty when it is about a host that is named
     * @param become the play's or host's word that {@code settled} was made with
     * @param commonKeys what {@code settled} is decoded from
     * @param ties without what {@code commonKeys} refer to
     */
    record Made<S, O>(
            Answers<S, O> answers,
            S spec,
            Optional<Common> settled,
            boolean become,
            MapNode commonKeys,
            Resource.Ties ties)
            implements Outcome<S, O> {}

    private record Kept<S, O>(MapNode body, Reads reads, Outcome<S, O> outcome) {}

    private static final class Entry<S, O> {
        private final List<Kept<S, O>> kept = new ArrayList<>(1);
        private int inVain;
    }

    /** What became of the same entry on a host with the same variables. */
    @SuppressWarnings("ReferenceEquality") // the entry itself, not one that reads the same
    Optional<Outcome<S, O>> find(String name, MapNode body, Scope scope) {
        Entry<S, O> entry = byName.get(name);
        if (entry == null || entry.inVain == VAIN) {
            return Optional.empty();
        }
        for (Kept<S, O> kept : entry.kept) {
            if (kept.body() == body && kept.reads().areSameIn(scope) && !scope.isPartial()) {
                entry.inVain = 0;
                return Optional.of(kept.outcome());
            }
        }
        entry.inVain++;
        return Optional.empty();
    }

    /** Whether one more outcome of that entry is worth keeping. */
    boolean hasRoom(String name) {
        Entry<S, O> entry = byName.get(name);
        return entry == null || entry.kept.size() < MOST;
    }

    void add(String name, MapNode body, Reads reads, Outcome<S, O> outcome) {
        byName.computeIfAbsent(name, n -> new Entry<>()).kept.add(new Kept<>(body, reads, outcome));
    }

    /** The one entry that a section written as a list has; the same one each time for the same list. */
    @SuppressWarnings("ReferenceEquality")
    MapNode whole(ListNode list, String field) {
        if (whole == null || whole.entries().values().iterator().next() != list) {
            whole = new MapNode(Map.of(new Scalar(field, true, list.at()), list), list.at());
        }
        return whole;
    }
}
