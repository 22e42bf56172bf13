package tplctl.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import tplctl.kind.ResourceId;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.PlannedRemoval;
import tplctl.model.PlannedResource;
import tplctl.model.Project;

/** Carries a plan out: removals first, then the resources along the graph. */
public final class Runner {
    /**
     * How a plan is carried out.
     *
     * @param perHost how many resources of one host are worked on at once
     * @param adopt whether records of other owners are taken over
     */
    public record Options(int perHost, boolean adopt) {}

    private final Hosts hosts;
    private final RunListener listener;
    private final Options options;
    private final LongSupplier nanos;
    private volatile boolean stopping;
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
    }

    /** Lets what runs end and starts nothing more; the report says what was not done. May be called from any thread. */
    public void stop() {
        stopping = true;
        current.ifPresent(Scheduler::stop);
    }

    /** Runs the plan to its end; what fails is in the report. {@code owned} is what the hosts remembered when they were observed. */
    public Report run(Plan plan, Project project, List<OwnedRecord> owned) {
        long begin = nanos.getAsLong();
        Records records = new Records(owned);
        List<Outcome> outcomes = new ArrayList<>(phase(removalJobs(plan.removals(), records)));
        outcomes.addAll(phase(resourceJobs(plan.inOrder(), project, records, owned)));
        return new Report(outcomes, Duration.ofNanos(nanos.getAsLong() - begin), stopping);
    }

    private List<Outcome> phase(List<Scheduler.Job> jobs) {
        Scheduler scheduler = new Scheduler(options.perHost(), listener);
        current = Optional.of(scheduler);
        if (stopping) {
            scheduler.stop();
        }
        return scheduler.run(jobs);
    }

    private List<Scheduler.Job> removalJobs(List<PlannedRemoval> removals, Records records) {
        RemovalWork work = new RemovalWork(hosts, listener, records, nanos);
        return removals.stream()
                .map(r -> new Scheduler.Job(r.id(), r.after(), dependencies -> work.run(r)))
                .toList();
    }

    private List<Scheduler.Job> resourceJobs(
            List<PlannedResource> planned, Project project, Records records, List<OwnedRecord> owned) {
        ResourceWork work = new ResourceWork(
                hosts, listener, new ResourceWork.Context(project.graph(), records, owned, options.adopt()), nanos);
        List<Scheduler.Job> jobs = new ArrayList<>();
        for (PlannedResource resource : planned) {
            List<ResourceId> after = project.graph().dependencies(resource.id());
            jobs.add(new Scheduler.Job(
                    resource.id(), after, (Map<ResourceId, Outcome> dependencies) -> work.run(resource, dependencies)));
        }
        return jobs;
    }
}
