package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every serial port that a user may name is one that the real emulator starts with. */
class SerialPortIT {
    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "null",
                "pty",
                "vc",
                "msmouse",
                "mon:null",
                "mon:pty",
                "mon:vc",
                "chardev:own",
                "file:DIR/out,put",
                "mon:file:DIR/output",
                "unix:DIR/s,server=on,wait=off",
                "mon:unix:DIR/s,server=on,wait=off",
                "udp:127.0.0.1:9"
            })
    void starts(String device) throws IOException, InterruptedException {
        Path log = dir.resolve("serial.log");
        List<String> command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-S",
                "-machine",
                "none",
                "-nodefaults",
                "-display",
                "none",
                "-chardev",
                "null,id=own"));
        command.addAll(SerialPort.options(device.replace("DIR", dir.toString()), log.toString()));
        command.addAll(List.of("-qmp", "stdio"));
        Path said = dir.resolve("said");
        Process emulator = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try (var in = emulator.outputWriter()) {
            in.write("{\"execute\": \"qmp_capabilities\"} {\"execute\": \"quit\"}\n");
        }
        assertThat(emulator.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(emulator.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.exists(log)).isEqualTo(SerialPort.isKept(device));
    }
}
