package tplctl.qemu;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.function.Function;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.machine.GuestTask;
import tplctl.machine.VmTask;

/** Carries out what is to be done with emulators. Thread-safe. */
public final class VmExecutor {
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final Relays relays;
    private final CopyLocks locks = new CopyLocks();

    /** @param note told, in words for the user, before what takes longer */
    public VmExecutor(Consumer<String> note) {
        this(Relays.ofThisProgram(note));
    }

    VmExecutor(Relays relays) {
        this.relays = relays;
    }

    /** Does a task that is about one host. */
    public Map<String, Object> run(VmTask task, Host host) {
        Function<String, Host> none = name -> {
            throw new IllegalStateException(task.doing() + " is about " + name + " too");
        };
        return run(task, host, none, TaskListener.SILENT);
    }

    /**
     * Does a task and returns what it measured.
     *
     * @param others finds the further hosts that a task is about
     * @param listener told how it is coming on
     * @throws EmulatorException when it could not be done; what was half made is ended, its logs are kept
     * @throws tplctl.host.HostException when a script failed
     */
    public Map<String, Object> run(VmTask task, Host host, Function<String, Host> others, TaskListener listener) {
        if (task instanceof VmTask.BuildTemplate build) {
            return new TemplateBuilder(host, build).run();
        }
        if (task instanceof VmTask.StartVm start) {
            return new VmStarter(host, start).run();
        }
        if (task instanceof VmTask.StopVm stop) {
            new VmStopper(host, stop).run();
            return Map.of();
        }
        if (task instanceof GuestTask guest) {
            new GuestTeller(host, guest, new Emulator(host, guest.dirs(), guest.doing())).run();
            return Map.of();
        }
        if (task instanceof VmTask.MoveVm move) {
            return new VmMover(others.apply(move.from()), host, move, relays, locks, listener).run();
        }
        if (task instanceof VmTask.CopyTemplate copy) {
            copy(copy, others.apply(copy.from()), host, listener);
            return Map.of();
        }
        if (task instanceof VmTask.ForgetMove forget) {
            forget(others.apply(forget.host()), forget);
            return Map.of();
        }
        throw new IllegalStateException("no executor for " + task);
    }

    private void copy(VmTask.CopyTemplate task, Host from, Host to, TaskListener listener) {
        Lock lock = locks.of(to.name(), task.template().name());
        lock.lock();
        try (RelayPair pair = RelayPair.open(relays, from, to, task.address(), 0)) {
            TemplateCopier.Terms terms = new TemplateCopier.Terms(
                    task.owner(), Optional.of(task.emulatorStamp()), Optional.of(task.inputs()));
            new TemplateCopier(from, to, task.template(), task.doing(), listener).copy(pair, terms, true);
        } catch (RelayFailure e) {
            throw new EmulatorException(to.name(), task.doing(), e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    private static void forget(Host host, VmTask.ForgetMove task) {
        Script script = new Script(task.script().script(), task.script().shown());
        CommandResult result = host.change(script, SHORT);
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
    }
}
