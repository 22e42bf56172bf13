package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.WholeMachine;

/**
 * {@code playbooks/vm-templating.yml} from nothing and back, with its own values: 2048 huge pages, a guest of 1 GiB on hugetlbfs, its
 * ports and paths. Only what needs KVM is another – accelerator, processor, irqchip – and the guest, which is a small one.
 */
@Timeout(600)
@ExtendWith(WholeMachine.class)
class VmTemplatingIT {
    private static final Path PLAYBOOK = Tplctl.ENGINE.resolveSibling("playbooks/vm-templating.yml");
    private static final int PATIENCE_MS = 60_000;

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @BeforeEach
    void writeWhatIsAnother() {
        Tplctl.write(dir, "tcg.yml", Guest.variables());
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        tplctl("destroy", "--yes", "--prune");
        before.isAsBefore();
    }

    private Tplctl.Result tplctl(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "-e", "@tcg.yml"));
        arguments.addAll(List.of(more));
        arguments.add(PLAYBOOK.toString());
        return Tplctl.run(dir, arguments.toArray(String[]::new));
    }

    /** The first line of that sort that somebody who connects to the port reads. */
    private static String telnet(int port, String say, String pattern) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(say.getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.matches("(?s).*" + pattern + ".*")) {
                    return line;
                }
            }
            throw new AssertionError("port " + port + " closed before it said " + pattern);
        }
    }

    private static List<String> arguments(JsonObject vm) throws IOException {
        String line =
                Files.readString(Path.of("/proc", vm.get("pid").getAsString(), "cmdline"), StandardCharsets.UTF_8);
        return List.of(line.split("\0"));
    }

    @Test
    void goesFromNothingToTwoVmsOfAGibibyteAndBack() throws IOException {
        boolean directory = Files.exists(Path.of("/mnt/hugetlb"));
        tplctl("apply", "-e", "vms=2").exits(0);
        assertThat(tplctl("apply", "-e", "vms=2").exits(0).out()).contains("Nothing to do");

        assertThat(Shell.sh("cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"))
                .isEqualTo("2048");
        assertThat(Shell.sh("stat -f -c %T /mnt/hugetlb /mnt/ramdisk")).isEqualTo("hugetlbfs\ntmpfs");
        assertThat(Path.of("/mnt/hugetlb/memory").toFile().length()).isEqualTo(1L << 30);
        assertThat(Path.of("/mnt/ramdisk/state")).isNotEmptyFile();

        JsonObject status = Json.of(tplctl("status", "-o", "json").exits(0));
        for (int i = 0; i < 2; i++) {
            JsonObject vm = Json.vm(status, "templated-" + (i + 1));
            assertThat(vm.get("state").getAsString()).isEqualTo("running");
            assertThat(vm.get("shared_bytes").getAsLong()).isPositive();
            assertThat(vm.get("private_bytes").getAsLong()).isBetween(2L << 20, 1L << 30);
            assertThat(arguments(vm))
                    .contains(
                            "1,cores=1,threads=1,sockets=1",
                            "1G,slots=4,maxmem=30G",
                            "memory-backend-file,id=mem0,size=1G,mem-path=/mnt/hugetlb/memory,share=off",
                            "node,nodeid=0,cpus=0-0,memdev=mem0",
                            "unix:/tmp/qmp" + i + ".sock,server,nowait",
                            "telnet:127.0.0.1:800" + i + ",server,nowait");
            assertThat(telnet(7000 + i, "", "count [0-9]+")).contains("count");
            assertThat(telnet(8000 + i, "info status\r\n", "VM status")).contains("running");
            assertThat(Path.of("/tmp/qmp" + i + ".sock")).exists();
            assertThat(Machine.serialLog("templated-" + (i + 1))).noneMatch(l -> l.startsWith("boot-count"));
        }

        tplctl("destroy", "--yes", "-e", "vms=2").exits(0);
        Shell.await(
                "no console listens any more",
                Duration.ofSeconds(20),
                () -> Shell.sh("grep -E ' 0100007F:(1B58|1F40) .* 0A ' /proc/net/tcp")
                        .isEmpty());
        assertThat(Files.exists(Path.of("/mnt/hugetlb"))).isEqualTo(directory);
    }
}
