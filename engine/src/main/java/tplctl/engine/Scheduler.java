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
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import tplctl.kind.ResourceId;

/**
 * Runs jobs along their dependencies. One thread, the caller's, decides; the pool's threads only do. What depends on a failed job is
 * skipped; everything else is done. Of jobs that could start, the first in the list does.
 */
final class Scheduler {
    /** A piece of work for one resource; {@code work} gets the outcomes of its dependencies. */
    record Job(ResourceId id, List<ResourceId> after, Work work) {}

    @FunctionalInterface
    interface Work {
        Outcome run(Map<ResourceId, Outcome> dependencies);
    }

    /** More threads than this would only wait for each other's connections. */
    private static final int MOST_THREADS = 512;

    private final int perHost;
    private final RunListener listener;
    private volatile boolean stopping;

    private final Map<ResourceId, Outcome> done = new HashMap<>();
    private final Map<String, HostQueue> hosts = new HashMap<>();
    private final Set<HostQueue> touched = new LinkedHashSet<>();
    private final Deque<Entry> free = new ArrayDeque<>();
    private final BlockingQueue<Entry> finished = new LinkedBlockingQueue<>();
    private int left;
    private int active;

    /** A job, what it still waits for, what waits for it, and in the end how it went. */
    private static final class Entry {
        private final int number;
        private final Job job;
        private final List<Entry> dependents = new ArrayList<>();
        private int missing;
        private Optional<Outcome> outcome = Optional.empty();

        Entry(int number, Job job) {
            this.number = number;
            this.job = job;
        }
    }

    /** The jobs of one host that only wait for a place there, by their number. */
    private static final class HostQueue {
        private final TreeMap<Integer, Entry> ready = new TreeMap<>();
        private int running;
    }

    Scheduler(int perHost, RunListener listener) {
        this.perHost = perHost;
        this.listener = listener;
    }

    /** Lets running jobs end and starts no more. */
    void stop() {
        stopping = true;
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
        ThreadPoolExecutor pool = pool();
        try {
            while (left > 0) {
                queueFree();
                if (stopping) {
                    abandon();
                }
                startQueued(pool);
                if (active > 0) {
                    end(finished.take());
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
                settle(entry, new Outcome.Skipped(entry.job.id(), Duration.ZERO, culprit.get()));
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
                abandoned.forEach(e -> settle(e, new Outcome.Skipped(e.job.id(), Duration.ZERO, e.job.id())));
                any |= !abandoned.isEmpty();
            }
            queueFree();
        }
    }

    private void startQueued(ExecutorService pool) {
        for (HostQueue queue : touched) {
            while (queue.running < perHost && !queue.ready.isEmpty()) {
                queue.running++;
                start(queue.ready.pollFirstEntry().getValue(), pool);
            }
        }
        touched.clear();
    }

    private void start(Entry entry, ExecutorService pool) {
        active++;
        Map<ResourceId, Outcome> dependencies = new HashMap<>();
        entry.job.after().forEach(id -> Optional.ofNullable(done.get(id)).ifPresent(o -> dependencies.put(id, o)));
        listener.started(entry.job.id());
        pool.execute(() -> {
            entry.outcome = Optional.of(guarded(entry.job, dependencies));
            finished.add(entry);
        });
    }

    private void end(Entry entry) {
        active--;
        HostQueue queue = queueOf(entry);
        queue.running--;
        touched.add(queue);
        settle(entry, entry.outcome.orElseThrow());
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
        return hosts.computeIfAbsent(entry.job.id().host(), h -> new HostQueue());
    }

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MOST_THREADS, MOST_THREADS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), runnable -> {
                    Thread thread = new Thread(runnable, "tplctl-step");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
