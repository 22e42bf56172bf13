package tplctl.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Connections to a host's Unix sockets as another user: through a program there that joins a socket with its own streams. */
final class ShellSockets {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long SLICE_MILLIS = 50;
    private static final long PAUSE_NANOS = 10_000_000;

    // socat tells with -d -d when it is connected; nc does not, but it ends at once when it cannot connect.
    private static final String ATTEMPTS = """
            tplctl_mark() {
            printf '\\n%s %s\\n' "$tplctl_word" "$1" >&2
            }
            LC_ALL=C
            export LC_ALL
            tplctl_mark G
            while read -r tplctl_go && [ "$tplctl_go" = "$tplctl_word" ]; do
            if [ ! -e "$tplctl_path" ]; then tplctl_mark M; continue; fi
            if [ ! -S "$tplctl_path" ]; then tplctl_mark N; continue; fi
            if command -v socat >/dev/null; then
            socat -d -d - "UNIX-CONNECT:$tplctl_escaped"
            elif nc -h 2>&1 | grep -qi -e '-U.*unix' && nc -h 2>&1 | grep -qi -e '-N.*shutdown'; then
            ( sleep 0.2; tplctl_mark C ) &
            nc -N -U "$tplctl_path"
            tplctl_exit=$?
            kill $! 2>/dev/null
            (exit $tplctl_exit)
            elif [ "$tplctl_bridge" ]; then
            eval "$tplctl_bridge"
            else
            tplctl_mark T
            continue
            fi && exit 0
            tplctl_mark X
            done
            exit 0
            """;

    private final String host;
    private final ShellOpening opening;
    private final Optional<Bridge> bridge;
    private final Executor threads;

    ShellSockets(String host, ShellOpening opening, Optional<Bridge> bridge, Executor threads) {
        this.host = host;
        this.opening = opening;
        this.bridge = bridge;
        this.threads = threads;
    }

    Duplex open(String path, Duration patience, Runnable check) {
        String attempted = "connect to " + path;
        UnixSockets.refuseLong(host, path, attempted);
        ShellOpening.Opened shell;
        try {
            shell = opening.open(check);
        } catch (Transport.BusyException e) {
            throw new HostException(
                    host,
                    attempted,
                    "the other end takes no further session, and such a connection needs one; raise MaxSessions in its"
                            + " sshd_config, or log in as root",
                    e);
        }
        boolean connected = false;
        try {
            Duplex duplex = connect(shell, path, patience, attempted, check);
            connected = true;
            return duplex;
        } catch (IOException e) {
            throw new HostException(host, attempted, "the shell for it ended", e);
        } finally {
            if (!connected) {
                shell.close();
            }
        }
    }

    private Duplex connect(ShellOpening.Opened shell, String path, Duration patience, String attempted, Runnable check)
            throws IOException {
        String word = ShellText.nonce();
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        Output said = new Output(4096, Output.Keep.LAST);
        threads.execute(() -> listen(shell, word, said, events));
        shell.send("{ :\n" + ScriptFrame.set("tplctl_word", word) + ScriptFrame.set("tplctl_path", path)
                + ScriptFrame.set("tplctl_escaped", escape(path))
                + ScriptFrame.set(
                        "tplctl_bridge", bridge.map(each -> each.command(path)).orElse(""))
                + ATTEMPTS + "}\n");
        // Shells read ahead: what it is to read itself must come after it has said that it runs.
        if (!await(events, attempted, check).equals("G")) {
            throw new HostException(host, attempted, "the shell for it ended" + HostException.lastLines(said.text()));
        }
        long start = System.nanoTime();
        while (true) {
            shell.send(word + "\n");
            String problem;
            String event = await(events, attempted, check);
            switch (event) {
                case "C" -> {
                    return new StreamDuplex(shell, shell.out(), threads);
                }
                case "M" -> problem = "there is no such socket";
                case "X" -> problem = refusal(attempted, said.text());
                case "N" -> throw new HostException(host, attempted, "it is not a socket");
                case "T" ->
                    throw new HostException(
                            host,
                            attempted,
                            "only the user that tplctl becomes there may connect, and that needs socat or OpenBSD's nc"
                                    + " on the host; install one, or log in as that user");
                default ->
                    throw new HostException(
                            host, attempted, "the shell for it ended" + HostException.lastLines(said.text()));
            }
            if (System.nanoTime() - start >= patience.toNanos()) {
                throw new NobodyListensException(
                        host, attempted, problem + (patience.isZero() ? "" : " after " + patience.toMillis() + " ms"));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private String refusal(String attempted, String said) {
        if (said.contains("Permission denied")) {
            throw new HostException(host, attempted, "permission denied");
        }
        return "nobody accepts a connection there ("
                + (said.contains("refused") ? "Connection refused" : "it ended at once") + ")";
    }

    private String await(BlockingQueue<String> events, String attempted, Runnable check) {
        long deadline = System.nanoTime() + ANSWER.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                check.run();
                String event = events.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(host, attempted, "interrupted");
        }
        throw new HostTimeoutException(host, attempted, "no answer within " + ANSWER.toSeconds() + " s");
    }

    private static void listen(ShellOpening.Opened shell, String word, Output said, BlockingQueue<String> events) {
        MarkedStream err = new MarkedStream(shell.err(), word);
        Output attempt = new Output(16 << 10, Output.Keep.FIRST);
        boolean[] connected = {false};
        try {
            while (true) {
                Optional<String> mark = err.next((bytes, offset, length) -> {
                    said.add(bytes, offset, length);
                    attempt.add(bytes, offset, length);
                    if (!connected[0] && isConnected(attempt.text())) {
                        connected[0] = true;
                        events.add("C");
                    }
                });
                if (mark.isEmpty()) {
                    break;
                }
                if (mark.get().equals("X") && connected[0]) {
                    // The connection broke; the loop waits for a word that it will not get.
                    shell.close();
                    break;
                }
                connected[0] |= mark.get().equals("C");
                events.add(mark.get());
            }
        } catch (IOException e) {
            // Closed, by us or by the other end.
        }
        events.add("end of stream");
    }

    private static boolean isConnected(String said) {
        return said.contains("starting data transfer loop")
                || said.startsWith("connected\n")
                || said.contains("\nconnected\n");
    }

    /** For socat, which gives a meaning to some characters of an address, but not after a backslash. */
    private static String escape(String path) {
        return path.replaceAll("[^A-Za-z0-9/._\\-\\x{80}-\\x{10ffff}]", "\\\\$0");
    }
}
