package tplctl.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * This machine, its commands started as sshd starts them: by {@code /bin/sh -c}, away from any terminal, so that sudo neither
 * asks at one nor changes it, and Ctrl-C does not reach them.
 */
final class ProcessTransport implements Transport {
    private final String host;
    private final UnixSockets sockets;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ProcessTransport(String host) {
        this.host = host;
        this.sockets = new UnixSockets(host);
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public Running start(String command) {
        if (closed) {
            throw new HostUnreachableException(host, ending(), new IllegalStateException("closed"));
        }
        try {
            Process process = new ProcessBuilder(List.of("setsid", "/bin/sh", "-c", command)).start();
            running.add(process);
            var unused = process.onExit().thenRun(() -> running.remove(process));
            return new ProcessRunning(process);
        } catch (IOException e) {
            throw new HostException(host, "start a shell", "cannot start setsid /bin/sh: both must be there", e);
        }
    }

    @Override
    public Duplex openUnix(String socketPath, Duration patience) {
        return sockets.open(socketPath, patience, "connect to " + socketPath, () -> {}, UnixSockets::plain);
    }

    @Override
    public Duplex openTcp(String address, int port, Duration limit) {
        return TcpPorts.open(host, address, port, limit);
    }

    @Override
    public boolean connected() {
        return !closed;
    }

    @Override
    public String ending() {
        return closed ? "the connection was closed" : "";
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(Process::destroy);
    }
}
