package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.kind.Sh;

/** Whether an emulator has the CPU model that a machine names. */
class ProcessorTest {
    @TempDir
    Path scratch;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                      | ''
            host                    | ''
            max                     | ''
            host,host-cache-info=on | ''
            max,-x2apic             | ''
            Haswell                 | ''
            Haswell,-x2apic         | ''
            Cooperlake              | lacks-model
            Cooperlake,+avx2        | lacks-model
            """)
    void anEmulatorIsAskedForTheModelAlone(String cpu, String answer) throws IOException {
        Path emulator = scratch.resolve("qemu");
        Files.writeString(emulator, "#!/bin/sh\necho 'x86 Haswell  (alias configured by machine type)'\n");
        Files.setPosixFilePermissions(emulator, PosixFilePermissions.fromString("rwx------"));
        Machine machine = Samples.machine(cpu.isEmpty() ? "{ram: 1G}" : "{ram: 1G, cpu: '" + cpu + "'}");
        StringBuilder script = new StringBuilder("emu=$1\n");
        for (Sh lines : Processor.askModel(machine)) {
            script.append(lines.script()).append('\n');
        }
        Process shell = new ProcessBuilder("sh", "-c", script.toString(), "sh", emulator.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
                .isEqualTo(answer);
    }
}
