package tplctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Several hosts on this machine, each with its own network, mounts, processes and host name, an sshd, {@code /etc},
 * {@code /home}, {@code /root}, {@code /mnt}, {@code /run/tplctl} and {@code /var/lib/tplctl}. Everything else is this machine's.
 * Root logs in with the keys in {@link #directory}, and so does the user {@code deploy}. Needs root.
 *
 * <p>Host i is {@code 10.128.x.(40+i)}, with x = 0 unless another lab has it. Whatever ends this JVM ends the hosts too: they run as
 * long as a pipe from it is open.
 */
public final class Lab implements AutoCloseable {
    /** The password of {@code deploy}. */
    public static final String PASSWORD = "lab password";

    private static final int FIRST_HOST = 40;
    private static final int NETWORKS = 200;
    private static final Duration NETWORK_PATIENCE = Duration.ofMinutes(3);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path directory;
    private final int network;
    private final String bridge;
    private final FileChannel claim;
    private final Process keeper;
    private final LabKeys keys;
    private final List<LabHost> hosts = Collections.synchronizedList(new ArrayList<>());

    private Lab(int network, FileChannel claim) throws IOException {
        this.network = network;
        this.claim = claim;
        this.bridge = "tl" + Long.toString(ProcessHandle.current().pid(), 36) + "x" + COUNT.incrementAndGet();
        this.directory = Files.createTempDirectory(Path.of("/tmp"), "tplctl-lab-");
        // Others than root look for their authorized_keys in here.
        Shell.run("chmod 755 " + directory);
        this.keys = new LabKeys(directory);
        this.keeper = Shell.start(
                "set -e; b=" + bridge + "; ip link add $b type bridge; ip addr add 10.128." + network + ".1/24 dev $b; "
                        + "ip link set $b up; echo ready; while read -r line; do :; done; ip link del $b; rm -rf "
                        + directory);
        Shell.await(keeper, "ready");
    }

    /** This many plain hosts. */
    public static Lab up(int count) {
        return up(Collections.nCopies(count, HostSpec.PLAIN));
    }

    public static Lab up(HostSpec... specs) {
        return up(List.of(specs));
    }

    public static Lab up(List<HostSpec> specs) {
        return up(specs, 0, NETWORKS);
    }

    /** With the addresses from 10.128.0.40 on; waits while another lab has them. */
    public static Lab atFirstAddresses(HostSpec... specs) {
        long start = System.nanoTime();
        while (true) {
            try {
                return up(List.of(specs), 0, 1);
            } catch (IllegalStateException taken) {
                if (System.nanoTime() - start > NETWORK_PATIENCE.toNanos()) {
                    throw taken;
                }
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    private static Lab up(List<HostSpec> specs, int from, int to) {
        try {
            for (int network = from; network < to; network++) {
                FileChannel claim = FileChannel.open(
                        Path.of("/tmp/tplctl-lab-network-" + network),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                if (free(network) && claimed(claim)) {
                    return up(specs, new Lab(network, claim));
                }
                claim.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("the lab's networks, 10.128." + from + ".0/24 and on, are all in use");
    }

    private static Lab up(List<HostSpec> specs, Lab lab) {
        boolean ready = false;
        try {
            for (HostSpec spec : specs) {
                int i = lab.hosts.size();
                lab.hosts.add(new LabHost(
                        lab.bridge, lab.directory, "h" + i, "10.128." + lab.network + "." + (FIRST_HOST + i), spec));
            }
            lab.hosts.forEach(LabHost::awaitReady);
            lab.writeKnownHosts();
            ready = true;
            return lab;
        } finally {
            if (!ready) {
                lab.close();
            }
        }
    }

    private static boolean free(int network) throws IOException {
        return !Shell.run("ip -o -4 addr").contains(" 10.128." + network + ".");
    }

    private static boolean claimed(FileChannel claim) throws IOException {
        try {
            FileLock lock = claim.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private void writeKnownHosts() {
        StringBuilder lines = new StringBuilder();
        hosts.forEach(host -> lines.append(host.knownHosts()));
        try {
            Files.writeString(knownHosts(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int size() {
        return hosts.size();
    }

    public LabHost host(int i) {
        return hosts.get(i);
    }

    /** Where the lab's files are; gone when it is closed. */
    public Path directory() {
        return directory;
    }

    /** All hosts' keys. */
    public Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** A private key that all hosts take, for root and for deploy; made when it is first asked for. */
    public Path key(LabKeys.Type type) {
        return keys.get(type);
    }

    /** The key that nothing is special about. */
    public Path key() {
        return key(LabKeys.Type.ED25519);
    }

    @Override
    public void close() {
        hosts.forEach(LabHost::close);
        Shell.end(keeper);
        try {
            claim.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
