package tplctl.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs {@code engine/bin/tplctl} in a process of its own. */
final class Tplctl {
    static final Path ENGINE = Path.of("").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** How a run ended. */
    record Result(int exit, String out, String err) {
        Result exits(int expected) {
            // Benchmarks run without the libraries of the tests.
            if (exit != expected) {
                throw new AssertionError("exit code " + exit + " where " + expected + " was expected; stdout:\n" + out
                        + "\nstderr:\n" + err);
            }
            return this;
        }
    }

    /** A run that goes on. */
    record Running(Process process, Path out, Path err) {
        Result await() {
            return await(LIMIT);
        }

        Result await(Duration limit) {
            try {
                if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("tplctl did not end; stderr: " + Files.readString(err));
                }
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        void signal(String name) {
            Shell.run("kill", "-" + name, Long.toString(process.pid()));
        }

        /** What it has printed on stdout so far. */
        String printed() {
            try {
                return Files.readString(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What it has said on stderr so far. */
        String said() {
            try {
                return Files.readString(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Tplctl() {}

    static Result run(Path directory, String... arguments) {
        return start(directory, arguments).await();
    }

    static Running start(Path directory, String... arguments) {
        return start(directory, environment -> {}, arguments);
    }

    /** A run in an environment that was changed for it. */
    static Running start(Path directory, Consumer<Map<String, String>> change, String... arguments) {
        try {
            List<String> command =
                    new ArrayList<>(List.of(ENGINE.resolve("bin/tplctl").toString()));
            command.addAll(List.of(arguments));
            Path out = Files.createTempFile(directory, "out", ".txt");
            Path err = Files.createTempFile(directory, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("TERM", "dumb");
            change.accept(builder.environment());
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path directory, String name, String text) {
        try {
            return Files.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
