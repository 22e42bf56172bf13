package tplctl.kinds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A mount namespace of its own, in which tests mount what they like and {@code /etc} is another directory: whatever happens, nothing
 * of it is seen outside, and all of it goes when this is closed.
 */
final class PrivateMounts implements AutoCloseable {
    private final Process keeper;

    private PrivateMounts(Process keeper) {
        this.keeper = keeper;
    }

    static PrivateMounts open(Path etc) throws IOException {
        Process keeper = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount --bind \"$1\" /etc && echo ready && exec cat",
                        "sh",
                        etc.toString())
                .redirectErrorStream(true)
                .start();
        // Its output stays open: it lives until its stdin is closed.
        BufferedReader out = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
        String said = out.readLine();
        if (!"ready".equals(said)) {
            keeper.destroyForcibly();
            throw new IOException("no mount namespace: " + said);
        }
        return new PrivateMounts(keeper);
    }

    /** A shell in there. */
    List<String> shell(List<String> shell) {
        List<String> argv = new ArrayList<>(List.of("nsenter", "-t", Long.toString(keeper.pid()), "-m", "--"));
        argv.addAll(shell);
        return argv;
    }

    @Override
    public void close() throws IOException {
        keeper.getOutputStream().close();
        keeper.onExit().join();
    }
}
