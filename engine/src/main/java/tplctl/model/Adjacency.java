package tplctl.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Position;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph.Edge;

/**
 * Which resource has edges to which, by numbers in file order: objects for each edge, a graph library's or ours, would cost more than the
 * resources do. The edges of one resource are a chain through arrays that all edges share.
 */
final class Adjacency {
    private static final int NONE = -1;
    private static final int FIRST_ROOM = 16;

    private final Numbering numbers;
    private final List<ResourceId> ids;

    /** Of each resource, its first and its last edge. */
    private final int[] first;

    private final int[] last;

    /** Of each edge, which comes behind it at the same resource, and what the edge is. */
    private int[] next = new int[FIRST_ROOM];

    private int[] from = new int[FIRST_ROOM];
    private int[] to = new int[FIRST_ROOM];
    private String[] why = new String[FIRST_ROOM];
    private Position[] at = new Position[FIRST_ROOM];
    private int count;

    private final int[] reached;
    private int search;
    private Optional<int[]> sorted = Optional.empty();

    Adjacency(Numbering numbers) {
        this.numbers = numbers;
        ids = numbers.ids();
        first = new int[ids.size()];
        last = new int[ids.size()];
        reached = new int[ids.size()];
        Arrays.fill(first, NONE);
    }

    /** Adds an edge between two of the ids; of several between the same two the first stays. */
    void add(Edge edge) {
        add(number(edge.from()), edge);
    }

    /** @param start the number of the id that the edge begins at */
    void add(int start, Edge edge) {
        int end = number(edge.to());
        for (int other = first[start]; other != NONE; other = next[other]) {
            if (to[other] == end) {
                return;
            }
        }
        if (count == next.length) {
            grow(count * 2);
        }
        from[count] = start;
        to[count] = end;
        why[count] = edge.why();
        at[count] = edge.at();
        next[count] = NONE;
        if (first[start] == NONE) {
            first[start] = count;
        } else {
            next[last[start]] = count;
        }
        last[start] = count++;
        sorted = Optional.empty();
    }

    private void grow(int room) {
        next = Arrays.copyOf(next, room);
        from = Arrays.copyOf(from, room);
        to = Arrays.copyOf(to, room);
        why = Arrays.copyOf(why, room);
        at = Arrays.copyOf(at, room);
    }

    /** The edges that begin at an id, in the order in which they were added. */
    List<Edge> from(ResourceId id) {
        List<Edge> edges = new ArrayList<>(2);
        int number = numbers.of(id);
        for (int e = number < 0 ? NONE : first[number]; e != NONE; e = next[e]) {
            edges.add(new Edge(ids.get(number), ids.get(to[e]), why[e], at[e]));
        }
        return edges;
    }

    /** What they lead to. */
    List<ResourceId> targets(ResourceId id) {
        List<ResourceId> targets = new ArrayList<>(2);
        int number = numbers.of(id);
        for (int e = number < 0 ? NONE : first[number]; e != NONE; e = next[e]) {
            targets.add(ids.get(to[e]));
        }
        return targets;
    }

    /** Whether edges lead from one to the other. */
    boolean reaches(ResourceId start, ResourceId end) {
        int goal = number(end);
        int here = number(start);
        if (first[here] == NONE) {
            return here == goal;
        }
        search++;
        Deque<Integer> open = new ArrayDeque<>();
        open.add(here);
        while (!open.isEmpty()) {
            here = open.poll();
            if (here == goal) {
                return true;
            }
            for (int e = first[here]; e != NONE; e = next[e]) {
                if (reached[to[e]] != search) {
                    reached[to[e]] = search;
                    open.add(to[e]);
                }
            }
        }
        return false;
    }

    /** The numbers, each after those that its edges lead to, otherwise in order; without those on cycles and what leads to them. */
    int[] sorted() {
        if (sorted.isEmpty()) {
            sorted = Optional.of(sort());
        }
        return sorted.get();
    }

    private int[] sort() {
        int[] missing = new int[ids.size()];
        // The other way round: of each resource, the last edge that ends there, and of each edge, the one before it.
        int[] incoming = new int[ids.size()];
        int[] before = new int[count];
        Arrays.fill(incoming, NONE);
        for (int e = 0; e < count; e++) {
            missing[from[e]]++;
            before[e] = incoming[to[e]];
            incoming[to[e]] = e;
        }
        BitSet ready = new BitSet(ids.size());
        for (int number = 0; number < missing.length; number++) {
            ready.set(number, missing[number] == 0);
        }
        int[] inOrder = new int[ids.size()];
        int done = 0;
        int here = ready.nextSetBit(0);
        while (here >= 0) {
            ready.clear(here);
            inOrder[done++] = here;
            int least = here;
            for (int e = incoming[here]; e != NONE; e = before[e]) {
                if (--missing[from[e]] == 0) {
                    ready.set(from[e]);
                    least = Math.min(least, from[e]);
                }
            }
            here = ready.nextSetBit(least);
        }
        return done == inOrder.length ? inOrder : Arrays.copyOf(inOrder, done);
    }

    /** The ids that {@link #sorted} lacks, in their own order. */
    List<ResourceId> unsorted() {
        if (sorted().length == ids.size()) {
            return List.of();
        }
        BitSet seen = new BitSet(ids.size());
        for (int number : sorted()) {
            seen.set(number);
        }
        List<ResourceId> left = new ArrayList<>();
        for (int number = seen.nextClearBit(0); number < ids.size(); number = seen.nextClearBit(number + 1)) {
            left.add(ids.get(number));
        }
        return left;
    }

    private int number(ResourceId id) {
        int number = numbers.of(id);
        if (number < 0) {
            throw new IllegalStateException("no resource " + id);
        }
        return number;
    }
}
