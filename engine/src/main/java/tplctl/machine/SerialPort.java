package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first serial port of a VM that runs, which is its console.
 *
 * @param device as {@code -serial} was given it, without the log file that tplctl adds
 */
public record SerialPort(String device) {
    private static final String LOG = ",logfile=";
    private static final String ID = "console0";
    private static final Pattern PATH = Pattern.compile("(file|pipe):(.*)");
    private static final Pattern SOCKET = Pattern.compile("(tcp|telnet|websocket|unix):.*");
    private static final Set<String> BARE = Set.of("null", "pty", "msmouse", "wctablet", "braille", "testdev");
    private static final String OWN = "chardev:";

    /**
     * The options that give a machine its console, with a log where QEMU keeps one: it does of none that is {@code none},
     * {@code vc}, {@code udp}, or a {@code -chardev} of the user's own. Where {@code -serial} has no place for a log
     * file, {@code -chardev} has (QEMU, qemu_chr_parse_compat).
     */
    static List<String> options(String device, String log) {
        String plain = TcpDevice.withoutMonitor(device);
        boolean monitor = !plain.equals(device);
        Optional<Opts> backend = backend(plain);
        if (backend.isEmpty()) {
            return List.of("-serial", isKept(device) ? device + LOG + log : device);
        }
        Opts opts = backend.get();
        if (monitor) {
            opts.and("mux", "on");
        }
        List<String> options = new ArrayList<>(
                List.of("-chardev", opts.and("id", ID).and("logfile", log).toString(), "-serial", OWN + ID));
        if (monitor) {
            options.addAll(List.of("-mon", ID));
        }
        return options;
    }

    private static Optional<Opts> backend(String device) {
        Matcher path = PATH.matcher(device);
        if (BARE.contains(device)) {
            return Optional.of(Opts.of(device));
        }
        if (path.matches()) {
            return Optional.of(Opts.of(path.group(1)).and("path", path.group(2)));
        }
        return device.startsWith("/dev/") ? Optional.of(Opts.of("serial").and("path", device)) : Optional.empty();
    }

    /** Whether what a guest prints on such a device is kept, so that it can be waited for. */
    public static boolean isKept(String device) {
        String plain = TcpDevice.withoutMonitor(device);
        return SOCKET.matcher(plain).matches() || backend(plain).isPresent();
    }

    /** By its emulator's arguments; empty when they have no {@code -serial}. */
    public static Optional<SerialPort> of(List<String> arguments) {
        int option = arguments.indexOf("-serial");
        if (option < 0 || option + 1 == arguments.size()) {
            return Optional.empty();
        }
        String value = arguments.get(option + 1);
        if (value.equals(OWN + ID)) {
            return arguments.stream()
                    .filter(argument -> argument.contains(",id=" + ID + ","))
                    .map(argument -> new SerialPort(argument.substring(0, argument.lastIndexOf(",id=" + ID))
                            .replaceFirst(",mux=on$", "")))
                    .findFirst();
        }
        int log = value.lastIndexOf(LOG);
        String device = log < 0 ? value : value.substring(0, log);
        return Optional.of(new SerialPort(TcpDevice.withoutMonitor(device)));
    }

    /** The Unix socket that it listens on, if it is one. */
    public Optional<String> socket() {
        if (!device.startsWith("unix:") || !TcpDevice.listens(device)) {
            return Optional.empty();
        }
        // A comma of the path's own is doubled (QEMU, util/qemu-option.c).
        String text = device.substring("unix:".length()).replace(",,", "\0");
        int end = text.indexOf(',');
        return Optional.of((end < 0 ? text : text.substring(0, end)).replace('\0', ','));
    }

    /**
     * A TCP port of the VM's host.
     *
     * @param address under which the host itself reaches it
     * @param telnet whether the telnet protocol is spoken there, or none
     */
    public record Port(String address, int number, boolean telnet) {
        /** The command that opens it on the host. */
        public String program() {
            return (telnet ? "telnet " : "nc ") + address + " " + number;
        }
    }

    /** The TCP port that it listens on, if it is one. */
    public Optional<Port> port() {
        return TcpDevice.parse(device)
                .filter(TcpDevice::listens)
                .filter(tcp -> !tcp.protocol().equals("websocket"))
                .map(tcp -> {
                    String address = tcp.address().replaceAll("[\\[\\]]", "");
                    boolean anywhere = Set.of("", "0.0.0.0", "::").contains(address);
                    return new Port(
                            anywhere ? "localhost" : address,
                            tcp.port(),
                            tcp.protocol().equals("telnet"));
                });
    }
}
