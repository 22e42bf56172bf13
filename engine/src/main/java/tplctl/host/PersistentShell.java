package tplctl.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** A shell on a host that runs one script after another. While one runs it can still be told to end it. */
final class PersistentShell {
    private static final int SMALLEST_PIPE = 4096;
    private static final Duration ENDING = Duration.ofSeconds(10);
    private static final Duration EXIT = Duration.ofSeconds(1);

    /** Is told of changes by the shell's own threads. */
    interface Listener {
        /** Nothing of the last script can disturb the next one. */
        void idle(PersistentShell shell);

        /** It runs nothing any more. */
        void lost(PersistentShell shell);
    }

    /** The shell ended before it took the script, of which therefore nothing ran. */
    static final class NotBegunException extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final Sessions sessions;
    private final ShellOpening.Opened opened;
    private final Executor threads;
    private final Listener listener;
    private final String word = ShellText.nonce();
    private final Object writing = new Object();
    private volatile Optional<ScriptRun> current = Optional.empty();
    private final Map<Long, ScriptRun> beingEnded = new ConcurrentHashMap<>();
    private volatile boolean lost;
    private long count;

    /** @param shell the words that start the shells of scripts */
    PersistentShell(Sessions sessions, ShellOpening.Opened opened, String shell, Executor threads, Listener listener) {
        this.sessions = sessions;
        this.opened = opened;
        this.threads = threads;
        this.listener = listener;
        send(ShellText.functions(shell));
        MarkedStream out = new MarkedStream(opened.out(), word);
        MarkedStream err = new MarkedStream(opened.err(), word);
        threads.execute(() -> pump(out, this::takeOut, this::outMark));
        threads.execute(() -> pump(err, this::takeErr, PersistentShell::errMark));
    }

    /** The login user, who may be another than the one whose shell it is. */
    String login() {
        return opened.login();
    }

    boolean lost() {
        return lost;
    }

    /** Whether its script has ended but something may still hold the script's streams. */
    boolean settling() {
        return current.map(run -> run.exit.isDone()).orElse(false);
    }

    /** Runs a framed script. Only one thread at a time may call it, and only of a shell that is idle. */
    ScriptRun run(Script script, String framed, Duration limit, Output stdout) throws NotBegunException {
        ScriptRun run = new ScriptRun(++count, stdout);
        run.whenReleased(() -> {
            current = Optional.empty();
            listener.idle(this);
        });
        current = Optional.of(run);
        String text = ShellText.script(run.number, word, framed);
        if (text.length() <= SMALLEST_PIPE) {
            send(text);
        } else {
            threads.execute(() -> send(text));
        }
        if (lost) {
            run.lost(new IOException("the shell ended"));
        }
        try {
            if (!run.await(limit)) {
                requestEnd(run, ScriptEnding.Why.TIMEOUT);
            }
        } catch (InterruptedException e) {
            requestEnd(run, ScriptEnding.Why.INTERRUPT);
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw broken(script, run);
        }
        if (run.ending().isPresent()) {
            run.awaitEnded(ENDING);
            boolean ended = run.exit.isDone();
            if (!ended) {
                close();
            }
            throw run.ending().get().exception(sessions.host(), script, limit, !ended);
        }
        if (run.pid.isCompletedExceptionally() || !run.pid.isDone()) {
            throw new HostException(
                    sessions.host(),
                    script.shown(),
                    "no shell of its own could be started with setsid; util-linux and busybox have it"
                            + HostException.lastLines(run.stderr.text()));
        }
        return run;
    }

    /** Begins to end what runs; what to wait for then. */
    Optional<ScriptRun> interrupt() {
        Optional<ScriptRun> run = current.filter(each -> !each.exit.isDone());
        run.ifPresent(each -> requestEnd(each, ScriptEnding.Why.INTERRUPT));
        return run;
    }

    /** Waits for the end of a run that {@link #interrupt} ends. */
    static void awaitEnded(ScriptRun run) {
        run.awaitEnded(ENDING);
    }

    /** Lets go of it. What a script left in the background runs on. */
    void close() {
        opened.close();
        lose();
    }

    private void requestEnd(ScriptRun run, ScriptEnding.Why why) {
        if (run.mark(why)) {
            beingEnded.put(run.number, run);
            run.whenStarted(pid -> {
                if (run.exit.isDone()) {
                    run.groupEnded.complete(true);
                } else {
                    send(ShellText.end(run.number, word, pid));
                }
            });
        }
    }

    private RuntimeException broken(Script script, ScriptRun run) throws NotBegunException {
        boolean ended = run.released.isDone() || opened.exit(EXIT).isPresent();
        close();
        if (!sessions.connected() || !ended) {
            return sessions.lost(script.shown());
        }
        if (!run.begun()) {
            throw new NotBegunException();
        }
        return new HostException(
                sessions.host(),
                script.shown(),
                "something on the host ended the shell that waited for it; what ran there may still run;"
                        + " the next run waits for it");
    }

    private void send(String text) {
        try {
            synchronized (writing) {
                opened.in().write(text.getBytes(StandardCharsets.UTF_8));
                opened.in().flush();
            }
        } catch (IOException e) {
            lose();
        }
    }

    private void lose() {
        lost = true;
        listener.lost(this);
        IOException cause = new IOException("the shell ended");
        current.ifPresent(run -> run.lost(cause));
        beingEnded.values().forEach(run -> run.lost(cause));
    }

    /** What is done with a mark. */
    @FunctionalInterface
    private interface Marked {
        void mark(ScriptRun run, String[] words);
    }

    private void pump(MarkedStream stream, MarkedStream.Sink sink, Marked marked) {
        try {
            for (Optional<String> mark = stream.next(sink); mark.isPresent(); mark = stream.next(sink)) {
                String[] words = mark.get().split(" ");
                long number = Long.parseLong(words[1]);
                if (words[0].equals("D")) {
                    Optional.ofNullable(beingEnded.remove(number)).ifPresent(run -> run.groupEnded.complete(true));
                } else {
                    current.filter(run -> run.number == number).ifPresent(run -> marked.mark(run, words));
                }
            }
        } catch (IOException e) {
            // The connection is lost, or we closed it.
        } finally {
            lose();
        }
    }

    private void takeOut(byte[] bytes, int offset, int length) {
        current.filter(run -> run.pid.isDone() && !run.exit.isDone()).ifPresent(run -> {
            if (run.take(bytes, offset, length)) {
                requestEnd(run, ScriptEnding.Why.TOO_LONG);
            }
        });
    }

    private void outMark(ScriptRun run, String[] words) {
        switch (words[0]) {
            case "B" -> run.begin();
            case "S" -> run.pid.complete(Long.parseLong(words[2]));
            case "E" -> run.exit.complete(Integer.parseInt(words[2]));
            case "R" -> {
                run.released.complete(true);
                if (!run.exit.isDone()) {
                    run.lost(new IOException("what waited for its end was ended"));
                }
            }
            default -> throw new IllegalStateException("no such mark: " + words[0]);
        }
    }

    // Nothing comes before the mark B: the last script's streams were released.
    private void takeErr(byte[] bytes, int offset, int length) {
        current.filter(run -> !run.errEnd.isDone()).ifPresent(run -> run.stderr.add(bytes, offset, length));
    }

    private static void errMark(ScriptRun run, String[] words) {
        switch (words[0]) {
            case "B" -> {}
            // What its shell said of its own accord is of interest only when it never got to the script.
            case "S" -> run.stderr.clear();
            case "E" -> run.errEnd.complete(true);
            default -> throw new IllegalStateException("no such mark: " + words[0]);
        }
    }
}
