package tplctl.machine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A character device of QEMU's that is a TCP connection, in the short syntax of {@code -serial}, {@code -monitor} and {@code -qmp}
 * (qemu(1), "-serial dev").
 *
 * @param protocol {@code tcp}, {@code telnet} or {@code websocket}
 * @param address as the user wrote it, in brackets if it is one of IPv6; empty for all of the host's
 * @param options with the commas before each of them
 */
record TcpDevice(String protocol, String address, int port, String options) {
    /** Before a device that carries the monitor too. */
    static final String MONITOR = "mon:";

    private static final Pattern SYNTAX =
            Pattern.compile("(telnet|tcp|websocket):(\\[[^],]*\\]|[^:,]*):([0-9]{1,5})((?:,.*)?)");
    private static final Pattern SERVER = Pattern.compile(",server(=(on|yes|true|y))?(,|$)");

    /** Reads a device's text; empty when it is none. */
    static Optional<TcpDevice> parse(String device) {
        Matcher m = SYNTAX.matcher(withoutMonitor(device));
        return m.matches()
                ? Optional.of(new TcpDevice(m.group(1), m.group(2), Integer.parseInt(m.group(3)), m.group(4)))
                : Optional.empty();
    }

    static String withoutMonitor(String device) {
        return device.startsWith(MONITOR) ? device.substring(MONITOR.length()) : device;
    }

    boolean listens() {
        return listens(options);
    }

    /** Whether a socket with such options waits for others to connect. */
    static boolean listens(String options) {
        return SERVER.matcher(options).find();
    }
}
