package tplctl.engine;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.OutputListener;
import tplctl.host.Script;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.VmTask;
import tplctl.qemu.TaskListener;
import tplctl.qemu.VmExecutor;

/** Does what a step says; throws what the host threw. */
final class StepExecutor {
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final VmExecutor emulators;
    private final RunListener listener;

    StepExecutor(RunListener listener) {
        this.listener = listener;
        this.emulators = new VmExecutor(listener::note);
    }

    /** Runs a step and returns what it measured; {@code others} finds the further hosts that a step is about. */
    Map<String, Object> run(Step step, Subject subject, Host host, Function<String, Host> others) {
        if (step instanceof Step.Run run) {
            Script script = Observer.script(run.script());
            Duration limit = subject.limit(run.limit());
            succeeded(
                    host, script, run.told() ? host.change(script, limit, told(subject)) : host.change(script, limit));
            return Map.of();
        }
        if (step instanceof Step.WriteFile file) {
            host.put(file.path(), file.content().bytes(), file.mode());
            if (!file.owner().isEmpty()) {
                Script chown = Observer.script(Sh.of("chown -h {} -- {}", file.owner(), file.path()));
                succeeded(host, chown, host.change(chown, SHORT));
            }
            return Map.of();
        }
        if (step instanceof Step.Emulator emulator && emulator.task() instanceof VmTask task) {
            return emulators.run(task, host, others, new Told(subject, task.doing()));
        }
        throw new IllegalStateException("no executor for " + step);
    }

    /** What it does, in a few words. */
    static String doing(Step step) {
        if (step instanceof Step.Run run) {
            return run.doing();
        }
        if (step instanceof Step.WriteFile file) {
            return "write " + file.path();
        }
        return ((Step.Emulator) step).task().doing();
    }

    /** Passes on how a task is coming on, as the step that it is. */
    private final class Told implements TaskListener {
        private final Subject subject;
        private final String doing;

        Told(Subject subject, String doing) {
            this.subject = subject;
            this.doing = doing;
        }

        @Override
        public void progress(String where) {
            listener.step(subject.id(), doing + ": " + where);
        }

        @Override
        public void warn(String line) {
            listener.note("warning: " + line);
        }
    }

    private OutputListener told(Subject subject) {
        return (line, whole) -> listener.output(subject.id(), line, whole);
    }

    private static void succeeded(Host host, Script script, CommandResult result) {
        if (!result.ok()) {
            throw HostException.unexpected(host.name(), script, result);
        }
    }
}
