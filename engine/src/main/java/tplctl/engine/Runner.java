package tplctl.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import tplctl.kind.ResourceId;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;
import tplctl.model.Project;

/** Carries a plan out: removals first, then the resources along the graph. What fails whom is told in {@code docs/running.md}. */
public final class Runner {
    /**
     * How a plan is carried out.
     *
     * @param forks how many hosts are worked on at once
     * @param perHost how many resources of a host are worked on at once
     * @param ours whether a host is still locked by this run; asked before each change
     * @param retry how long to wait before a step is tried again
     * @param adopt whether records of other owners are taken over
     */
    public record Options(
            int forks, ToIntFunction<String> perHost, Predicate<String> ours, RetryDelay retry, boolean adopt) {}

    private final Hosts hosts;
    private final RunListener listener;
    private final Options options;
    private final LongSupplier nanos;
    private final HostStates states;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile Optional<Scheduler> current = Optional.empty();

    /**
     * A runner for one plan.
     *
     * @param nanos a clock that only ever goes forward, as {@link System#nanoTime}
     */
    public Runner(Hosts hosts, RunListener listener, Options options, LongSupplier nanos) {
        this.hosts = hosts;
        this.listener = listener;
        this.options = options;
        this.nanos = nanos;
        this.states = new HostStates(options.ours(), listener);
    }

    /** Lets what runs end and starts nothing more; the report says what was not done. May be called from any thread. */
    public void stop() {
        stopping.countDown();
        current.ifPresent(Scheduler::stop);
    }

    /** After {@link #stop}: of what runs, no further step begins. For whoever then ends, on the hosts, those that do. */
    public void end() {
        stop();
        states.end();
    }

    /** After {@link #stop}: waits no longer than that for what runs, and reports what has not ended by then as failed. */
    public void giveUp(Duration patience) {
        stop();
        current.ifPresent(scheduler -> scheduler.giveUp(patience));
    }

    /** Runs the plan to its end; what fails is in the report. {@code owned} is what the hosts remembered when they were observed. */
    public Report run(Plan plan, Project project, List<OwnedRecord> owned) {
        long begin = nanos.getAsLong();
        Records records = new Records(owned);
        plan.inOrder().stream()
                .filter(PlannedResource::unreachable)
                .forEach(p -> states.unreachable(p.id().host(), p.failure()));
        List<Outcome> outcomes = new ArrayList<>(phase(removalJobs(plan.removals(), records)));
        outcomes.addAll(phase(resourceJobs(plan, project, records, owned)));
        return new Report(outcomes, Duration.ofNanos(nanos.getAsLong() - begin), isStopping());
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private List<Outcome> phase(List<Scheduler.Job> jobs) {
        Scheduler scheduler =
                new Scheduler(new Scheduler.Bounds(options.forks(), options.perHost()), listener, states::foregone);
        current = Optional.of(scheduler);
        if (isStopping()) {
            scheduler.stop();
        }
        return scheduler.run(jobs);
    }

    private List<Scheduler.Job> removalJobs(List<PlannedRemoval> removals, Records records) {
        RemovalWork work = new RemovalWork(hosts, states, listener, records, nanos);
        return removals.stream()
                .map(r -> new Scheduler.Job(r.id(), r.after(), dependencies -> work.run(r)))
                .toList();
    }

    private List<Scheduler.Job> resourceJobs(Plan plan, Project project, Records records, List<OwnedRecord> owned) {
        ResourceWork.Context context =
                new ResourceWork.Context(project.graph(), records, owned, options.adopt(), this::retry);
        ResourceWork work = new ResourceWork(hosts, states, listener, context, nanos);
        List<Scheduler.Job> jobs = new ArrayList<>();
        for (Plan.Absent absent : plan.absent()) {
            jobs.add(new Scheduler.Job(absent.id(), List.of(), dependencies -> outcome(absent)));
        }
        for (PlannedResource resource : plan.inOrder()) {
            List<ResourceId> after = project.graph().dependencies(resource.id());
            Optional<ResourceId> missing = project.graph().missing(resource.id());
            if (missing.isPresent()) {
                after = new ArrayList<>(after);
                after.add(missing.get());
            }
            jobs.add(new Scheduler.Job(
                    resource.id(), after, (Map<ResourceId, Outcome> dependencies) -> work.run(resource, dependencies)));
        }
        return jobs;
    }

    private static Outcome outcome(Plan.Absent absent) {
        return absent.unreachable()
                ? new Outcome.Unreachable(absent.id(), Duration.ZERO, absent.why())
                : new Outcome.Failed(absent.id(), Duration.ZERO, "", absent.why());
    }

    private boolean retry(int retry) {
        try {
            return !stopping.await(options.retry().before(retry).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
