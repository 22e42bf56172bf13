package tplctl.host;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Bounds the logins that are under way: in all, since they cost the processor more than they wait, and to one server, since
 * sshd drops connections beyond its MaxStartups, 10 as a rule. A server that drops one is given fewer.
 */
final class Handshakes {
    private static final int PER_SERVER = 8;

    private final Semaphore total;
    private final Map<String, Server> servers = new ConcurrentHashMap<>();

    /** Room for one login, until it is closed. */
    interface Permit {
        void close();
    }

    /** @param most at once to all servers together */
    Handshakes(int most) {
        this.total = new Semaphore(most, true);
    }

    /** Waits for room. */
    Permit enter(String server) throws InterruptedException {
        Server to = servers.computeIfAbsent(server, s -> new Server());
        to.enter();
        try {
            total.acquire();
        } catch (InterruptedException e) {
            to.leave();
            throw e;
        }
        return () -> {
            total.release();
            to.leave();
        };
    }

    /** The server dropped a connection before it said anything. */
    void dropped(String server) {
        servers.computeIfAbsent(server, s -> new Server()).halve();
    }

    /** The logins to one server. */
    private static final class Server {
        private int most = PER_SERVER;
        private int inside;

        synchronized void enter() throws InterruptedException {
            while (inside >= most) {
                wait();
            }
            inside++;
        }

        synchronized void leave() {
            inside--;
            notifyAll();
        }

        synchronized void halve() {
            most = Math.max(1, most / 2);
        }
    }
}
