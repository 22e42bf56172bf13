package tplctl.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections to Unix sockets of a host, by OpenSSH's direct-streamlocal (its PROTOCOL file, section 2.4). The host's sshd does
 * not say why it opens none, so a shell there is asked what is at the path.
 */
final class SshSockets {
    /** Linux takes 107 bytes, sun_path in unix(7) less its final NUL. */
    private static final int LONGEST_PATH = 107;

    private static final Duration LOOK_LIMIT = Duration.ofSeconds(20);
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LAST_PAUSE_NANOS = 20_000_000;

    /** How long a refusal is taken for a queue without room before sshd's configuration is. */
    private static final long BENEFIT_NANOS = 300_000_000;

    /** How often somebody looks while nobody listens. */
    private static final long LOOK_EVERY_NANOS = 2_000_000_000;

    /** What is at a path. */
    private enum Seen {
        NOTHING,
        NO_SOCKET,
        NO_RIGHT,
        IDLE,
        LISTENING,
        UNKNOWN
    }

    private final SshTransport transport;
    private volatile boolean worked;
    private volatile boolean forbidden;

    SshSockets(SshTransport transport) {
        this.transport = transport;
    }

    Duplex open(String path, Duration patience) {
        String attempted = "connect to " + path;
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new HostException(
                    transport.host(),
                    attempted,
                    "the path has " + length + " bytes and a socket's can have at most " + LONGEST_PATH
                            + "; choose a shorter name or directory");
        }
        if (forbidden) {
            throw forbidden(attempted);
        }
        long start = System.nanoTime();
        long nextLook = BENEFIT_NANOS;
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw new HostInterruptedException(transport.host(), attempted, "interrupted");
            }
            try {
                Duplex opened = transport.openOnce(path);
                worked = true;
                return opened;
            } catch (SshLink.RefusedException e) {
                long waited = System.nanoTime() - start;
                boolean last = waited >= patience.toNanos();
                if (last || waited >= nextLook) {
                    nextLook = waited + LOOK_EVERY_NANOS;
                    judge(path, attempted, patience, last, waited);
                }
                LockSupport.parkNanos(Math.max(FIRST_PAUSE_NANOS, Math.min(LAST_PAUSE_NANOS, waited / 50)));
            }
        }
    }

    /** Returns when another attempt may succeed, and throws otherwise. */
    private void judge(String path, String attempted, Duration patience, boolean last, long waited) {
        String host = transport.host();
        String after = patience.isZero() ? "" : " after " + patience.toMillis() + " ms";
        switch (look(path)) {
            case NO_SOCKET -> throw new HostException(host, attempted, "it is not a socket");
            case NO_RIGHT -> throw new HostException(host, attempted, "the login user may not write to it");
            case LISTENING -> {
                if (!worked && waited >= BENEFIT_NANOS) {
                    forbidden = true;
                    throw forbidden(attempted);
                }
                if (last && worked) {
                    throw new NobodyListensException(
                            host, attempted, "nobody accepts a connection there (no room in its queue)" + after);
                }
            }
            case NOTHING -> nobody(last, attempted, "there is no such socket" + after);
            case IDLE -> nobody(last, attempted, "nobody accepts a connection there" + after);
            case UNKNOWN ->
                nobody(
                        last,
                        attempted,
                        "sshd opened no connection: nobody listens there, or its AllowStreamLocalForwarding is no"
                                + after);
        }
    }

    private void nobody(boolean last, String attempted, String problem) {
        if (last) {
            throw new NobodyListensException(transport.host(), attempted, problem);
        }
    }

    private SocketForbiddenException forbidden(String attempted) {
        return new SocketForbiddenException(
                transport.host(),
                attempted,
                "its sshd forwards no Unix sockets for this user; AllowStreamLocalForwarding in sshd_config should be yes "
                        + "or local, without DisableForwarding or a key restricted by no-port-forwarding");
    }

    private Seen look(String path) {
        String word = ShellQuote.quote(path);
        // The kernel's table has a listening socket's flags as 00010000, __SO_ACCEPTCON; a login shell may print
        // before.
        String script = "p=" + word + "; if [ ! -e \"$p\" ]; then s=NOTHING; elif [ ! -S \"$p\" ]; then s=NO_SOCKET; "
                + "elif [ ! -w \"$p\" ]; then s=NO_RIGHT; else s=IDLE; "
                + "while read -r n r u f t st i q; do if [ \"$f\" = 00010000 ] && [ \"$q\" = \"$p\" ]; then s=LISTENING; "
                + "fi; done </proc/net/unix; fi; echo; echo tplctl-sees:$s";
        try (Transport.Running command = transport.start("exec /bin/sh -c " + ShellQuote.quote(script))) {
            command.in().close();
            boolean ended = command.exit(LOOK_LIMIT).isPresent();
            String text = ended ? new String(command.out().readAllBytes(), StandardCharsets.UTF_8) : "";
            for (Seen seen : Seen.values()) {
                if (text.contains("tplctl-sees:" + seen.name() + "\n")) {
                    return seen;
                }
            }
            return Seen.UNKNOWN;
        } catch (IOException | Transport.BusyException e) {
            return Seen.UNKNOWN;
        }
    }
}
