package tplctl.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** A program that prints an inventory: runs in the current directory, without input, for a limited time. */
final class InventoryProgram {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MAX_OUTPUT = 64 << 20;
    private static final int LAST_LINES = 5;

    private InventoryProgram() {}

    static Optional<byte[]> run(String path, List<String> arguments, Diagnostics errors) {
        return run(path, arguments, LIMIT, errors);
    }

    static Optional<byte[]> run(String path, List<String> arguments, Duration limit, Diagnostics errors) {
        String shown = path + " " + String.join(" ", arguments);
        Position at = new Position(path, 1, 1);
        List<String> command =
                new ArrayList<>(List.of(Paths.get(path).toAbsolutePath().toString()));
        command.addAll(arguments);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Paths.get("/dev/null").toFile()))
                    .start();
        } catch (IOException e) {
            errors.error(
                    at,
                    shown + " cannot be started: " + e.getMessage(),
                    "its first line names an interpreter: #!/bin/sh");
            return Optional.empty();
        }
        try {
            CompletableFuture<byte[]> out = reading(process.getInputStream());
            CompletableFuture<byte[]> err = reading(process.getErrorStream());
            long deadline = System.nanoTime() + limit.toNanos();
            byte[] printed = out.get(left(deadline), TimeUnit.NANOSECONDS);
            byte[] said = err.get(left(deadline), TimeUnit.NANOSECONDS);
            if (!process.waitFor(left(deadline), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                errors.error(at, shown + " failed with exit code " + process.exitValue(), last(said));
                return Optional.empty();
            }
            if (printed.length > MAX_OUTPUT) {
                errors.error(at, shown + " printed more than " + (MAX_OUTPUT >> 20) + " MiB");
                return Optional.empty();
            }
            return Optional.of(printed);
        } catch (TimeoutException e) {
            errors.error(
                    at,
                    shown + " did not end within " + limit.toSeconds() + " s",
                    "it has to print JSON and end; it gets no input");
            return Optional.empty();
        } catch (ExecutionException e) {
            errors.error(at, "what " + shown + " prints cannot be read: " + e.getCause());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + shown + " ran", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static long left(long deadline) {
        return Math.max(1, deadline - System.nanoTime());
    }

    private static CompletableFuture<byte[]> reading(InputStream in) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                ByteArrayOutputStream kept = new ByteArrayOutputStream();
                byte[] piece = new byte[1 << 16];
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    if (kept.size() <= MAX_OUTPUT) {
                        kept.write(piece, 0, n);
                    }
                }
                all.complete(kept.toByteArray());
            } catch (IOException e) {
                all.completeExceptionally(e);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return all;
    }

    private static String last(byte[] said) {
        List<String> lines = new String(said, StandardCharsets.UTF_8)
                .lines()
                .map(String::stripTrailing)
                .filter(l -> !l.isEmpty())
                .toList();
        return lines.isEmpty()
                ? "it said nothing on stderr"
                : "it said: " + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
