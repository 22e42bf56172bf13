package tplctl.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import tplctl.kind.ResourceId;
import tplctl.model.ResourceGraph.Edge;

/** Which resource has edges to which, by numbers in file order: a graph library's objects would cost more than the resources do. */
final class Adjacency {
    private static final int[] NONE = {};

    private final List<ResourceId> ids;
    private final Map<ResourceId, Integer> numbers;
    private final List<List<Edge>> edges = new ArrayList<>();
    private final int[][] targets;
    private final int[] reached;
    private int search;
    private Optional<List<ResourceId>> sorted = Optional.empty();

    Adjacency(List<ResourceId> ids) {
        this.ids = ids;
        numbers = new HashMap<>(ids.size() * 4 / 3 + 1);
        for (ResourceId id : ids) {
            numbers.put(id, numbers.size());
            edges.add(List.of());
        }
        targets = new int[ids.size()][];
        reached = new int[ids.size()];
        java.util.Arrays.fill(targets, NONE);
    }

    /** Adds an edge between two of the ids; of several between the same two the first stays. */
    void add(Edge edge) {
        int from = number(edge.from());
        int to = number(edge.to());
        for (int other : targets[from]) {
            if (other == to) {
                return;
            }
        }
        int[] more = java.util.Arrays.copyOf(targets[from], targets[from].length + 1);
        more[more.length - 1] = to;
        targets[from] = more;
        sorted = Optional.empty();
        if (edges.get(from).isEmpty()) {
            edges.set(from, new ArrayList<>(2));
        }
        edges.get(from).add(edge);
    }

    /** The edges that begin at an id. */
    List<Edge> from(ResourceId id) {
        return Optional.ofNullable(numbers.get(id)).map(edges::get).orElse(List.of());
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

    /** The ids, each after those that its edges lead to, otherwise in their own order; without those on cycles and what leads to them. */
    List<ResourceId> sorted() {
        if (sorted.isEmpty()) {
            sorted = Optional.of(sort());
        }
        return sorted.get();
    }

    private List<ResourceId> sort() {
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
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int from = 0; from < targets.length; from++) {
            missing[from] = targets[from].length;
            for (int to : targets[from]) {
                sources[to][--incoming[to]] = from;
            }
            if (missing[from] == 0) {
                ready.add(from);
            }
        }
        List<ResourceId> inOrder = new ArrayList<>(ids.size());
        while (!ready.isEmpty()) {
            int next = ready.poll();
            inOrder.add(ids.get(next));
            for (int source : sources[next]) {
                if (--missing[source] == 0) {
                    ready.add(source);
                }
            }
        }
        return inOrder;
    }

    /** The ids that {@link #sorted} lacks, in their own order. */
    List<ResourceId> unsorted() {
        if (sorted().size() == ids.size()) {
            return List.of();
        }
        BitSet seen = new BitSet(ids.size());
        sorted().forEach(id -> seen.set(number(id)));
        return ids.stream().filter(id -> !seen.get(number(id))).toList();
    }

    private int number(ResourceId id) {
        return Optional.ofNullable(numbers.get(id)).orElseThrow(() -> new IllegalStateException("no resource " + id));
    }
}
