package tplctl.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal on stdin, when it passes on every key as it is typed, Ctrl-C included, and neither shows one itself nor changes what is
 * shown. As it was again when this is closed, and when the process ends without that, but by SIGKILL.
 */
final class RawMode implements AutoCloseable {
    private static final long LIMIT_SECONDS = 5;

    private final String program;
    private final Thread atTheEnd = new Thread(this::restore);
    private String before = "";
    private boolean over;

    RawMode() {
        this("stty");
    }

    /** @param program that does as stty(1) */
    RawMode(String program) {
        this.program = program;
    }

    /** Whether the terminal is so now; it is not when it cannot be told, for want of stty(1) for example, and once this is closed. */
    synchronized boolean enter() {
        if (over) {
            return false;
        }
        String now = stty("-g").orElse("").strip();
        if (now.isEmpty()) {
            return false;
        }
        before = now;
        Runtime.getRuntime().addShutdownHook(atTheEnd);
        return stty("raw", "-echo").isPresent();
    }

    @Override
    public void close() {
        leave();
    }

    /** The terminal is as it was, and stays so. Idempotent, from any thread; waits for an {@link #enter} that is under way. */
    void leave() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atTheEnd);
        } catch (IllegalStateException e) {
            // The process ends, and the hook will find nothing left to do.
        }
    }

    private synchronized void restore() {
        if (!over && !before.isEmpty()) {
            stty(before);
        }
        over = true;
    }

    /** What it printed; empty when it failed. */
    private Optional<String> stty(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = program;
        System.arraycopy(words, 0, command, 1, words.length);
        try {
            Process stty = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return stty.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && stty.exitValue() == 0
                    ? Optional.of(said)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
