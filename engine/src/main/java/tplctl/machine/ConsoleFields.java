package tplctl.machine;

import java.util.Optional;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Values;

/** What is refused of the consoles that a user gives a machine, or a clone. */
public final class ConsoleFields {
    private ConsoleFields() {}

    /** Reports a device that an emulator without a terminal cannot have, or that QEMU has not. */
    public static void check(Values v, Field<Optional<String>> field, Decoding to) {
        String device = v.get(field).orElse("");
        String plain = TcpDevice.withoutMonitor(device);
        if (plain.equals("stdio")) {
            to.error(
                    v.at(field),
                    "\"" + device + "\" is the terminal of an emulator, and this one runs without",
                    "leave \"" + field.name() + "\" out, and it is a Unix socket"
                            + (field.name().equals("serial") ? ", which \"tplctl console\" opens" : "")
                            + "; or give it a port, such as telnet:127.0.0.1:7000,server=on,wait=off");
        } else if (!plain.equals(device) && (plain.equals("none") || plain.startsWith("chardev:"))) {
            to.error(
                    v.at(field),
                    "\"" + device + "\": QEMU knows no such device",
                    "write " + plain + (plain.equals("none") ? "" : ", and \"-mon\" in \"extra_args\""));
        }
    }

    /** Reports a text that is waited for on a serial console that nothing is kept of. */
    public static void waited(Values v, Field<Optional<Ready>> ready, Optional<String> serial, Decoding to) {
        serial.filter(device -> !SerialPort.isKept(device))
                .filter(device ->
                        v.get(ready).filter(r -> r.serial().isPresent()).isPresent())
                .ifPresent(device -> to.error(
                        v.at(ready),
                        "a text of the serial console, which is \"" + device + "\" and kept nowhere",
                        "wait for \"agent\", or give it another \"serial\""));
    }
}
