package tplctl.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the tests ask of the machine themselves, beside tplctl. */
final class Shell {
    private Shell() {}

    /** A command's output, both streams; its exit status does not matter. */
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static String sh(String script) {
        return run("sh", "-c", script).strip();
    }

    /** Waits until a VM's serial console has printed a line whose end matches; fails with what it printed. */
    static void awaitSerial(String vm, Duration limit, String pattern) {
        await(
                () -> vm + " printed " + pattern + "; it printed: " + Machine.serialLog(vm),
                limit,
                () -> Machine.serialLog(vm).stream().anyMatch(l -> l.matches(".*" + pattern)));
    }

    /** Looks again and again until it is so; fails when it is not in time. */
    static void await(String what, Duration limit, BooleanSupplier condition) {
        await(() -> what, limit, condition);
    }

    /** The same; a failure also tells what there is to tell then. */
    static void await(String what, Duration limit, BooleanSupplier condition, Supplier<String> otherwise) {
        await(() -> what + ": " + otherwise.get(), limit, condition);
    }

    private static void await(Supplier<String> what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit + ": " + what.get());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(10).toNanos());
        }
    }
}
