package tplctl.model;

import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import tplctl.kind.ResourceId;

/**
 * Numbers for ids, from 0 in the order in which they are given. A hash table of numbers alone: with an object for each entry, a map of all
 * resources is a good part of what planning for many hosts takes.
 */
final class Numbering {
    /** 2^32 divided by the golden ratio: spreads hashes that differ in few bits. Knuth, The Art of Computer Programming, 6.4. */
    private static final int SPREAD = 0x9E3779B9;

    private static final int LEAST_BITS = 4;

    private final List<ResourceId> ids;
    /** One more than the number, 0 where there is none; a power of two, more than twice as many. */
    private int[] table = {};

    private int shift;

    Numbering() {
        this(List.of());
    }

    /** @param ids each once */
    Numbering(List<ResourceId> ids) {
        this.ids = new ArrayList<>(ids);
        rebuild();
    }

    private void rebuild() {
        int bits = Math.max(LEAST_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(ids.size() * 2));
        table = new int[1 << bits];
        shift = Integer.SIZE - bits;
        for (int number = 0; number < ids.size(); number++) {
            table[slot(ids.get(number))] = number + 1;
        }
    }

    /** Gives an id the next number. What it returns is what {@link #of} did: -1 when it had none before, else its number, which it keeps. */
    int add(ResourceId id) {
        int slot = slot(id);
        int known = table[slot] - 1;
        if (known < 0) {
            ids.add(id);
            table[slot] = ids.size();
            if (ids.size() * 2 >= table.length) {
                rebuild();
            }
        }
        return known;
    }

    List<ResourceId> ids() {
        return Collections.unmodifiableList(ids);
    }

    /** The ids as a set that looks them up here. */
    Set<ResourceId> asSet() {
        return new AbstractSet<>() {
            @Override
            public boolean contains(Object other) {
                return other instanceof ResourceId id && of(id) >= 0;
            }

            @Override
            public Iterator<ResourceId> iterator() {
                return ids().iterator();
            }

            @Override
            public int size() {
                return ids.size();
            }
        };
    }

    /** The number of an id; -1 when it is none of these. */
    int of(ResourceId id) {
        return table[slot(id)] - 1;
    }

    /** Where it is, or else would be. */
    @SuppressWarnings("ReferenceEquality") // nearly always it is the very object, and its fields need not be read then
    private int slot(ResourceId id) {
        int at = (id.hashCode() * SPREAD) >>> shift;
        while (table[at] != 0) {
            ResourceId there = ids.get(table[at] - 1);
            if (there == id || there.equals(id)) {
                return at;
            }
            at = (at + 1) & (table.length - 1);
        }
        return at;
    }
}
