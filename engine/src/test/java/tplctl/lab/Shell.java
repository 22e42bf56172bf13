package tplctl.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of this machine that make up a lab. */
final class Shell {
    private Shell() {}

    /** What a script printed, stderr included; it has to succeed. */
    static String run(String script) {
        return run(List.of("sh"), script);
    }

    static String run(List<String> shell, String script) {
        try {
            Process process =
                    new ProcessBuilder(shell).redirectErrorStream(true).start();
            process.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("exit " + exit + " of: " + script + "\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A script that runs until its stdin ends. */
    static Process start(String script, String... wrapper) {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(List.of(wrapper));
        command.addAll(List.of("sh", "-c", script));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what a process prints up to this line. */
    static void await(Process process, String line) {
        StringBuilder seen = new StringBuilder();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (String each = out.readLine(); each != null; each = out.readLine()) {
                if (each.equals(line)) {
                    return;
                }
                seen.append(each).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("no \"" + line + "\" but:\n" + seen);
    }

    /** Ends its stdin and waits for its end. */
    static void end(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
