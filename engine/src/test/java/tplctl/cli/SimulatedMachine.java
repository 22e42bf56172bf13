package tplctl.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tplctl.host.CommandResult;

/**
 * A host that is a directory: scripts run in it, by busybox's shell, and find there what a fresh Debian has and a probe may look at.
 * Nothing of this machine is seen from there but its kernel's name, and no script knows a name or a network.
 */
final class SimulatedMachine {
    private static final long LIMIT_SECONDS = 120;

    /** To make a device node would take more than a user's namespace can. */
    private static final String ENTER = "mount --bind /dev/null \"$0/dev/null\" && exec chroot \"$0\" /bin/sh \"$1\"";

    /** Applets of busybox that would be taken for what they are not. */
    private static final Set<String> NOT_THERE = Set.of("busybox", "dpkg", "dpkg-deb", "rpm");

    private static final Map<String, String> FRESH = Map.ofEntries(
            Map.entry("etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian GNU/Linux 12 (bookworm)'\n"),
            Map.entry("etc/debian_version", "12.8\n"),
            Map.entry("etc/fstab", "UUID=2f0e / ext4 errors=remount-ro 0 1\n"),
            Map.entry("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"),
            Map.entry("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
            Map.entry("proc/cpuinfo", "processor\t: 0\nflags\t: fpu sse2\n\nprocessor\t: 1\nflags\t: fpu sse2\n"),
            Map.entry("proc/meminfo", "MemTotal: 33554432 kB\nMemFree: 31457280 kB\nMemAvailable: 31457280 kB\n"),
            Map.entry("proc/mounts", "/dev/vda1 / ext4 rw 0 0\n"),
            Map.entry("proc/self/mountinfo", "22 1 253:1 / / rw,relatime - ext4 /dev/vda1 rw\n"),
            Map.entry("proc/net/tcp", ""),
            Map.entry("proc/net/tcp6", ""),
            Map.entry("proc/net/unix", ""),
            Map.entry("proc/uptime", "4711.00 9000.00\n"));

    private static final String[] DIRECTORIES = {"dev", "home", "mnt", "root", "run", "srv", "tmp", "usr/bin", "var/lib"
    };

    /** Knows which packages are installed by a file of their names. */
    private static final String DPKG_QUERY = """
            #!/bin/sh
            status=0
            for name; do
              case $name in -*) continue ;; '${'*) continue ;; esac
              if grep -qxF -- "$name" /var/lib/installed; then echo "$name amd64 installed"; else status=1; fi
            done
            exit $status
            """;

    private static final String EMULATOR = """
            #!/bin/sh
            case "$*" in
              --version) echo 'QEMU emulator version 8.2.2 (Debian 1:8.2.2+ds-0)' ;;
              '-machine help')
                echo 'Supported machines are:'
                echo 'pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-8.2)'
                echo 'pc-i440fx-8.2        Standard PC (i440FX + PIIX, 1996) (default)'
                echo 'pc-i440fx-4.1        Standard PC (i440FX + PIIX, 1996)'
                echo 'q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-8.2)'
                echo 'pc-q35-8.2           Standard PC (Q35 + ICH9, 2009)' ;;
              *) exit 1 ;;
            esac
            """;

    /** The fork that the procedure is about, as far as a probe can tell. */
    private static final String OSNET = """
            #!/bin/sh
            case "$*" in
              --version | '-osnet_init_ram_state --version') echo 'QEMU emulator version 4.1.0' ;;
              '-machine help')
                echo 'Supported machines are:'
                echo 'pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-4.1)'
                echo 'pc-i440fx-4.1        Standard PC (i440FX + PIIX, 1996) (default)' ;;
              '-machine none '*' -qmp stdio')
                echo '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 1, "major": 4}, "package": ""}, "capabilities": []}}'
                echo '{"return": {}}'
                echo '{"return": [{"state": false, "capability": "x-ignore-shared"},' \
                  '{"state": false, "capability": "bypass-shared-memory"}]}'
                echo '{"return": {}}' ;;
              *) exit 1 ;;
            esac
            """;

    private final Path root;

    private SimulatedMachine(Path root) {
        this.root = root;
    }

    /** Nothing was installed, and no huge page taken. */
    static SimulatedMachine fresh(Path directory) {
        SimulatedMachine machine = new SimulatedMachine(directory);
        machine.populate();
        machine.hugePages(2048, 0);
        machine.hugePages(1048576, 0);
        return machine;
    }

    /** The distribution's QEMU is there, and a pool of huge pages that suffices for much. */
    static SimulatedMachine prepared(Path directory) {
        SimulatedMachine machine = fresh(directory);
        machine.write("var/lib/installed", "qemu-system-x86\nqemu-utils\n");
        machine.program("usr/bin/qemu-system-x86_64", EMULATOR);
        machine.program("usr/bin/qemu-img", "#!/bin/sh\nexit 1\n");
        machine.hugePages(2048, 4096);
        return machine;
    }

    /** As prepared, with the osnet flavour of QEMU. */
    static SimulatedMachine osnet(Path directory) {
        return withEmulator(directory, OSNET);
    }

    /** As prepared, with a program of that text for the emulator. */
    static SimulatedMachine withEmulator(Path directory, String text) {
        SimulatedMachine machine = prepared(directory);
        machine.program("usr/bin/qemu-system-x86_64", text);
        return machine;
    }

    /** Puts a file there. */
    void put(String path, String text) {
        write(path, text);
    }

    /** Runs a script as a host does. */
    CommandResult run(String script) {
        try {
            Path file = Files.writeString(Files.createTempFile(root.resolve("tmp"), "script", ".sh"), script);
            Path out = Files.createTempFile(root.resolve("tmp"), "out", ".txt");
            Path err = Files.createTempFile(root.resolve("tmp"), "err", ".txt");
            List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
            if (!isRoot()) {
                command.addAll(List.of("--user", "--map-root-user"));
            }
            command.addAll(List.of("sh", "-c", ENTER, root.toString(), "/tmp/" + file.getFileName()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C"));
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("this script does not end on a simulated host:\n" + script);
            }
            CommandResult result = new CommandResult(process.exitValue(), Files.readString(out), Files.readString(err));
            for (Path each : List.of(file, out, err)) {
                Files.delete(each);
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void populate() {
        try {
            for (String directory : DIRECTORIES) {
                Files.createDirectories(root.resolve(directory));
            }
            Path busybox = root.resolve("bin/busybox");
            Files.createDirectories(busybox.getParent());
            Files.copy(Path.of("/bin/busybox"), busybox, StandardCopyOption.COPY_ATTRIBUTES);
            for (String applet : output(busybox.toString(), "--list").split("\n")) {
                Path link = root.resolve("bin").resolve(applet);
                if (!NOT_THERE.contains(applet)) {
                    Files.createSymbolicLink(link, Path.of("busybox"));
                }
            }
            write("dev/null", "");
            FRESH.forEach(this::write);
            write("var/lib/installed", "");
            program("usr/bin/dpkg-query", DPKG_QUERY);
            program("usr/bin/apt-get", "#!/bin/sh\nexit 1\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As prepared, and pages of 1G: so many on each of its NUMA nodes. */
    static SimulatedMachine withNodes(Path directory, int... counts) {
        SimulatedMachine machine = prepared(directory);
        int sum = 0;
        for (int node = 0; node < counts.length; node++) {
            machine.hugePages("sys/devices/system/node/node" + node + "/hugepages/hugepages-1048576kB/", counts[node]);
            sum += counts[node];
        }
        machine.hugePages(1048576, sum);
        return machine;
    }

    private void hugePages(int kilobytes, int count) {
        hugePages("sys/kernel/mm/hugepages/hugepages-" + kilobytes + "kB/", count);
    }

    private void hugePages(String pool, int count) {
        write(pool + "nr_hugepages", count + "\n");
        write(pool + "free_hugepages", count + "\n");
        write(pool + "resv_hugepages", "0\n");
        write(pool + "surplus_hugepages", "0\n");
    }

    private void program(String path, String text) {
        write(path, text);
        if (!root.resolve(path).toFile().setExecutable(true)) {
            throw new AssertionError(path + " cannot be made executable");
        }
    }

    private void write(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() {
        return output("id", "-u").strip().equals("0");
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
