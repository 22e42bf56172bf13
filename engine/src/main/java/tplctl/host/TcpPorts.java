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
