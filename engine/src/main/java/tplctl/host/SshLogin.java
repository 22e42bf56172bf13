package tplctl.host;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import tplctl.host.SshKeys.Choice;

/** One attempt to connect and log in. */
final class SshLogin {
    /** What Java has had in all versions, fastest first; nothing needs to be tried out before it is offered. */
    private static final String EXCHANGES = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
            + "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
            + "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256";

    private static final int JAVA_WITH_MLKEM = 24;
    private static final String MLKEM = "mlkem768x25519-sha256";
    private static final String MACS =
            "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";

    private final JSch jsch;
    private final SshKeys keys;
    private final KnownHosts knownHosts;
    private final SshWatch watch;
    private final Set<Wire> underWay;
    private final Consumer<String> sink;

    /** @param underWay where wires are while nobody else could close them */
    SshLogin(
            JSch jsch, SshKeys keys, KnownHosts knownHosts, SshWatch watch, Set<Wire> underWay, Consumer<String> sink) {
        this.jsch = jsch;
        this.keys = keys;
        this.knownHosts = knownHosts;
        this.watch = watch;
        this.underWay = underWay;
        this.sink = sink;
    }

    /** @param through the server to connect by way of, if not directly */
    SshLink attempt(SshTarget target, Optional<SshLink> through) throws SshFailure {
        Wire wire;
        long start = System.nanoTime();
        try {
            wire = through.isPresent()
                    ? Wire.through(through.get(), target.hostName(), target.port())
                    : Wire.tcp(target.hostName(), target.port(), target.connectTimeout());
        } catch (IOException | JSchException e) {
            throw SshFailure.unconnected(target, e);
        }
        SshLog log = new SshLog(target.label(), target.password(), sink);
        HostKeyCheck check = new HostKeyCheck(target, knownHosts);
        Choice choice = keys.choose(target);
        SshOffers offers = new SshOffers(choice.keys());
        Deadline deadline = new Deadline(wire, target, start);
        underWay.add(wire);
        boolean done = false;
        try {
            Session session = session(target, wire, log, check, offers, choice);
            deadline.arm(0);
            session.connect(0);
            done = !deadline.passed.get();
            if (done) {
                SshLink link = new SshLink(target, session, wire, watch, log.ending());
                watch.keepAlive(link);
                return link;
            }
            throw SshFailure.timeout(target, target.connectTimeout(), new IOException("too late"));
        } catch (JSchException e) {
            throw deadline.passed.get()
                    ? SshFailure.timeout(target, target.connectTimeout(), e)
                    : SshFailure.refused(target, log, check, offers, choice, e);
        } finally {
            deadline.done();
            underWay.remove(wire);
            if (!done) {
                wire.close();
            }
        }
    }

    private Session session(
            SshTarget target, Wire wire, SshLog log, HostKeyCheck check, SshOffers offers, Choice choice)
            throws JSchException {
        Session session = jsch.getSession(target.user(), target.hostName(), target.port());
        session.setProxy(wire);
        session.setLogger(log);
        session.setUserInfo(log);
        session.setHostKeyRepository(check);
        session.setIdentityRepository(offers);
        session.setDaemonThread(true);
        target.password().ifPresent(p -> session.setPassword(p.text().getBytes(StandardCharsets.UTF_8)));
        Properties config = new Properties();
        config.setProperty("StrictHostKeyChecking", "yes");
        config.setProperty("prefer_known_host_key_types", "no");
        config.setProperty("server_host_key", check.algorithms());
        config.setProperty("kex", Runtime.version().feature() >= JAVA_WITH_MLKEM ? EXCHANGES + "," + MLKEM : EXCHANGES);
        config.setProperty("mac.c2s", MACS);
        config.setProperty("mac.s2c", MACS);
        for (String probe : new String[] {"CheckCiphers", "CheckMacs", "CheckKexes", "CheckSignatures"}) {
            config.setProperty(probe, "");
        }
        config.setProperty(
                "PreferredAuthentications",
                target.password().isPresent() ? "publickey,password,keyboard-interactive" : "publickey");
        // sshd takes 5 ms and more over a key that it is only asked about; a single one may be used at once.
        boolean single = choice.keys().size() == 1 && !choice.keys().get(0).guarded();
        config.setProperty("enable_pubkey_auth_query", single ? "no" : "yes");
        config.setProperty("MaxAuthTries", "100");
        session.setConfig(config);
        return session;
    }

    /** Closes a wire when a login takes too long, not counting the time that the user takes for a passphrase. */
    private final class Deadline {
        private final Wire wire;
        private final SshTarget target;
        private final long start;
        private final long askedBefore = keys.asked();
        private final AtomicBoolean passed = new AtomicBoolean();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile SshWatch.Timer timer = () -> {};

        Deadline(Wire wire, SshTarget target, long start) {
            this.wire = wire;
            this.target = target;
            this.start = start;
        }

        void arm(long extra) {
            long left = target.connectTimeout().toNanos() + extra - (System.nanoTime() - start);
            timer = watch.after(Math.max(0, left), TimeUnit.NANOSECONDS, () -> {
                long asked = keys.asked() - askedBefore;
                if (over.get()) {
                    return;
                }
                if (asked > extra) {
                    arm(asked);
                } else {
                    passed.set(true);
                    wire.close();
                }
            });
        }

        void done() {
            over.set(true);
            timer.close();
        }
    }

    /** The same server, whatever it is called, has the same limits. */
    static String server(SshTarget target, Optional<SshLink> through) {
        return through.map(link -> link.target().place() + " > ").orElse("")
                + target.hostName().toLowerCase(Locale.ROOT) + " " + target.port();
    }
}
