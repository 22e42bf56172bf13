package tplctl.host;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The line that tells others who has a host. */
public final class LockHolder {
    private LockHolder() {}

    /**
     * Like {@code ann@laptop, pid 4711, since 2026-11-23T09:30:00Z: tplctl apply site.yml}.
     *
     * @param command what runs, without secrets
     */
    public static String line(String command, Instant since) {
        return "%s@%s, pid %d, since %s: %s"
                .formatted(
                        System.getProperty("user.name", "?"),
                        machine(),
                        ProcessHandle.current().pid(),
                        since.truncatedTo(ChronoUnit.SECONDS),
                        command);
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
