package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tplctl.login.Become;
import tplctl.login.Secret;

/**
 * Starts shells as the wanted user. Whatever a login's profile, banner or motd prints before the shell answers is dropped, and
 * shown only when it never answers.
 */
final class ShellOpening {
    private static final String ATTEMPTED = "start a shell";
    private static final Duration SLICE = Duration.ofMillis(50);
    private static final Duration EXIT = Duration.ofSeconds(1);

    private final Sessions sessions;
    private final Executor threads;
    private final String shell;
    private final Optional<Become> become;
    private final Duration limit;

    /**
     * @param shell the words that start a POSIX shell
     * @param limit for the shell's first answer, and sudo's
     */
    ShellOpening(Sessions sessions, Executor threads, String shell, Optional<Become> become, Duration limit) {
        this.sessions = sessions;
        this.threads = threads;
        this.shell = shell;
        this.become = become;
        this.limit = limit;
    }

    /**
     * A shell that waits for its script on stdin.
     *
     * @param out its stdout from here on; use it instead of the command's own
     * @param err the same of stderr
     * @param login the login user's name
     */
    record Opened(Transport.Running running, InputStream out, InputStream err, String login)
            implements Transport.Running {
        @Override
        public OutputStream in() {
            return running.in();
        }

        @Override
        public OptionalInt exit(Duration limit) {
            return running.exit(limit);
        }

        @Override
        public void close() {
            running.close();
        }
    }

    /** How far it has come, for the message when it gets no further. */
    private static final class Progress {
        final Output noise = new Output(4096, Output.Keep.LAST);
        volatile String login = "";
        volatile boolean asked;
        volatile boolean refused;
    }

    /**
     * @param check called now and then while it waits; may throw
     * @throws Transport.BusyException when the other end takes no further session
     */
    Opened open(Runnable check) {
        Transport.Running running = sessions.start("exec " + shell, check);
        boolean opened = false;
        try {
            Opened result = greet(running, check);
            opened = true;
            return result;
        } finally {
            if (!opened) {
                running.close();
            }
        }
    }

    private Opened greet(Transport.Running running, Runnable check) {
        String word = ShellText.nonce();
        MarkedStream out = new MarkedStream(running.out(), word);
        MarkedStream err = new MarkedStream(running.err(), word);
        Progress progress = new Progress();
        CompletableFuture<Boolean> outGreets = started(() -> awaitOut(out, progress));
        CompletableFuture<Boolean> errGreets = started(() -> awaitErr(running, err, progress));
        running.tell(become.map(other -> ShellText.become(word, shell, other)).orElseGet(() -> ShellText.hello(word)));
        CompletableFuture<Boolean> both =
                outGreets.thenCombine(errGreets, (outAnswers, errAnswers) -> outAnswers && errAnswers);
        boolean answers = await(both, check, progress);
        // The shell that sudo's greeting becomes will say once more what the one before it said.
        if (answers && become.isPresent() && !progress.noise.text().isEmpty()) {
            answers = await(greetedAgain(running, out, err, word, progress), check, progress);
        }
        if (answers) {
            return new Opened(running, out.rest(), err.rest(), progress.login);
        }
        throw failed(running, progress);
    }

    private CompletableFuture<Boolean> greetedAgain(
            Transport.Running running, MarkedStream out, MarkedStream err, String word, Progress progress) {
        CompletableFuture<Boolean> outGreets = started(() -> awaitOut(out, progress));
        CompletableFuture<Boolean> errGreets = started(() -> awaitErr(running, err, progress));
        running.tell(ShellText.again(word));
        return outGreets.thenCombine(errGreets, (outAnswers, errAnswers) -> outAnswers && errAnswers);
    }

    /** A step that reads: whether it met the greeting. */
    @FunctionalInterface
    private interface Reading {
        boolean read() throws IOException;
    }

    private CompletableFuture<Boolean> started(Reading reading) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                done.complete(reading.read());
            } catch (IOException e) {
                done.complete(false);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private static boolean awaitOut(MarkedStream out, Progress progress) throws IOException {
        while (true) {
            Optional<String> mark = out.next(progress.noise::add);
            if (mark.isEmpty() || mark.get().equals("H")) {
                return mark.isPresent();
            }
            progress.login = mark.get().replaceFirst("^U ", "");
        }
    }

    private boolean awaitErr(Transport.Running running, MarkedStream err, Progress progress) throws IOException {
        while (true) {
            Optional<String> mark = err.next(progress.noise::add);
            if (mark.isEmpty() || mark.get().equals("H")) {
                return mark.isPresent();
            }
            Optional<Secret> password = become.flatMap(Become::password);
            if (progress.asked || password.isEmpty()) {
                progress.refused = true;
                running.close();
                return false;
            }
            progress.asked = true;
            running.tell(password.get().text() + "\n");
        }
    }

    private boolean await(CompletableFuture<Boolean> both, Runnable check, Progress progress) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            check.run();
            if (progress.refused) {
                return false;
            }
            try {
                return both.get(SLICE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw new HostTimeoutException(sessions.host(), ATTEMPTED, silent(progress));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HostInterruptedException(sessions.host(), ATTEMPTED, "interrupted");
            } catch (ExecutionException e) {
                throw new HostException(sessions.host(), ATTEMPTED, String.valueOf(e.getMessage()), e);
            }
        }
    }

    private String silent(Progress progress) {
        String seconds = ScriptEnding.seconds(limit);
        String printed = HostException.lastLines(progress.noise.text());
        if (become.isPresent() && !progress.login.isEmpty()) {
            return "sudo does not answer for the login user " + progress.login + " within " + seconds
                    + (progress.asked ? " after it was given the password" : "")
                    + "; see whether it does in a shell there" + printed;
        }
        return "the login shell does not answer within " + seconds
                + "; its start-up files may not let it get to \"exec " + shell + "\""
                + (printed.isEmpty() ? "" : ". It printed:" + printed);
    }

    private RuntimeException failed(Transport.Running running, Progress progress) {
        if (progress.refused) {
            return new HostException(sessions.host(), ATTEMPTED, BecomeFailure.wrongPassword(progress.login));
        }
        OptionalInt exit = running.exit(EXIT);
        if (!sessions.connected()) {
            return sessions.lost("start a shell");
        }
        String words = progress.noise.text();
        if (become.isPresent() && !progress.login.isEmpty()) {
            return new HostException(
                    sessions.host(), ATTEMPTED, BecomeFailure.explain(progress.login, become.get(), exit, words));
        }
        return new HostException(
                sessions.host(),
                ATTEMPTED,
                "the login shell ended" + (exit.isPresent() ? " with exit " + exit.getAsInt() : "")
                        + " instead of starting \"" + shell + "\"; it must be able to run commands"
                        + HostException.lastLines(words));
    }
}
