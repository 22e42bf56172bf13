package tplctl.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.model.PlannedRemoval;
import tplctl.qemu.EmulatorException;

/** Takes one resource away and forgets it; the record goes last, so that an interrupted removal is taken up again. */
final class RemovalWork {
    private final Hosts hosts;
    private final HostStates states;
    private final RunListener listener;
    private final Records records;
    private final LongSupplier nanos;
    private final StepExecutor executor;

    RemovalWork(Hosts hosts, HostStates states, RunListener listener, Records records, LongSupplier nanos) {
        this.hosts = hosts;
        this.states = states;
        this.listener = listener;
        this.records = records;
        this.nanos = nanos;
        this.executor = new StepExecutor(listener);
    }

    Outcome run(PlannedRemoval planned) {
        long begin = nanos.getAsLong();
        String doing = "";
        if (!planned.failure().isEmpty()) {
            return new Outcome.Failed(planned.id(), since(begin), "", planned.failure());
        }
        try {
            Host host = hosts.own(planned.id().host());
            Subject subject = new Subject(planned.id(), planned.owned().owner());
            for (Step step : planned.removal().steps()) {
                doing = StepExecutor.doing(step);
                listener.step(planned.id(), doing);
                states.mustBeOurs(planned.id().host(), doing);
                executor.run(step, subject, host, hosts::own);
            }
            records.forget(host, planned.owned());
            return new Outcome.Removed(
                    planned.id(), since(begin), planned.removal().notes());
        } catch (HostUnreachableException e) {
            return states.lost(planned.id(), since(begin), doing, e);
        } catch (HostException | EmulatorException e) {
            return new Outcome.Failed(planned.id(), since(begin), doing, message(e));
        }
    }

    private Duration since(long begin) {
        return Duration.ofNanos(nanos.getAsLong() - begin);
    }

    private static String message(RuntimeException e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(() -> e.getClass().getSimpleName());
    }
}
