package tplctl.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import tplctl.kind.ResourceId;

/**
 * Runs jobs along their dependencies. One thread, the caller's, decides; the pool's threads only do. What depends on a failed job is
 * skipped; everything else is done. Of jobs that could start, the first in the list does.
 *
 * <p>A host takes one of the slots while a job of it runs, and keeps it as long as another one can follow at once. A host whose jobs
 * all wait for those of other hosts holds none, so that slots cannot be what two hosts wait for. The host whose first ready job comes
 * first in the list is the next to get one.
 */
final class Scheduler {
    /** A piece of work for one resource; {@code work} gets the outcomes of its dependencies. */
    record Job(ResourceId id, List<ResourceId> after, Work work) {}

    @FunctionalInterface
    interface Work {
        Outcome run(Map<ResourceId, Outcome> dependencies);
    }

    /**
     * How much is done at once.
     *
     * @param forks how many hosts are worked on
     * @param perHost how many jobs of a host run
     */
    record Bounds(int forks, ToIntFunction<String> perHost) {}

    private final Bounds bounds;
    private final RunListener listener;
    private final Function<ResourceId, Optional<Outcome>> foregone;
    private volatile boolean stopping;
    private volatile long deadline = Long.MAX_VALUE;

    private final Map<ResourceId, Outcome> done = new HashMap<>();
    private final Map<String, HostQueue> hosts = new HashMap<>();
    private final Set<HostQueue> touched = new LinkedHashSet<>();
    private final Deque<Entry> free = new ArrayDeque<>();
    private final Set<Entry> running = new LinkedHashSet<>();
    // What a job's thread puts in when it ends; without an entry, only a sign that the deadline changed.
    private final BlockingQueue<Optional<Entry>> finished = new LinkedBlockingQueue<>();
    private final TreeMap<Integer, HostQueue> waiting = new TreeMap<>();
    private int slots;
    private int left;

    /** A job, what it still waits for, what waits for it, and in the end how it went. */
    private static final class Entry {
        private final int number;
        private final Job job;
        private final List<Entry> dependents = new ArrayList<>();
        private int missing;
        private volatile Optional<Outcome> result = Optional.empty();
        private Optional<Outcome> outcome = Optional.empty();

        Entry(int number, Job job) {
            this.number = number;
            this.job = job;
        }
    }

    /** The jobs of one host that only wait for a place there, by their number. */
    private static final class HostQueue {
        private final TreeMap<Integer, Entry> ready = new TreeMap<>();
        private final int most;
        private int running;
        private boolean slot;
        private int waitsAs = -1;

        HostQueue(int most) {
            this.most = most;
        }
    }

    /** A scheduler of one list of jobs; {@code foregone} tells outcomes that are known before a job is begun. */
    Scheduler(Bounds bounds, RunListener listener, Function<ResourceId, Optional<Outcome>> foregone) {
        this.bounds = bounds;
        this.listener = listener;
        this.foregone = foregone;
    }

    /** Lets running jobs end and starts no more. */
    void stop() {
        stopping = true;
    }

    /** Waits for running jobs no longer than that; those that have not ended by then count as failed. */
    void giveUp(Duration patience) {
        stopping = true;
        deadline = System.nanoTime() + patience.toNanos();
        finished.add(Optional.empty());
    }

    /**
     * The outcomes in the order of the jobs. A dependency on what is not among the jobs counts as met; one on an id that several
     * have, when all of them are done.
     *
     * @throws IllegalStateException when jobs wait for each other
     */
    List<Outcome> run(List<Job> jobs) {
        List<Entry> entries = entries(jobs);
        left = entries.size();
        ExecutorService pool = Threads.pool("tplctl-step");
        try {
            while (left > 0) {
                queueFree();
                if (stopping) {
                    abandon();
                }
                startQueued(pool);
                if (!free.isEmpty()) {
                    continue;
                }
                if (!running.isEmpty()) {
                    await();
                } else if (left > 0) {
                    throw new IllegalStateException("jobs that wait for each other");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the scheduler's thread was interrupted", e);
        } finally {
            pool.shutdownNow();
        }
        return entries.stream().map(e -> e.outcome.orElseThrow()).toList();
    }

    private List<Entry> entries(List<Job> jobs) {
        List<Entry> entries = new ArrayList<>();
        Map<ResourceId, List<Entry>> byId = new HashMap<>();
        for (Job job : jobs) {
            Entry entry = new Entry(entries.size(), job);
            entries.add(entry);
            byId.computeIfAbsent(job.id(), id -> new ArrayList<>()).add(entry);
        }
        for (Entry entry : entries) {
            for (ResourceId id : entry.job.after()) {
                for (Entry dependency : byId.getOrDefault(id, List.of())) {
                    dependency.dependents.add(entry);
                    entry.missing++;
                }
            }
            if (entry.missing == 0) {
                free.add(entry);
            }
        }
        return entries;
    }

    // What waits for nothing any more now waits for a place on its host; or is skipped, which may free more.
    private void queueFree() {
        while (!free.isEmpty()) {
            Entry entry = free.remove();
            Optional<ResourceId> culprit = culprit(entry.job);
            if (culprit.isPresent()) {
                settle(entry, notRun(entry.job.id(), culprit.get()));
            } else {
                HostQueue queue = queueOf(entry);
                queue.ready.put(entry.number, entry);
                touched.add(queue);
            }
        }
    }

    private void abandon() {
        boolean any = true;
        while (any) {
            any = false;
            for (HostQueue queue : hosts.values()) {
                List<Entry> abandoned = List.copyOf(queue.ready.values());
                queue.ready.clear();
                touched.add(queue);
                abandoned.forEach(e -> settle(e, new Outcome.Skipped(e.job.id(), Duration.ZERO, e.job.id())));
                any |= !abandoned.isEmpty();
            }
            queueFree();
        }
    }

    private void startQueued(ExecutorService pool) {
        for (HostQueue queue : touched) {
            dropForegone(queue);
            if (queue.slot) {
                fill(queue, pool);
            }
            if (queue.slot && queue.running == 0) {
                queue.slot = false;
                slots--;
            }
            wait(queue);
        }
        touched.clear();
        while (slots < bounds.forks() && !waiting.isEmpty()) {
            HostQueue queue = waiting.pollFirstEntry().getValue();
            queue.waitsAs = -1;
            queue.slot = true;
            slots++;
            fill(queue, pool);
        }
    }

    // The host of these jobs was lost: they are settled without a thread and without a place.
    private void dropForegone(HostQueue queue) {
        while (!queue.ready.isEmpty()) {
            Optional<Outcome> known =
                    foregone.apply(queue.ready.firstEntry().getValue().job.id());
            if (known.isEmpty()) {
                return;
            }
            settle(queue.ready.pollFirstEntry().getValue(), known.get());
        }
    }

    private void fill(HostQueue queue, ExecutorService pool) {
        while (queue.running < queue.most && !queue.ready.isEmpty()) {
            queue.running++;
            start(queue.ready.pollFirstEntry().getValue(), pool);
        }
    }

    // In the line by the first job that is ready, which may have changed.
    private void wait(HostQueue queue) {
        if (queue.waitsAs >= 0) {
            waiting.remove(queue.waitsAs);
            queue.waitsAs = -1;
        }
        if (!queue.slot && !queue.ready.isEmpty()) {
            queue.waitsAs = queue.ready.firstKey();
            waiting.put(queue.waitsAs, queue);
        }
    }

    private void start(Entry entry, ExecutorService pool) {
        running.add(entry);
        Map<ResourceId, Outcome> dependencies = new HashMap<>();
        entry.job.after().forEach(id -> Optional.ofNullable(done.get(id)).ifPresent(o -> dependencies.put(id, o)));
        listener.started(entry.job.id());
        pool.execute(() -> {
            entry.result = Optional.of(guarded(entry.job, dependencies));
            finished.add(Optional.of(entry));
        });
    }

    private void await() throws InterruptedException {
        long until = deadline;
        Optional<Entry> next = until == Long.MAX_VALUE
                ? finished.take()
                : Optional.ofNullable(finished.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS))
                        .orElse(Optional.empty());
        if (next.isPresent()) {
            Entry entry = next.get();
            end(entry, entry.result.orElseThrow());
        } else if (deadline - System.nanoTime() <= 0) {
            for (Entry entry : List.copyOf(running)) {
                end(
                        entry,
                        new Outcome.Failed(
                                entry.job.id(),
                                Duration.ZERO,
                                "",
                                "interrupted; " + entry.job.id().host()
                                        + " did not answer, so that what runs there may go on"));
            }
        }
    }

    private void end(Entry entry, Outcome outcome) {
        running.remove(entry);
        HostQueue queue = queueOf(entry);
        queue.running--;
        touched.add(queue);
        settle(entry, outcome);
    }

    // What waits for a host that is away is not skipped because of one of its resources: it is away itself.
    private Outcome notRun(ResourceId id, ResourceId culprit) {
        return id.host().equals(culprit.host()) && done.get(culprit) instanceof Outcome.Unreachable away
                ? new Outcome.Unreachable(id, Duration.ZERO, away.message())
                : new Outcome.Skipped(id, Duration.ZERO, culprit);
    }

    // The failure at the root of it, so that the user sees causes only.
    private Optional<ResourceId> culprit(Job job) {
        for (ResourceId id : job.after()) {
            Outcome outcome = done.get(id);
            if (outcome instanceof Outcome.Failed || outcome instanceof Outcome.Unreachable) {
                return Optional.of(id);
            }
            if (outcome instanceof Outcome.Skipped skipped && !skipped.isInterrupted()) {
                return Optional.of(skipped.because());
            }
        }
        return Optional.empty();
    }

    private static Outcome guarded(Job job, Map<ResourceId, Outcome> dependencies) {
        try {
            return job.work().run(dependencies);
        } catch (RuntimeException | Error e) {
            // The work turns what can go wrong on a host into an outcome; what comes here is a defect, and must not
            // hang the run.
            return new Outcome.Failed(job.id(), Duration.ZERO, "", "internal error: " + e);
        }
    }

    private void settle(Entry entry, Outcome outcome) {
        entry.outcome = Optional.of(outcome);
        left--;
        done.merge(entry.job.id(), outcome, (one, other) -> isGood(one) ? other : one);
        for (Entry dependent : entry.dependents) {
            dependent.missing--;
            if (dependent.missing == 0) {
                free.add(dependent);
            }
        }
        listener.finished(outcome);
    }

    private static boolean isGood(Outcome outcome) {
        return !(outcome instanceof Outcome.Failed
                || outcome instanceof Outcome.Unreachable
                || outcome instanceof Outcome.Skipped);
    }

    private HostQueue queueOf(Entry entry) {
        return hosts.computeIfAbsent(
                entry.job.id().host(),
                h -> new HostQueue(Math.max(1, bounds.perHost().applyAsInt(h))));
    }
}
