package tplctl.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import tplctl.host.Host;
import tplctl.host.HostInterruptedException;
import tplctl.host.HostUnreachableException;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ProbeException;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Ownership;
import tplctl.model.PlannedResource;
import tplctl.model.Resource;
import tplctl.model.ResourceGraph;

/** Brings one resource about: observe again where the ground moved, change, and observe that it took. */
final class ResourceWork {
    /** What the work on every resource of a run shares. */
    record Context(ResourceGraph graph, Records records, List<OwnedRecord> owned, boolean adopt, Retries retries) {}

    /** When a failed step is tried again. */
    interface Retries {
        /** Waits before the {@code retry}th try; false when there is to be none because the run is being stopped. */
        boolean await(int retry);
    }

    private final Hosts hosts;
    private final HostStates states;
    private final RunListener listener;
    private final Context context;
    private final LongSupplier nanos;
    private final Observer observer;
    private final StepExecutor executor;

    ResourceWork(Hosts hosts, HostStates states, RunListener listener, Context context, LongSupplier nanos) {
        this.hosts = hosts;
        this.states = states;
        this.listener = listener;
        this.context = context;
        this.nanos = nanos;
        this.observer = new Observer(hosts, 1, listener);
        this.executor = new StepExecutor(listener);
    }

    Outcome run(PlannedResource planned, Map<ResourceId, Outcome> dependencies) {
        Progress progress = new Progress(planned.id(), nanos.getAsLong());
        if (planned.unreachable()) {
            return new Outcome.Unreachable(planned.id(), Duration.ZERO, planned.failure());
        }
        if (planned.isFailed()) {
            return progress.failed(planned.failure());
        }
        try {
            return attempt(planned.resource(), planned, dependencies, progress);
        } catch (HostUnreachableException e) {
            return states.lost(planned.id(), progress.took(), progress.doing, e);
        } catch (HostInterruptedException e) {
            return progress.failed("interrupted");
        } catch (ProbeException | tplctl.host.HostException | tplctl.qemu.EmulatorException e) {
            return progress.failed(message(e));
        }
    }

    private <S, O> Outcome attempt(
            Resource<S, O> resource,
            PlannedResource planned,
            Map<ResourceId, Outcome> dependencies,
            Progress progress) {
        boolean moved = dependencies.values().stream().anyMatch(Outcome.Changed.class::isInstance);
        List<Change> changes = planned.changes();
        Optional<Map<String, String>> trace = planned.trace();
        if (moved) {
            Observed<S, O> observed = observer.again(resource);
            changes = observed.changes();
            trace = observed.trace();
        }
        if (changes.isEmpty()) {
            if (context.adopt()) {
                states.mustBeOurs(resource.id().host(), "take over");
                remember(resource, trace, changes);
            }
            context.records()
                    .refresh(
                            resource,
                            context.graph(),
                            () -> hosts.own(resource.id().host()));
            return new Outcome.Unchanged(resource.id(), progress.took());
        }
        Optional<String> objection = objection(planned, changes);
        if (objection.isPresent()) {
            return progress.failed(objection.get());
        }
        states.mustBeOurs(resource.id().host(), "begin");
        Host host = hosts.get(resource.id().host(), resource.becomes());
        remember(resource, trace, changes);
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (Change change : changes) {
            for (Step step : change.steps()) {
                progress.doing = StepExecutor.doing(step);
                listener.step(resource.id(), progress.doing);
                states.mustBeOurs(resource.id().host(), progress.doing);
                metrics.putAll(retried(step, resource, host));
            }
        }
        progress.doing = "observe the result";
        return verified(resource, changes, progress, metrics);
    }

    private Map<String, Object> retried(Step step, Resource<?, ?> resource, Host host) {
        Subject subject = resource.subject();
        int most = resource.common().retries();
        for (int retry = 1; ; retry++) {
            try {
                return executor.run(step, subject, host, other -> hosts.get(other, resource.becomes()));
            } catch (HostInterruptedException e) {
                throw e;
            } catch (tplctl.host.HostException | tplctl.qemu.EmulatorException e) {
                if (retry > most) {
                    throw e;
                }
                listener.step(
                        resource.id(),
                        StepExecutor.doing(step) + " again soon, try " + (retry + 1) + " of " + (most + 1));
                if (!context.retries().await(retry)) {
                    throw e;
                }
            }
        }
    }

    // The plan was agreed to before the ground moved: what would ask now was not asked then.
    private static Optional<String> objection(PlannedResource planned, List<Change> changes) {
        for (Change change : changes) {
            if (change.isRefused()) {
                return Optional.of(change.refusal());
            }
            boolean agreed = planned.changes().stream().anyMatch(c -> c.impact() == change.impact());
            if (change.impact().asks() && !agreed) {
                String verb = switch (change.impact()) {
                    case REPLACE -> "replaced";
                    case MIGRATE -> "migrated";
                    default -> "removed";
                };
                return Optional.of("would now be " + verb
                        + " (" + change.field() + ": " + change.from() + " → " + change.to()
                        + "), which the plan did not show; run it again");
            }
        }
        return Optional.empty();
    }

    private void remember(Resource<?, ?> resource, Optional<Map<String, String>> trace, List<Change> changes) {
        Host host = hosts.own(resource.id().host());
        boolean made = changes.stream()
                .anyMatch(c -> c.impact() == Impact.CREATE
                        || c.impact() == Impact.REPLACE
                        || c.impact() == Impact.MIGRATE
                        || c.impact() == Impact.UNKNOWN);
        boolean replaced = changes.stream().anyMatch(c -> c.impact() == Impact.REPLACE);
        List<OwnedRecord> others = context.adopt() ? Ownership.replaced(resource, context.owned()) : List.of();
        trace.map(t -> Records.of(resource, context.graph(), t))
                .filter(record -> made || context.records().has(record) || !others.isEmpty())
                .ifPresent(record -> context.records().write(host, record, replaced));
        others.forEach(other -> context.records().forget(host, other));
    }

    private <S, O> Outcome verified(
            Resource<S, O> resource, List<Change> changes, Progress progress, Map<String, Object> metrics) {
        List<Change> left = observer.again(resource).changes();
        Optional<Change> differs =
                left.stream().filter(c -> c.impact() != Impact.UNKNOWN).findFirst();
        if (differs.isPresent()) {
            Change first = differs.get();
            return progress.failed("the steps ran, but it still differs: " + first.field() + ": "
                    + (first.from().isEmpty() ? "absent" : first.from()) + " → " + first.to());
        }
        return new Outcome.Changed(resource.id(), progress.took(), changes, metrics);
    }

    private static String message(RuntimeException e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
    }

    /** Where the work on a resource is. */
    private final class Progress {
        private final ResourceId id;
        private final long begin;
        private String doing = "";

        Progress(ResourceId id, long begin) {
            this.id = id;
            this.begin = begin;
        }

        Duration took() {
            return Duration.ofNanos(nanos.getAsLong() - begin);
        }

        Outcome failed(String message) {
            return new Outcome.Failed(id, took(), doing, message);
        }
    }
}
