package tplctl.host;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;

/** Connections to TCP ports from this machine. */
final class TcpPorts {
    private TcpPorts() {}

    static String attempted(String address, int port) {
        return "connect to " + address + ":" + port;
    }

    /** What an SSH server makes of the attempt that opened no channel, by its reason. */
    static HostException refused(String host, String attempted, SshLink.RefusedException e) {
        return switch (e.reason()) {
            case SshLink.RefusedException.PROHIBITED ->
                new SocketForbiddenException(
                        host,
                        attempted,
                        "its sshd forwards no TCP ports for this user; AllowTcpForwarding in sshd_config should be yes or"
                                + " local, without DisableForwarding or a key restricted by no-port-forwarding");
            case SshLink.RefusedException.CONNECT_FAILED ->
                new NobodyListensException(host, attempted, "nobody accepts a connection there");
            case SshLink.RefusedException.UNKNOWN_TYPE ->
                new SocketForbiddenException(
                        host, attempted, "its SSH server does not know how to forward TCP ports (" + e.named() + ")");
            default -> new HostException(host, attempted, "its SSH server opened no channel: " + e.named());
        };
    }

    /** {@link Host#openTcp} where this machine is the host. */
    static Duplex open(String host, String address, int port, Duration limit) {
        try {
            Wire wire = Wire.tcp(address, port, limit);
            return new StreamPair(wire.getInputStream(), wire.getOutputStream(), wire::close);
        } catch (ConnectException e) {
            throw new NobodyListensException(host, attempted(address, port), "nobody accepts a connection there");
        } catch (IOException e) {
            throw new HostException(host, attempted(address, port), String.valueOf(e.getMessage()), e);
        }
    }
}
