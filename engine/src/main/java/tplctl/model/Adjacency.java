package tplctl.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph.Edge;

/** Which resource has edges to which, by numbers in file order: a graph library's objects would cost more than the resources do. */
final class Adjacency {
    private static final int[] NONE = {};

    private static final Edge[] NO_EDGES = {};

    private final Numbering numbers;
    private final List<ResourceId> ids;
    private final Edge[][] edges;
    private final int[][] targets;
    private final int[] reached;
    private int search;
    private Optional<int[]> sorted = Optional.empty();

    Adjacency(Numbering numbers) {
        this.numbers = numbers;
        ids = numbers.ids();
        edges = new Edge[ids.size()][];
        targets = new int[ids.size()][];
        reached = new int[ids.size()];
        Arrays.fill(edges, NO_EDGES);
        Arrays.fill(targets, NONE);
    }

    /** Adds an edge between two of the ids; of several between the same two the first stays. */
    void add(Edge edge) {
        add(number(edge.from()), edge);
    }

    /** @param from the number of the id that the edge begins at */
    void add(int from, Edge edge) {
        int to = number(edge.to());
        for (int other : targets[from]) {
            if (other == to) {
                return;
            }
        }
        int count = targets[from].length;
        targets[from] = Arrays.copyOf(targets[from], count + 1);
        targets[from][count] = to;
        edges[from] = Arrays.copyOf(edges[from], count + 1);
        edges[from][count] = edge;
        sorted = Optional.empty();
    }

    /** The edges that begin at an id. */
    List<Edge> from(ResourceId id) {
        int number = numbers.of(id);
        return number < 0 ? List.of() : Collections.unmodifiableList(Arrays.asList(edges[number]));
    }

    /** Whether edges lead from one to the other. */
    boolean reaches(ResourceId from, ResourceId to) {
        int goal = number(to);
        int start = number(from);
        if (targets[start].length == 0) {
            return start == goal;
        }
        search++;
        Deque<Integer> open = new ArrayDeque<>();
        open.add(start);
        while (!open.isEmpty()) {
            int here = open.poll();
            if (here == goal) {
                return true;
            }
            for (int next : targets[here]) {
                if (reached[next] != search) {
                    reached[next] = search;
                    open.add(next);
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
        int[] incoming = new int[ids.size()];
        for (int[] out : targets) {
            for (int to : out) {
                incoming[to]++;
            }
        }
        int[][] sources = new int[ids.size()][];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = incoming[i] == 0 ? NONE : new int[incoming[i]];
        }
        BitSet ready = new BitSet(ids.size());
        for (int from = 0; from < targets.length; from++) {
            missing[from] = targets[from].length;
            for (int to : targets[from]) {
                sources[to][--incoming[to]] = from;
            }
            ready.set(from, missing[from] == 0);
        }
        int[] inOrder = new int[ids.size()];
        int count = 0;
        int next = ready.nextSetBit(0);
        while (next >= 0) {
            ready.clear(next);
            inOrder[count++] = next;
            int least = next;
            for (int source : sources[next]) {
                if (--missing[source] == 0) {
                    ready.set(source);
                    least = Math.min(least, source);
                }
            }
            next = ready.nextSetBit(least);
        }
        return count == inOrder.length ? inOrder : Arrays.copyOf(inOrder, count);
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
