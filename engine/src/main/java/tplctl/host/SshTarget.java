package tplctl.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tplctl.login.Secret;

/**
 * One server to log in to, everything decided.
 *
 * @param label what messages call it: the inventory's name
 * @param hostName what is connected to
 * @param keyName what it is looked up by in known_hosts: HostKeyAlias, else the name with the port if that is not 22
 * @param jumps the servers on the way, the one that is reached directly first, by their names, {@code user@host:port}
 * @param identities private key files
 * @param explicit whether {@code identities} were asked for rather than OpenSSH's default
 * @param agent where ssh-agent listens
 * @param knownHosts first of them is where accept-new adds
 */
record SshTarget(
        String label,
        String hostName,
        int port,
        String user,
        Optional<Secret> password,
        String keyName,
        boolean aliased,
        List<String> jumps,
        List<Path> identities,
        boolean explicit,
        boolean identitiesOnly,
        Optional<Path> agent,
        List<Path> knownHosts,
        List<Path> globalKnownHosts,
        boolean acceptNew,
        Duration connectTimeout,
        Duration aliveInterval,
        int aliveCount,
        int retries,
        Optional<String> config) {
    static final int DEFAULT_PORT = 22;

    SshTarget {
        jumps = List.copyOf(jumps);
        identities = List.copyOf(identities);
        knownHosts = List.copyOf(knownHosts);
        globalKnownHosts = List.copyOf(globalKnownHosts);
    }

    /** As in {@code root@10.0.0.1 port 22}. */
    String place() {
        return user + "@" + hostName + " port " + port;
    }

    /** As in known_hosts and {@code ssh-keygen -R}, for a name or address. */
    static String keyName(String hostName, int port) {
        return port == DEFAULT_PORT ? hostName : "[" + hostName + "]:" + port;
    }
}
