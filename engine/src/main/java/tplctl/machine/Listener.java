package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tplctl.diag.Position;
import tplctl.kind.Decoding;
import tplctl.kind.Sh;

/**
 * A TCP port that a machine's console listens on.
 *
 * @param address as the user wrote it; empty for all of the host's
 */
public record Listener(String address, int port) {
    private static final Pattern IPV4 = Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})");
    private static final Set<String> ALL = Set.of("", "0.0.0.0", "[::]");
    private static final String LOCALHOST = "localhost";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ANY_IPV4 = "0{8}";
    private static final String ANY_IPV6 = "0{32}";

    /** Those of a machine's serial console, monitor and QMP server. */
    public static List<Listener> of(Machine machine) {
        return Stream.of(machine.serial(), machine.monitor(), machine.qmp())
                .flatMap(console -> console.flatMap(Listener::parse).stream())
                .toList();
    }

    /** Reads a console's text; empty when it listens on no TCP port. */
    public static Optional<Listener> parse(String console) {
        return TcpDevice.parse(console).filter(TcpDevice::listens).map(tcp -> new Listener(tcp.address(), tcp.port()));
    }

    /** A resource that is to listen there has the port for itself, as far as it is on the same address. */
    public void occupy(Position at, Decoding to) {
        to.occupies(toString(), extent(), at, "another port");
    }

    // Without an address, QEMU listens on what it gets of IPv4 and IPv6: beside another, on less than was asked for.
    private Decoding.Extent extent() {
        boolean all = ALL.contains(address);
        return new Decoding.Extent("TCP port " + port, all ? "" : address.equals(LOCALHOST) ? LOOPBACK : address);
    }

    /**
     * Prints {@code taken ADDRESS:PORT} for each of them that something listens on already, and {@code held by NAME} after it where
     * that is a VM of tplctl's.
     */
    public static Sh look(List<Listener> wanted) {
        List<Sh> lines = new ArrayList<>();
        for (Listener each : wanted) {
            lines.add(Sh.of("""
                    if found=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -E {}); then
                      set -- $found
                      held=
                      for file in {}/vms/*/pid; do
                        { read -r pid rest < "$file"; } 2>/dev/null || continue
                        ls -l "/proc/$pid/fd" 2>/dev/null | grep -qF "socket:[${10}]" || continue
                        file=${file%/pid}
                        held=" held by ${file##*/}"
                      done
                      printf 'taken %s%s\\n' {} "$held"
                    fi""", each.listening(), Layout.RUN, each));
        }
        return Sh.lines(lines);
    }

    /** A line of {@code /proc/net/tcp} or {@code tcp6} of whoever keeps it from being bound: proc(5), 0A is TCP_LISTEN. */
    String listening() {
        Matcher m = IPV4.matcher(address.equals(LOCALHOST) ? LOOPBACK : address);
        String local = "[0-9A-F]+";
        if (m.matches() && !m.group().equals("0.0.0.0")) {
            StringBuilder reversed = new StringBuilder();
            for (int part = 4; part >= 1; part--) {
                reversed.append(String.format(Locale.ROOT, "%02X", Integer.parseInt(m.group(part)) & 0xff));
            }
            // Both the address itself and all; and what IPv6 sockets call the two.
            local = "(" + reversed + "|" + ANY_IPV4 + "|0{16}FFFF0000" + reversed + "|" + ANY_IPV6 + ")";
        }
        return "^ *[0-9]+: " + local + ":" + String.format(Locale.ROOT, "%04X", port) + " [0-9A-F]+:[0-9A-F]+ 0A ";
    }

    /** For users: {@code 127.0.0.1:7000}, or {@code port 7000}. */
    @Override
    public String toString() {
        return address.isEmpty() ? "port " + port : address + ":" + port;
    }
}
