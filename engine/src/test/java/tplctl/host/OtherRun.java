package tplctl.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Another process that has this machine, to be killed. */
final class OtherRun implements AutoCloseable {
    private final Process process;

    /** Takes the lock, and then runs the script as a change. Returns when it has the lock. */
    OtherRun(Path lockDirectory, String holder, String script) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        OtherRun.class.getName(),
                        lockDirectory.toString(),
                        holder,
                        script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"locked".equals(out.readLine())) {
            throw new IllegalStateException("the other run did not get the lock");
        }
    }

    /** Ends it as SIGKILL does: it has no chance to clean up. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] args) throws IOException {
        Host host = new LocalHost("other", List.of("sh"), args[0]);
        HostLock lock = host.lock(args[1], Duration.ZERO, waiting -> {});
        System.out.println("locked");
        if (!args[2].isEmpty()) {
            host.change(args[2], Duration.ofMinutes(1));
        }
        System.in.read();
        lock.close();
    }
}
