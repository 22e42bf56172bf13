package tplctl.machine;

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
    private static final Pattern NETWORK = Pattern.compile("(telnet|tcp):([^,]*):([0-9]{1,5})((?:,.*)?)");

    /**
     * The options that give a machine its console, with a log. Where {@code -serial} has no place for a log file, {@code -chardev}
     * has (QEMU, qemu_chr_parse_compat).
     */
    static List<String> options(String device, String log) {
        Matcher path = PATH.matcher(device);
        Optional<Opts> backend = Optional.empty();
        if (device.equals("null") || device.equals("pty")) {
            backend = Optional.of(Opts.of(device));
        } else if (path.matches()) {
            backend = Optional.of(Opts.of(path.group(1)).and("path", path.group(2)));
        } else if (device.startsWith("/dev/")) {
            backend = Optional.of(Opts.of("serial").and("path", device));
        }
        return backend.map(b ->
                        List.of("-chardev", b.and("id", ID).and("logfile", log).toString(), "-serial", "chardev:" + ID))
                .orElse(List.of("-serial", device + LOG + log));
    }

    /** By its emulator's arguments; empty when they have no {@code -serial}. */
    public static Optional<SerialPort> of(List<String> arguments) {
        int option = arguments.indexOf("-serial");
        if (option < 0 || option + 1 == arguments.size()) {
            return Optional.empty();
        }
        String value = arguments.get(option + 1);
        if (value.equals("chardev:" + ID)) {
            return arguments.stream()
                    .filter(argument -> argument.contains(",id=" + ID + ","))
                    .map(argument -> new SerialPort(argument.substring(0, argument.lastIndexOf(",id=" + ID))))
                    .findFirst();
        }
        int log = value.lastIndexOf(LOG);
        String device = log < 0 ? value : value.substring(0, log);
        return Optional.of(new SerialPort(device.startsWith("mon:") ? device.substring("mon:".length()) : device));
    }

    /** The Unix socket that it listens on, if it is one. */
    public Optional<String> socket() {
        if (!device.startsWith("unix:") || !listens(device)) {
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
        Matcher network = NETWORK.matcher(device);
        if (!network.matches() || !listens(network.group(4))) {
            return Optional.empty();
        }
        String address = network.group(2).replaceAll("[\\[\\]]", "");
        boolean anywhere = Set.of("", "0.0.0.0", "::").contains(address);
        return Optional.of(new Port(
                anywhere ? "localhost" : address,
                Integer.parseInt(network.group(3)),
                network.group(1).equals("telnet")));
    }

    private static boolean listens(String options) {
        return (options + ",").matches(".*,server(=on)?,.*");
    }
}
