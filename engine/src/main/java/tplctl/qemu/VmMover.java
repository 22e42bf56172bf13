package tplctl.qemu;

import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostInterruptedException;
import tplctl.machine.CommandLine;
import tplctl.machine.Manifest;
import tplctl.machine.MoveMark;
import tplctl.machine.Remnants;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** Brings one VM from one host to another, whatever an earlier attempt left. */
final class VmMover {
    private final Host source;
    private final Host destination;
    private final VmTask.MoveVm task;
    private final Relays relays;
    private final TaskListener listener;
    private final CopyLocks locks;
    private final MoveMark mark;
    private final Arrival arrival;
    private final Departure departure;

    VmMover(Host source, Host destination, VmTask.MoveVm task, Relays relays, CopyLocks locks, TaskListener listener) {
        this.source = source;
        this.destination = destination;
        this.task = task;
        this.relays = relays;
        this.locks = locks;
        this.listener = listener;
        this.mark = new MoveMark(
                task.name(),
                task.owner(),
                task.to(),
                task.identity().uuid(),
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()),
                Instant.now().toString());
        this.arrival = new Arrival(destination, task);
        this.departure = new Departure(source, task);
    }

    Map<String, Object> run() {
        try {
            return act(situation());
        } catch (QmpException | QmpConnectionException | QmpTimeoutException e) {
            throw failed(Optional.ofNullable(e.getMessage()).orElse("QMP failed"), e);
        } catch (RelayFailure e) {
            throw failed(e.getMessage(), e);
        }
    }

    /** What both hosts have of the VM, and what follows from it. */
    private record Situation(MoveSide from, MoveSide to, Remnants.Verdict verdict) {}

    /** Looks; a migration of an earlier attempt that is still on its way is cancelled, for how it ends decides. */
    private Situation situation() {
        Situation found = look();
        if (found.verdict() == Remnants.Verdict.CANCEL) {
            listener.progress("cancelling an earlier move");
            departure.cancel();
            found = look();
        }
        return found;
    }

    private Situation look() {
        MoveSide from = look(source);
        MoveSide to = look(destination);
        return new Situation(
                from,
                to,
                Remnants.decide(
                        from.asSource(),
                        from.marks().leaving(),
                        to.asDestination(),
                        to.marks().incoming()));
    }

    private MoveSide look(Host host) {
        MoveSide side = MoveSide.look(host, task.dirs());
        if (side.silent()) {
            throw failed("its emulator on " + host.name()
                    + " does not answer on QMP: another program uses "
                    + task.dirs().qmp()
                    + ", perhaps the relay of an earlier run that is still at it; wait, then apply again");
        }
        return side;
    }

    private Map<String, Object> act(Situation found) {
        switch (found.verdict()) {
            case DONE, FINISH -> finish();
            case CONTINUE_THERE -> {
                proceed();
                finish();
            }
            case BOOT_THERE -> {
                listener.warn(task.doing() + ": it boots on " + destination.name()
                        + " from its disk: it had been handed over, and its RAM was lost with the emulator there");
                departure.leave(mark, true);
                bootThere();
                arrival.settle();
            }
            case REFUSE -> throw refused(found.from(), found.to());
            case MOVE -> {
                return move();
            }
            case DISCARD_AND_MOVE -> {
                arrival.discard();
                departure.stay(found.from());
                return move();
            }
            case RESTART_AND_MOVE -> {
                arrival.discard();
                VmTask.StartVm restart = task.restart()
                        .orElseThrow(() -> failed("it has no process on " + source.name()
                                + " any more, and nothing says how it is started there; apply again"));
                listener.warn(task.doing() + ": it boots on " + source.name()
                        + " from its disk first: its RAM was lost with the emulator there");
                departure.stay(found.from());
                new VmStarter(source, restart).run();
                return move();
            }
            default -> throw new IllegalStateException(found.verdict().name());
        }
        return Map.of();
    }

    private EmulatorException refused(MoveSide from, MoveSide to) {
        String states =
                "its emulator on " + source.name() + " is in the state \"" + from.status() + "\" and the one on "
                        + destination.name() + (to.alive() ? " in the state \"" + to.status() + "\"" : " does not run");
        return failed(
                states + "; nothing is done about that. End the wrong one, or let it run again, then apply again");
    }

    private void finish() {
        arrival.settle();
        departure.leave(mark, true);
    }

    private void proceed() {
        try (QmpClient qmp = arrival.emulator().connect(false)) {
            qmp.execute("cont", new JsonObject(), HostShell.SHORT);
            String status = MigrationSetup.text(qmp, "query-status", "status");
            if (!status.equals("running")) {
                throw failed("it was continued on " + destination.name() + " and is in the state \"" + status + "\""
                        + arrival.emulator().lastWords());
            }
        }
    }

    // All of it is on its disk there; its RAM is lost, as in a power cut.
    private void bootThere() {
        VmRecord record = record();
        List<String> argv =
                CommandLine.boot(task.machine(), record.platform(), task.dirs(), task.identity(), task.cards());
        arrival.emulator().kill();
        new VmStarter(
                        destination,
                        new VmTask.StartVm(
                                task.name(),
                                task.dirs(),
                                VmScripts.prepareRestart(record),
                                argv,
                                Optional.empty(),
                                record.platform(),
                                Optional.empty(),
                                List.of(),
                                task.ready()))
                .run();
    }

    private Map<String, Object> move() {
        Optional<String> full = whyFull();
        if (full.isPresent() && task.transfer().mode() == VmTask.MoveVm.Mode.TEMPLATE_AWARE) {
            throw failed("it cannot be moved in the mode template-aware: " + full.get());
        }
        boolean aware = task.transfer().mode() != VmTask.MoveVm.Mode.FULL && full.isEmpty();
        // Without TLS the port is the emulator's, and the relays find one of their own.
        int port = task.transfer().tls() ? task.transfer().port() : 0;
        try (RelayPair pair =
                RelayPair.open(relays, source, destination, task.transfer().address(), port)) {
            bringFiles(pair);
            try {
                return attempt(pair, aware);
            } catch (RelayFailure e) {
                boolean again =
                        aware && e.code().equals("refused") && task.transfer().mode() == VmTask.MoveVm.Mode.AUTO;
                if (!again) {
                    throw e;
                }
                listener.warn(
                        task.doing() + ": all of its RAM is sent, and none of it is shared there: " + e.getMessage());
                return attempt(pair, false);
            }
        }
    }

    private Optional<String> whyFull() {
        if (task.template().isEmpty()) {
            return Optional.of("it is no clone of a template");
        }
        Optional<Manifest> manifest = task.template().get().manifest();
        boolean same =
                manifest.map(Manifest::id).filter(record().templateId()::equals).isPresent();
        return same ? Optional.empty() : Optional.of("its template on " + source.name() + " is gone, or was made anew");
    }

    private void bringFiles(RelayPair pair) {
        if (task.template().isPresent() && task.template().get().manifest().isPresent()) {
            TemplateInfo template = task.template().get().info();
            Lock lock = locks.of(destination.name(), template.name());
            lock.lock();
            try {
                new TemplateCopier(source, destination, template, task.doing(), listener)
                        .copy(pair, new TemplateCopier.Terms(task.owner(), Optional.empty(), Optional.empty()), false);
            } finally {
                lock.unlock();
            }
        }
        if (task.transfer().copiesDisks()) {
            listener.progress("comparing what its disks stand on");
            new BackingFiles(source, destination, task.doing()).bring(task.backing(), pair, listener);
        }
    }

    /** Moves it, or leaves everything as it was; what can only go forward is brought to its end here. */
    private Map<String, Object> attempt(RelayPair pair, boolean aware) {
        try {
            Map<String, Object> metrics = new LiveMove(source, destination, task, mark, listener).run(pair, aware);
            finish();
            return metrics;
        } catch (RelayFailure
                | EmulatorException
                | HostException
                | QmpException
                | QmpConnectionException
                | QmpTimeoutException e) {
            if (recovered(e) && !(e instanceof HostInterruptedException)) {
                return Map.of();
            }
            throw e;
        }
    }

    /** Whether the failure came after all of the VM had arrived, and it was brought to its end. */
    private boolean recovered(RuntimeException cause) {
        try {
            Situation found = situation();
            switch (found.verdict()) {
                case DONE, FINISH, CONTINUE_THERE -> {
                    act(found);
                    return true;
                }
                case MOVE, DISCARD_AND_MOVE -> {
                    arrival.discard();
                    departure.stay(found.from());
                }
                default -> {}
            }
        } catch (HostException | EmulatorException | QmpException | QmpConnectionException | QmpTimeoutException e) {
            cause.addSuppressed(e);
        }
        return false;
    }

    private VmRecord record() {
        return task.record().orElseThrow(() -> failed("there is no record of it on " + source.name()));
    }

    private EmulatorException failed(String problem) {
        return new EmulatorException(destination.name(), task.doing(), problem);
    }

    private EmulatorException failed(String problem, Throwable cause) {
        return new EmulatorException(destination.name(), task.doing(), problem, cause);
    }
}
