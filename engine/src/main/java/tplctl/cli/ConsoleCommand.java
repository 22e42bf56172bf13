package tplctl.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.engine.VmSighting;
import tplctl.host.Duplex;
import tplctl.host.HostUnreachableException;
import tplctl.host.SocketForbiddenException;
import tplctl.inventory.Inventory;
import tplctl.machine.ConsoleText;
import tplctl.machine.SerialPort;

/** {@code console}: this terminal becomes a VM's. */
final class ConsoleCommand implements Command {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int SHOWN_LINES = 10;

    /** A raw terminal does not return the carriage by itself. */
    private static final String LINE_END = "\r\n";

    /** What guests, firmware above all, leave behind: no line wrap, no cursor, colours. */
    private static final String AS_BEFORE = "\u001b[0m\u001b[?7h\u001b[?25h";

    @Override
    public Form form() {
        return new Form(
                "Joins this terminal with a VM's serial console, on whichever host of -i, of the playbook, or of this"
                        + " machine it runs. Every key goes to the guest, Ctrl-C too, but for Ctrl-], which leaves. When stdin is no"
                        + " terminal, it is sent as it is and what the guest answers is printed.",
                "NAME [PLAYBOOK]",
                "tplctl console web-1",
                flags());
    }

    private static List<Flag> flags() {
        List<Flag> flags = new ArrayList<>(
                List.of(Flag.INVENTORY, Flag.LIMIT, Flag.EXTRA_VARS, Flag.FORKS, Flag.ESCAPE, Flag.LINGER));
        flags.addAll(Flag.CONNECTING);
        flags.addAll(List.of(Flag.QUIET, Flag.NO_COLOR));
        return flags;
    }

    @Override
    public int run(Invocation invocation) {
        Arguments args = invocation.args();
        String name = NamedVm.checked(args.positionals().get(0));
        EscapeKey escape = args.value(Flag.ESCAPE).map(EscapeKey::of).orElse(EscapeKey.USUAL);
        ConsoleLink.Manner manner = new ConsoleLink.Manner(
                invocation.terminal().inTty() ? escape : EscapeKey.NONE,
                Duration.ofSeconds(args.number(Flag.LINGER, 1)));
        Optional<String> playbook = args.positionals().stream().skip(1).findFirst();
        Loader loader = new Loader(invocation, playbook);
        Inventory inventory = loader.inventory();
        Session.Options options = Session.Options.of(invocation, loader.extraVars(new Diagnostics()));
        try (Session session = invocation.sessions().open(inventory, options);
                RawMode raw = new RawMode();
                Interrupts interrupts = Interrupts.install((times, exit) -> {
                    raw.leave();
                    session.interrupt();
                    Runtime.getRuntime().halt(exit);
                })) {
            AskedHosts hosts = AskedHosts.of(playbook, invocation, loader, inventory, session);
            NamedVm vm = new NamedVm(name, invocation, session, hosts);
            int exit = vm.find()
                    .map(found -> opened(found, manner, session, raw, invocation))
                    .orElseGet(vm::exit);
            return interrupts.exit().orElse(exit);
        }
    }

    private static int opened(
            VmSighting vm, ConsoleLink.Manner manner, Session session, RawMode raw, Invocation invocation) {
        Optional<Duplex> console = console(vm, session, invocation);
        if (console.isEmpty()) {
            return ExitCode.FAILED;
        }
        return switch (join(console.get(), manner, vm, raw, invocation)) {
            case LEFT, SENT, UNREAD -> ExitCode.DONE;
            case GONE -> gone(vm, session, invocation);
        };
    }

    /** Connects to it, or says why not. */
    private static Optional<Duplex> console(VmSighting vm, Session session, Invocation invocation) {
        Optional<SerialPort> serial = SerialPort.of(vm.arguments());
        Optional<String> socket = serial.flatMap(SerialPort::socket);
        Optional<SerialPort.Port> port = serial.flatMap(SerialPort::port);
        Optional<String> place = socket.or(() -> port.map(p -> VmSighting.tcp(p.number())));
        if (place.isEmpty()) {
            invocation.say("tplctl: the serial console of " + vm.shown() + " is \""
                    + serial.map(SerialPort::device).orElse("none")
                    + "\"; tplctl reaches one that listens on a Unix socket, as it does where a machine has no \"serial\", or"
                    + " on a TCP port of its host");
            return Optional.empty();
        }
        if (vm.taken().contains(place.get())) {
            invocation.say("tplctl: the console of " + vm.shown()
                    + " is in use: QEMU takes one at a time, and somebody is connected to " + place.get());
            return Optional.empty();
        }
        return socket.isPresent()
                ? Optional.of(session.open(vm.host(), socket.get(), CONNECT))
                : console(port.orElseThrow(), vm, session, invocation);
    }

    private static Optional<Duplex> console(
            SerialPort.Port port, VmSighting vm, Session session, Invocation invocation) {
        try {
            Duplex line = session.open(vm.host(), port.address(), port.number(), CONNECT);
            return Optional.of(port.telnet() ? new TelnetDuplex(line) : line);
        } catch (SocketForbiddenException e) {
            invocation.say("tplctl: " + e.getMessage() + "; on " + vm.host() + ", \"" + port.program() + "\" opens it");
            return Optional.empty();
        }
    }

    private static ConsoleLink.End join(
            Duplex console, ConsoleLink.Manner manner, VmSighting vm, RawMode raw, Invocation invocation) {
        Terminal terminal = invocation.terminal();
        ConsoleLink link = new ConsoleLink(console, manner);
        if (!terminal.inTty()) {
            return link.join(terminal.in().bytes(), terminal.out());
        }
        boolean talks = !invocation.args().has(Flag.QUIET);
        if (!raw.enter()) {
            invocation.say("tplctl: stty cannot set this terminal: keys are passed on line by line, and shown twice");
        }
        if (talks) {
            terminal.err().print(greeting(vm, manner.escape()) + LINE_END);
        }
        if (terminal.outTty()) {
            invocation.print(lastLines(vm.lastOutput()));
            terminal.out().flush();
        }
        ConsoleLink.End end = link.join(terminal.in().bytes(), terminal.out());
        raw.leave();
        if (terminal.outTty()) {
            invocation.print((terminal.isDumb() ? "" : AS_BEFORE) + "\n");
            terminal.out().flush();
        }
        if (talks && end == ConsoleLink.End.LEFT) {
            invocation.say("Left the console of " + vm.name() + ".");
        }
        return end;
    }

    private static String greeting(VmSighting vm, EscapeKey escape) {
        return "Console of " + vm.shown() + ". "
                + (escape.code().isPresent() ? escape.shown() + " leaves it." : "No key leaves it.");
    }

    private static String lastLines(String output) {
        List<String> lines = List.of(ConsoleText.plain(output).split("\n", -1));
        // The first may begin anywhere.
        List<String> whole = lines.size() > 1 ? lines.subList(1, lines.size()) : lines;
        return String.join(LINE_END, whole.subList(Math.max(0, whole.size() - SHOWN_LINES), whole.size()));
    }

    // Whether the VM ended, or moved, or the connection did, only its host tells.
    private static int gone(VmSighting vm, Session session, Invocation invocation) {
        try {
            VmSighting now = session.find(vm.host(), vm.name());
            if (now.marks().isMoved()) {
                invocation.say("tplctl: " + vm.name() + " moved from " + vm.host() + " to "
                        + now.marks().to() + "; the same command follows it there");
            } else if (now.runs() && now.pid() == vm.pid()) {
                invocation.say("tplctl: the console of " + vm.shown() + " was closed by its emulator, which runs on");
            } else {
                invocation.say("tplctl: " + vm.shown() + " has ended");
            }
            return ExitCode.FAILED;
        } catch (HostUnreachableException e) {
            invocation.say(
                    "tplctl: the connection was lost, and " + vm.name() + " runs on without it: " + e.getMessage());
            return ExitCode.UNREACHABLE;
        }
    }
}
