package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tplctl.kind.Change;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Removal;
import tplctl.kind.Sh;
import tplctl.kind.Step;

/**
 * Runs probes and steps for real in one shell, the way a host does: the whole script is parsed first, stdin is empty, the working
 * directory is {@code /}, the umask 022.
 *
 * @param shell the shell's argument vector, to which a script file is added
 */
record Bench(List<String> shell, Path scratch) {
    static final List<String> DASH = List.of("dash");
    static final List<String> BUSYBOX = List.of("busybox", "sh");

    private static final long PATIENCE_SECONDS = 300;

    ProbeOutput run(String script) {
        try {
            Path file = Files.createTempFile(scratch, "script", ".sh");
            Path out = Files.createTempFile(scratch, "out", "");
            Path err = Files.createTempFile(scratch, "err", "");
            Files.writeString(file, "umask 022\n(\n" + script + "\n)\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            List<String> argv = new ArrayList<>(shell);
            argv.add(file.toString());
            ProcessBuilder builder = new ProcessBuilder(argv)
                    .directory(new File("/"))
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + PATIENCE_SECONDS + " s: " + script);
            }
            ProbeOutput output = new ProbeOutput(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
            Files.delete(file);
            Files.delete(out);
            Files.delete(err);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    ProbeOutput look(Trial<?, ?> trial) {
        return run(trial.probeScript().script());
    }

    List<Change> changes(Trial<?, ?> trial) {
        return trial.changes(look(trial));
    }

    /** Makes it so; gives the trace that a host would remember. */
    Optional<Map<String, String>> apply(Trial<?, ?> trial) {
        ProbeOutput before = look(trial);
        List<Change> changes = trial.changes(before);
        assertThat(changes).as("changes of %s", trial.self().id()).isNotEmpty().noneMatch(Change::isRefused);
        changes.forEach(c -> c.steps().forEach(this::succeed));
        assertThat(changes(trial)).as("changes after the steps").isEmpty();
        return trial.trace(before);
    }

    /** The output of the first step that fails. */
    ProbeOutput failure(Trial<?, ?> trial) {
        for (Change change : changes(trial)) {
            for (Step step : change.steps()) {
                ProbeOutput out = perform(step);
                if (out.exit() != 0) {
                    return out;
                }
            }
        }
        throw new AssertionError("no step of " + trial.self().id() + " failed");
    }

    void remove(Trial<?, ?> trial, Map<String, String> trace) {
        Removal removal = trial.kind().removal(trial.self(), trace);
        assertThat(removal.steps()).isNotEmpty();
        removal.steps().forEach(this::succeed);
    }

    ProbeOutput succeed(Step step) {
        ProbeOutput out = perform(step);
        assertThat(out.exit()).as("exit of %s: %s", step.shown(), out.stderr()).isZero();
        return out;
    }

    ProbeOutput perform(Step step) {
        if (step instanceof Step.Run run) {
            return run(run.script().script());
        }
        return write((Step.WriteFile) step);
    }

    // By the shell, which may be in a mount namespace of its own.
    private ProbeOutput write(Step.WriteFile step) {
        try {
            Path content =
                    Files.write(scratch.resolve("content"), step.content().bytes());
            String next = step.path() + ".new";
            Sh owned = step.owner().isEmpty() ? Sh.of(":") : Sh.of("chown -- {} {}", step.owner(), next);
            return run(Sh.of(
                            "cp -- {} {} && {} && chmod -- {} {} && mv -f -- {} {}",
                            content,
                            next,
                            owned,
                            step.mode(),
                            next,
                            next,
                            step.path())
                    .script());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
