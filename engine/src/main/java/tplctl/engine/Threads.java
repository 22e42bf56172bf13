package tplctl.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Threads for work that waits for hosts most of the time. */
public final class Threads {
    // Deep enough for a JSON document of any host, a fraction of what a thread takes by default.
    private static final long STACK_BYTES = 512 * 1024;

    private Threads() {}

    /** A pool that has as many threads as it runs tasks, and gives them up soon after. Whoever submits bounds the number. */
    static ThreadPoolExecutor pool(String name) {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), named(name));
    }

    /**
     * What {@code each} gives for all of {@code keys}, in their order, asked for by at most {@code forks} threads at once. A slow one
     * keeps only its own thread busy.
     *
     * @throws RuntimeException the first that {@code each} threw, in the order of the keys; the others are finished first
     */
    public static <K, V> Map<K, V> each(Collection<K> keys, int forks, Function<K, V> each) {
        Map<K, V> results = new LinkedHashMap<>();
        if (keys.size() == 1) {
            keys.forEach(key -> results.put(key, each.apply(key)));
            return results;
        }
        Map<K, Future<V>> pending = new LinkedHashMap<>();
        ExecutorService pool = bounded("tplctl-host", Math.max(1, Math.min(forks, keys.size())));
        try {
            keys.forEach(key -> pending.put(key, pool.submit(() -> each.apply(key))));
            List<RuntimeException> failures = new ArrayList<>();
            for (Map.Entry<K, Future<V>> one : pending.entrySet()) {
                try {
                    results.put(one.getKey(), one.getValue().get());
                } catch (ExecutionException e) {
                    failures.add(unchecked(e));
                }
            }
            if (!failures.isEmpty()) {
                throw failures.get(0);
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for hosts", e);
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * Runs all of the tasks at once and waits for them, but no longer than that: what hangs is left to itself.
     *
     * @return how many had not ended by then
     */
    static int within(Collection<? extends Runnable> tasks, long limitMillis) {
        Queue<Future<Boolean>> pending = new ArrayDeque<>();
        ExecutorService pool = pool("tplctl-end");
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        int late = 0;
        try {
            tasks.forEach(task -> pending.add(pool.submit((Callable<Boolean>) () -> {
                task.run();
                return true;
            })));
            for (Future<Boolean> one : pending) {
                try {
                    one.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (ExecutionException e) {
                    // One that could not be ended must not keep the others from it; its connection is closed anyway.
                } catch (java.util.concurrent.TimeoutException e) {
                    late++;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pool.shutdownNow();
        }
        return late;
    }

    static ExecutorService bounded(String name, int most) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most, most, 5, TimeUnit.SECONDS, new java.util.concurrent.LinkedBlockingQueue<>(), named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String name) {
        return runnable -> {
            Thread thread = new Thread(null, runnable, name, STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static RuntimeException unchecked(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
    }
}
