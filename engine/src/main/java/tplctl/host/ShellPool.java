package tplctl.host;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * The shells of one user on one host: opened when they are needed, at most eight at once, used again when they are idle. sshd
 * allows ten sessions over a connection unless told otherwise (MaxSessions in sshd_config(5)); the other two are for the lock
 * and for one stream.
 */
final class ShellPool implements PersistentShell.Listener {
    static final int MOST = 8;

    /** How long something may hold the streams of a script that ended before its shell is given up. */
    private static final Duration SETTLING = Duration.ofMillis(250);

    private static final long SLICE_MILLIS = 100;
    private static final int ATTEMPTS = 3;

    private final Sessions sessions;
    private final ShellOpening opening;
    private final String shell;
    private final Executor threads;
    private final Interrupts interrupts;
    private final Set<PersistentShell> all = new HashSet<>();
    private final Deque<PersistentShell> idle = new ArrayDeque<>();
    private final Map<PersistentShell, Long> settling = new LinkedHashMap<>();
    private int beingOpened;
    private int most = MOST;
    private long news;
    private boolean everOpened;
    private boolean closed;
    private Optional<HostException> hopeless = Optional.empty();

    /** @param shell the words that start the shells of scripts */
    ShellPool(Sessions sessions, ShellOpening opening, String shell, Executor threads, Interrupts interrupts) {
        this.sessions = sessions;
        this.opening = opening;
        this.shell = shell;
        this.threads = threads;
        this.interrupts = interrupts;
        sessions.add(this::giveUpOne);
    }

    ScriptRun run(Script script, String framed, Duration limit) {
        return run(script, framed, limit, Output.stdout());
    }

    ScriptRun run(Script script, String framed, Duration limit, Output stdout) {
        for (int i = 0; i < ATTEMPTS; i++) {
            PersistentShell taken = take(script.shown());
            try {
                return taken.run(script, framed, limit, stdout);
            } catch (PersistentShell.NotBegunException e) {
                lost(taken);
            } finally {
                returned(taken);
            }
        }
        throw new HostException(
                sessions.host(), script.shown(), "something on the host ends every shell before it runs a script");
    }

    /** The login user's name; opens a shell when there is none. */
    String login() {
        PersistentShell taken = take("start a shell");
        idle(taken);
        return taken.login();
    }

    /** Ends all that runs, and returns when that is done. */
    void interrupt() {
        List<PersistentShell> found;
        synchronized (this) {
            found = List.copyOf(all);
            tell();
        }
        found.stream()
                .map(PersistentShell::interrupt)
                .flatMap(Optional::stream)
                .toList()
                .forEach(PersistentShell::awaitEnded);
    }

    void close() {
        List<PersistentShell> found;
        synchronized (this) {
            closed = true;
            found = List.copyOf(all);
        }
        found.forEach(PersistentShell::close);
    }

    @Override
    public synchronized void idle(PersistentShell each) {
        settling.remove(each);
        if (all.contains(each) && !idle.contains(each)) {
            idle.addLast(each);
        }
        tell();
    }

    @Override
    public synchronized void lost(PersistentShell each) {
        all.remove(each);
        idle.remove(each);
        settling.remove(each);
        tell();
    }

    private synchronized void returned(PersistentShell each) {
        if (all.contains(each) && each.settling()) {
            settling.put(each, System.nanoTime());
        }
    }

    private PersistentShell take(String attempted) {
        Runnable check = interrupts.since(attempted);
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw new HostInterruptedException(sessions.host(), attempted, "interrupted before it began");
            }
            check.run();
            closeStuck();
            synchronized (this) {
                if (closed || !sessions.connected()) {
                    throw sessions.lost(attempted);
                }
                if (hopeless.isPresent()) {
                    throw hopeless.get();
                }
                if (!idle.isEmpty()) {
                    return idle.removeLast();
                }
                if (!mayOpen()) {
                    waitForNews(attempted);
                    continue;
                }
                beingOpened++;
            }
            Optional<PersistentShell> opened = open(check);
            if (opened.isPresent()) {
                return opened.get();
            }
        }
    }

    private void closeStuck() {
        List<PersistentShell> stuck;
        synchronized (this) {
            long now = System.nanoTime();
            stuck = settling.entrySet().stream()
                    .filter(each -> now - each.getValue() > SETTLING.toNanos())
                    .map(Map.Entry::getKey)
                    .toList();
        }
        stuck.forEach(PersistentShell::close);
    }

    private boolean mayOpen() {
        // One alone at first: many wrong passwords at once could lock the account.
        return settling.isEmpty() && all.size() + beingOpened < (everOpened ? most : 1);
    }

    private synchronized void waitForNews(String attempted) {
        long deadline = System.nanoTime() + SLICE_MILLIS * 1_000_000;
        long seen = news;
        try {
            for (long left = SLICE_MILLIS;
                    left > 0 && seen == news;
                    left = (deadline - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostInterruptedException(sessions.host(), attempted, "interrupted before it began");
        }
    }

    private synchronized void tell() {
        news++;
        notifyAll();
    }

    /** Empty when the other end takes no more shells, so that one that there is must do. */
    private Optional<PersistentShell> open(Runnable check) {
        Optional<PersistentShell> opened = Optional.empty();
        try {
            opened = Optional.of(new PersistentShell(sessions, opening.open(check), shell, threads, this));
            return opened;
        } catch (Transport.BusyException e) {
            synchronized (this) {
                if (all.isEmpty()) {
                    throw new HostException(
                            sessions.host(),
                            "start a shell",
                            "the other end takes no further session; raise MaxSessions in its sshd_config",
                            e);
                }
                most = Math.max(1, all.size());
            }
            return opened;
        } catch (HostException e) {
            synchronized (this) {
                // A refusal stays one: to ask again and again could lock the account.
                if (!everOpened && e.getClass() == HostException.class) {
                    hopeless = Optional.of(e);
                }
            }
            throw e;
        } finally {
            synchronized (this) {
                beingOpened--;
                opened.filter(each -> !each.lost()).ifPresent(all::add);
                everOpened |= opened.isPresent();
                tell();
            }
        }
    }

    private boolean giveUpOne() {
        Optional<PersistentShell> given;
        synchronized (this) {
            given = Stream.concat(idle.stream(), settling.keySet().stream()).findFirst();
            given.ifPresent(idle::remove);
        }
        given.ifPresent(PersistentShell::close);
        return given.isPresent();
    }
}
