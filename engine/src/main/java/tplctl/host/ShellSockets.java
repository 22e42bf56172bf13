package tplctl.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Connections to a host's Unix sockets as another user: through a program there that joins a socket with its own streams. */
final class ShellSockets {
    private static final List<String> REFUSALS = List.of("Connection refused", "Resource temporarily unavailable");
    private static final String NEEDED =
            "only the user that tplctl becomes there may connect, and that needs socat or OpenBSD's nc on the host";
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
            case $? in
            0) exit 0 ;;
            "$tplctl_nobody") tplctl_mark X ;;
            *) tplctl_mark F ;;
            esac
            continue
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
    private volatile boolean bridged;

    ShellSockets(String host, ShellOpening opening, Optional<Bridge> bridge, Executor threads) {
        this.host = host;
        this.opening = opening;
        this.bridge = bridge;
        this.threads = threads;
    }

    /** A connection that is wanted; {@code check} is called now and then, and may throw. */
    private record Wish(String path, Duration patience, Runnable check) {
        String attempted() {
            return "connect to " + path;
        }
    }

    /** @param on this host, acted on as the user that is to connect */
    Duplex open(Host on, String path, Duration patience, Runnable check) {
        Wish wish = new Wish(path, patience, check);
        UnixSockets.refuseLong(host, path, wish.attempted());
        // Only the host knows whether it has a program of its own. Its shell is gone before the bridge is brought,
        // because
        // sessions are few.
        Optional<Duplex> own = bridged ? Optional.empty() : inShell(wish, "");
        return own.or(() -> inShell(wish, bridge(on, wish))).orElseThrow();
    }

    // One at a time, so that an interruption is noticed by those who wait for the first.
    private synchronized String bridge(Host on, Wish wish) {
        wish.check().run();
        Bridge program = bridge.orElseThrow(
                () -> new HostException(host, wish.attempted(), NEEDED + "; install one, or log in as that user"));
        try {
            String words = program.command(on, wish.path());
            bridged = true;
            return words;
        } catch (HostUnreachableException | HostTimeoutException | HostInterruptedException e) {
            throw e;
        } catch (HostException e) {
            throw new HostException(
                    host,
                    wish.attempted(),
                    NEEDED + "; neither is there, and a program for it could not be brought: " + e.getMessage(),
                    e);
        }
    }

    /** Empty when the host has no program for it and no words for one are given. */
    private Optional<Duplex> inShell(Wish wish, String words) {
        ShellOpening.Opened shell;
        try {
            shell = opening.open(wish.check());
        } catch (Transport.BusyException e) {
            throw new HostException(
                    host,
                    wish.attempted(),
                    "the other end takes no further session, and such a connection needs one; raise MaxSessions in its"
                            + " sshd_config, or log in as root",
                    e);
        }
        boolean connected = false;
        try {
            Optional<Duplex> duplex = connect(shell, wish, words);
            connected = duplex.isPresent();
            return duplex;
        } catch (IOException e) {
            throw new HostException(host, wish.attempted(), "the shell for it ended", e);
        } finally {
            if (!connected) {
                shell.close();
            }
        }
    }

    private Optional<Duplex> connect(ShellOpening.Opened shell, Wish wish, String words) throws IOException {
        String attempted = wish.attempted();
        String word = ShellText.nonce();
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        Said said = new Said();
        threads.execute(() -> listen(shell, word, said, events));
        shell.tell("{ :\n" + ScriptFrame.set("tplctl_word", word) + ScriptFrame.set("tplctl_path", wish.path())
                + ScriptFrame.set("tplctl_escaped", escape(wish.path()))
                + ScriptFrame.set("tplctl_bridge", words)
                + ScriptFrame.set("tplctl_nobody", Integer.toString(Bridge.NOBODY_LISTENS))
                + ATTEMPTS + "}\n");
        // Shells read ahead: what it is to read itself must come after it has said that it runs.
        if (!await(events, wish).equals("G")) {
            throw new HostException(host, attempted, "the shell for it ended" + lastLines(said));
        }
        long start = System.nanoTime();
        while (true) {
            said.words = attemptsWords();
            shell.tell(word + "\n");
            String problem;
            String event = await(events, wish);
            switch (event) {
                case "C" -> {
                    return Optional.of(new StreamDuplex(shell, shell.out(), threads));
                }
                case "T" -> {
                    return Optional.empty();
                }
                case "M" -> problem = "there is no such socket";
                case "X" -> problem = refusal(attempted, said.words.text());
                case "N" -> throw new HostException(host, attempted, "it is not a socket");
                case "F" -> throw new HostException(host, attempted, "it cannot be reached" + lastLines(said));
                default -> throw new HostException(host, attempted, "the shell for it ended" + lastLines(said));
            }
            if (System.nanoTime() - start >= wish.patience().toNanos()) {
                throw new NobodyListensException(host, attempted, problem + after(wish.patience()));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static String after(Duration patience) {
        return patience.isZero() ? "" : " after " + patience.toMillis() + " ms";
    }

    private String refusal(String attempted, String said) {
        if (said.contains("Permission denied")) {
            throw new HostException(host, attempted, "permission denied");
        }
        String why = "it ended at once";
        for (String each : REFUSALS) {
            why = said.contains(each) ? each : why;
        }
        return "nobody accepts a connection there (" + why + ")";
    }

    private String await(BlockingQueue<String> events, Wish wish) {
        long deadline = System.nanoTime() + ANSWER.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                wish.check().run();
                String event = events.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(host, wish.attempted(), "interrupted");
        }
        throw new HostTimeoutException(host, wish.attempted(), "no answer within " + ANSWER.toSeconds() + " s");
    }

    /** What the program said of the attempt that is under way. */
    private static final class Said {
        private volatile Output words = attemptsWords();
    }

    private static Output attemptsWords() {
        return new Output(16 << 10, Output.Keep.FIRST);
    }

    private static String lastLines(Said said) {
        return HostException.lastLines(said.words.text());
    }

    private static void listen(ShellOpening.Opened shell, String word, Said said, BlockingQueue<String> events) {
        MarkedStream err = new MarkedStream(shell.err(), word);
        boolean[] connected = {false};
        try {
            while (true) {
                Optional<String> mark = err.next((bytes, offset, length) -> {
                    said.words.add(bytes, offset, length);
                    if (!connected[0] && isConnected(said.words.text())) {
                        connected[0] = true;
                        events.add("C");
                    }
                });
                if (mark.isEmpty()) {
                    break;
                }
                if (connected[0]) {
                    // The connection broke; the loop waits for a word that it will not get.
                    shell.close();
                    break;
                }
                connected[0] = mark.get().equals("C");
                events.add(mark.get());
            }
        } catch (IOException e) {
            // Closed, by us or by the other end.
        }
        events.add("end of stream");
    }

    private static boolean isConnected(String said) {
        // The end of the last line may be held back, as the beginning of a mark.
        return said.contains("starting data transfer loop") || said.lines().anyMatch("connected"::equals);
    }

    /** For socat, which gives a meaning to some characters of an address, but not after a backslash. */
    private static String escape(String path) {
        return path.replaceAll("[^A-Za-z0-9/._\\-\\x{80}-\\x{10ffff}]", "\\\\$0");
    }
}
