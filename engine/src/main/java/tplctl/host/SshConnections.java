package tplctl.host;

import com.jcraft.jsch.JSch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tplctl.login.Login;

/**
 * The SSH connections of a run and what they share: the configuration, known hosts and keys, each read once, and jump hosts, each
 * logged in to once. Closing it ends them all. Any number of threads may call it.
 *
 * <p>Follows the user's ssh_config(5), known_hosts and ssh-agent. A host key that is not known is refused, or added where
 * StrictHostKeyChecking is {@code accept-new}; one that has changed is always refused.
 */
public final class SshConnections implements AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final int LEAST_HANDSHAKES = 8;
    private static final int MOST_HANDSHAKES = 32;

    private final SshTargets targets;
    private final SshLogin login;
    private final Handshakes handshakes = new Handshakes(Math.max(
            LEAST_HANDSHAKES, Math.min(MOST_HANDSHAKES, 4 * Runtime.getRuntime().availableProcessors())));
    private final SshWatch watch = new SshWatch();
    private final Map<String, CompletableFuture<SshLink>> jumps = new ConcurrentHashMap<>();
    private final Set<SshLink> links = ConcurrentHashMap.newKeySet();
    private final Set<Wire> underWay = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param passphrases asked when a server takes a key that is locked
     * @param log told what the SSH library does, and which settings are left out; it hears no secrets
     */
    public SshConnections(Passphrases passphrases, Consumer<String> log) {
        this(Path.of(System.getProperty("user.home", "/")), System.getenv(), passphrases, log);
    }

    SshConnections(Path home, Map<String, String> environment, Passphrases passphrases, Consumer<String> log) {
        JSch jsch = new JSch();
        this.targets = new SshTargets(home, environment, log);
        this.login = new SshLogin(jsch, new SshKeys(jsch, passphrases), new KnownHosts(), watch, underWay, log);
    }

    /**
     * Logs in to a host, by way of its jump hosts if it has any.
     *
     * @throws HostUnreachableException with what is wrong and what would be right
     */
    SshTransport connect(Login to) {
        SshTarget target = targets.of(to);
        return new SshTransport(target.label(), link(target, through(target)), this::forget);
    }

    private Optional<SshLink> through(SshTarget target) {
        Optional<SshLink> last = Optional.empty();
        String way = "";
        for (SshTarget jump : way(target, target, Set.of(target.place()))) {
            way = way + " " + jump.place();
            Optional<SshLink> before = last;
            // Each is waited for by those after it only, so that nobody waits for himself.
            last = Optional.of(shared(target, jump, way, () -> link(jump, before)));
        }
        return last;
    }

    /** All jump hosts in order: the first one named may have some of its own, the others are reached through the one before. */
    private List<SshTarget> way(SshTarget target, SshTarget to, Set<String> seen) {
        List<SshTarget> way = new ArrayList<>();
        for (String place : to.jumps()) {
            SshTarget jump = targets.jump(to, place);
            if (way.isEmpty()) {
                if (seen.contains(jump.place())) {
                    throw new HostUnreachableException(
                            target.label(),
                            "ProxyJump leads back to where it came from, by way of " + place
                                    + "; exempt jump hosts from it, as in `Host * !" + place + "`");
                }
                Set<String> more = new HashSet<>(seen);
                more.add(jump.place());
                way.addAll(way(target, jump, more));
            }
            way.add(jump);
        }
        return way;
    }

    /** The link to a jump host, which whoever needs it first makes. */
    private SshLink shared(SshTarget target, SshTarget jump, String way, Supplier<SshLink> make) {
        while (true) {
            CompletableFuture<SshLink> mine = new CompletableFuture<>();
            CompletableFuture<SshLink> there = jumps.putIfAbsent(way, mine);
            try {
                if (there != null) {
                    SshLink link = there.join();
                    if (link.connected()) {
                        return link;
                    }
                    jumps.remove(way, there);
                    continue;
                }
                SshLink link = make.get();
                mine.complete(link);
                return link;
            } catch (HostUnreachableException e) {
                jumps.remove(way, mine);
                mine.completeExceptionally(e);
                throw unreachable(target, jump, e);
            } catch (CompletionException e) {
                if (e.getCause() instanceof HostUnreachableException cause) {
                    throw unreachable(target, jump, cause);
                }
                throw e;
            } finally {
                // Whatever else went wrong, nobody waits for it.
                if (there == null && !mine.isDone()) {
                    jumps.remove(way, mine);
                    mine.cancel(false);
                }
            }
        }
    }

    private static HostUnreachableException unreachable(SshTarget target, SshTarget jump, HostUnreachableException e) {
        return new HostUnreachableException(
                target.label(), "its jump host " + jump.label() + " cannot be reached: " + e.problem(), e);
    }

    private SshLink link(SshTarget target, Optional<SshLink> through) {
        String server = SshLogin.server(target, through);
        for (int attempt = 0; ; attempt++) {
            if (closed.getCount() == 0) {
                throw new HostUnreachableException(target.label(), "the connections were closed");
            }
            try {
                SshLink link = permitted(server, target, through);
                links.add(link);
                if (closed.getCount() == 0) {
                    forget(link);
                    link.close();
                    continue;
                }
                return link;
            } catch (SshFailure e) {
                if (e.outlook() == SshFailure.Outlook.DROPPED) {
                    handshakes.dropped(server);
                }
                if (e.outlook() == SshFailure.Outlook.STAYS || attempt >= target.retries()) {
                    throw new HostUnreachableException(
                            target.label(), e.words() + (attempt > 0 ? " (" + (attempt + 1) + " attempts)" : ""), e);
                }
            } catch (InterruptedException e) {
                throw interrupted(target);
            }
            pause(target, attempt);
        }
    }

    private SshLink permitted(String server, SshTarget target, Optional<SshLink> through)
            throws InterruptedException, SshFailure {
        Handshakes.Permit permit = handshakes.enter(server);
        try {
            return login.attempt(target, through);
        } finally {
            permit.close();
        }
    }

    /** Longer each time, and not the same for all who were turned away at once. */
    private void pause(SshTarget target, int attempt) {
        long most = FIRST_PAUSE_MILLIS << Math.min(attempt, 6);
        try {
            boolean unused =
                    closed.await(ThreadLocalRandom.current().nextLong(most / 2, most * 2), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(target);
        }
    }

    private static HostInterruptedException interrupted(SshTarget target) {
        Thread.currentThread().interrupt();
        return new HostInterruptedException(target.label(), "connect to " + target.place(), "interrupted");
    }

    private void forget(SshLink link) {
        links.remove(link);
    }

    @Override
    public void close() {
        closed.countDown();
        underWay.forEach(Wire::close);
        // Whoever is reached through a jump host says goodbye before the jump host goes.
        links.stream().filter(link -> !link.target().jumps().isEmpty()).forEach(SshLink::close);
        links.forEach(SshLink::close);
        watch.close();
    }
}
