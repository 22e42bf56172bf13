package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A relay that runs as a process of its own. */
final class RelayProcess implements AutoCloseable {
    private final Process process;
    private final InputStream out;
    private final OutputStream in;
    private final InputStream err;

    private RelayProcess(Process process) {
        this.process = process;
        this.out = process.getInputStream();
        this.in = process.getOutputStream();
        this.err = process.getErrorStream();
    }

    static RelayProcess start(String what) throws IOException {
        return start(List.of(), what);
    }

    /** A bridge, whose stderr is for {@link #said}. */
    static RelayProcess bridge(Path socket) throws IOException {
        return start(List.of(), List.of("bridge", socket.toString()), ProcessBuilder.Redirect.PIPE);
    }

    /** @param before the words before Java's */
    static RelayProcess start(List<String> before, String what) throws IOException {
        return start(before, List.of(what), ProcessBuilder.Redirect.INHERIT);
    }

    private static RelayProcess start(List<String> before, List<String> what, ProcessBuilder.Redirect errors)
            throws IOException {
        try {
            Path classes = Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            List<String> words = new java.util.ArrayList<>(before);
            words.addAll(List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-XX:+UseSerialGC",
                    "-cp",
                    classes.toString(),
                    "tplctl.relay.Main"));
            words.addAll(what);
            ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors);
            builder.environment().put("LC_ALL", "C.UTF-8");
            return new RelayProcess(builder.start());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    void send(byte[] bytes) {
        try {
            in.write(bytes);
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void say(String line) {
        send((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    void endInput() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line; fails when there is none. */
    String line() {
        return line(out);
    }

    /** The same of what a bridge says on stderr. */
    String said() {
        return line(err);
    }

    private static String line(InputStream from) {
        try {
            return Lines.next(from).orElseThrow(() -> new AssertionError("the relay ended"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fields of a job's last answer, without its id; what came before for it is dropped. */
    List<String> end(String job) {
        while (true) {
            List<String> fields = Fields.parse(line());
            if (fields.get(0).equals(job) && List.of("ok", "error").contains(fields.get(1))) {
                return fields.subList(1, fields.size());
            }
        }
    }

    /** Gives a job and waits for its end. */
    List<String> ask(String... job) {
        say(Fields.line(List.of(job)));
        return end(job[0]);
    }

    byte[] rest() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            out.transferTo(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    int exit() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the relay did not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
