package tplctl.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tplctl.engine.Outcome;
import tplctl.engine.RunListener;
import tplctl.kind.ResourceId;

/**
 * How a run that was told to stop comes to its end: what is being done has a time of grace, then it is ended. Hears what is begun and
 * finished, to say what that is. Any thread may call.
 */
final class Stopping implements RunListener {
    /** Long enough for most steps, and short enough for somebody who waits for it to be over. */
    static final Duration GRACE = Duration.ofSeconds(10);

    private static final int NAMED = 3;

    private final Duration grace;
    private final Runnable end;
    private final Set<ResourceId> busy = new LinkedHashSet<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private boolean ended;

    /** @param end ends what runs on the hosts; called once at most, and may take some seconds */
    Stopping(Duration grace, Runnable end) {
        this.grace = grace;
        this.end = end;
    }

    @Override
    public synchronized void started(ResourceId id) {
        busy.add(id);
    }

    @Override
    public synchronized void finished(Outcome outcome) {
        busy.remove(outcome.id());
    }

    /** What a run that is told to stop now has still to do, and what the user can do about it, in one line. */
    synchronized String words() {
        List<String> names = new ArrayList<>(
                busy.stream().limit(NAMED).map(ResourceId::toString).toList());
        if (names.isEmpty()) {
            return "stopping: nothing more is begun";
        }
        if (busy.size() > NAMED) {
            names.add((busy.size() - NAMED) + " more");
        }
        boolean one = names.size() == 1;
        String all = one
                ? names.get(0)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.get(names.size() - 1);
        return "stopping: " + all + (one ? " has " : " have ") + grace.toSeconds()
                + " s to end; interrupt again to end " + (one ? "it" : "them") + " at once";
    }

    /** Ends what runs after the grace, unless the run is over by then. Returns at once. */
    void begin() {
        Thread thread = new Thread(this::afterGrace, "tplctl-grace");
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends what runs now, if that has not been done yet. */
    void now() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        end.run();
    }

    /** The run is over: there is nothing to end any more. */
    void over() {
        over.countDown();
    }

    private void afterGrace() {
        try {
            if (!over.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                now();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
