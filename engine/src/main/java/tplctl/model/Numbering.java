package tplctl.model;

import java.util.List;
import tplctl.kind.ResourceId;

/**
 * Numbers for ids, from 0 in the order in which they are given. A hash table of numbers alone: with an object for each entry, a map of all
 * resources is a good part of what planning for many hosts takes.
 */
final class Numbering {
    /** 2^32 divided by the golden ratio: spreads hashes that differ in few bits. Knuth, The Art of Computer Programming, 6.4. */
    private static final int SPREAD = 0x9E3779B9;

    private final List<ResourceId> ids;
    /** One more than the number, 0 where there is none; a power of two of at least twice as many. */
    private final int[] table;

    private final int shift;

    /** @param ids each once */
    Numbering(List<ResourceId> ids) {
        this.ids = ids;
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(ids.size() * 2));
        this.table = new int[1 << bits];
        this.shift = Integer.SIZE - bits;
        for (int number = 0; number < ids.size(); number++) {
            table[slot(ids.get(number))] = number + 1;
        }
    }

    List<ResourceId> ids() {
        return ids;
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
