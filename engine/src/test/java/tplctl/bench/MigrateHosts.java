package tplctl.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tplctl.it.Guest;
import tplctl.lab.Lab;
import tplctl.lab.LabHost;

/**
 * Two lab hosts with a template on both of them, and the playbooks that are applied there. Migrations have a network of their own; what
 * SSH carries goes over another one.
 */
final class MigrateHosts implements AutoCloseable {
    /** The interface of the network between them. */
    static final String LINK = "data0";

    static final String MEMORY = "/mnt/ram/memory";
    static final String STATE = "/mnt/ram/state";
    private static final String SOURCE_ADDRESS = "10.129.0.41";
    static final String DESTINATION_ADDRESS = "10.129.0.40";
    private static final Path TPLCTL = Path.of("bin/tplctl").toAbsolutePath();

    private final String ram;
    private final Path directory;
    private final Lab lab;

    private final Thread closer = new Thread(this::remove, "closer");

    private MigrateHosts(String ram, Path directory, Lab lab) {
        this.ram = ram;
        this.directory = directory;
        this.lab = lab;
        // The hosts and all that runs there end with this process, however it ends.
        Runtime.getRuntime().addShutdownHook(closer);
    }

    /** @param ram of the guest, as a playbook has it */
    static MigrateHosts up(String ram) {
        try {
            Path directory = Files.createTempDirectory("tplctl-migrate-");
            MigrateHosts hosts = new MigrateHosts(ram, directory, Lab.up(2));
            boolean ready = false;
            try {
                hosts.source().join(hosts.destination(), SOURCE_ADDRESS, DESTINATION_ADDRESS);
                Files.writeString(
                        directory.resolve("hosts.yml"),
                        "all:\n  hosts:\n    o40: " + hosts.variables(hosts.destination()) + "\n    o41: "
                                + hosts.variables(hosts.source()) + "\n");
                hosts.apply("");
                ready = true;
                return hosts;
            } finally {
                if (!ready) {
                    hosts.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LabHost destination() {
        return lab.host(0);
    }

    LabHost source() {
        return lab.host(1);
    }

    private String variables(LabHost host) {
        return "{ ansible_host: " + host.address() + ", ansible_user: root, ansible_ssh_private_key_file: " + lab.key()
                + ", ansible_ssh_common_args: \"-o UserKnownHostsFile=" + lab.knownHosts() + "\" }";
    }

    /** Starts a clone of that name on the source. */
    void start(String vm) {
        apply(clone(vm));
    }

    /** Moves it, and returns the report's metrics of that. */
    JsonObject move(String vm, String mode) {
        JsonObject report = apply(clone(vm) + """
                - migrations:
                    %s: { from: o41, to: o40, mode: %s, address: %s }
                """.formatted(vm, mode, DESTINATION_ADDRESS));
        for (JsonElement each : report.getAsJsonArray("resources")) {
            JsonObject resource = each.getAsJsonObject();
            if (resource.get("id").getAsString().equals("o40:migrations." + vm)) {
                return resource.getAsJsonObject("metrics");
            }
        }
        throw new IllegalStateException("no migration of " + vm + " in " + report);
    }

    /** Removes all VMs. */
    void clear() {
        apply("");
    }

    // No disk: its copy would be in the figures, and a migration by hand has none.
    private static String clone(String vm) {
        return """
                - hosts: o41
                  vms:
                    %s: { template: base, shutdown_timeout: 1s }
                """.formatted(vm);
    }

    private JsonObject apply(String plays) {
        try {
            Files.writeString(
                    directory.resolve("site.yml"),
                    """
                    - hosts: o40,o41
                      mounts:
                        ram: { type: tmpfs, path: /mnt/ram, size: 6G }
                      templates:
                        base:
                          machine:
                            ram: %1$s
                            kernel: "%2$s"
                            initrd: "%3$s"
                            append: "console=ttyS0 quiet mitigations=off rdinit=/bin/busybox -- sh"
                          memory: %4$s
                          state: %5$s
                          ready: { serial: "/ #", timeout: 5m }
                          build_on: o41
                    """.formatted(ram, Guest.kernel(), Guest.initrd(), MEMORY, STATE) + plays);
            return run("apply", "--yes", "--prune", "-o", "json", "-i", "hosts.yml", "site.yml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonObject run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(TPLCTL.toString()));
        command.addAll(List.of(arguments));
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(errors.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IllegalStateException("exit " + exit + " of " + command + "\n" + out + Files.readString(errors));
        }
        return JsonParser.parseString(out).getAsJsonObject();
    }

    /** The emulator of a VM on a host. */
    static ProcessHandle emulator(LabHost host, String vm) {
        return host.processes().stream()
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .filter(each -> command(each.pid())
                        .filter(words -> words.get(0).contains("qemu-system"))
                        .filter(words -> words.stream().anyMatch(word -> word.contains("/" + vm + "/")))
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no emulator of " + vm + " on " + host));
    }

    /** The words of a process; empty when it has gone. */
    static Optional<List<String>> command(long pid) {
        try {
            String words = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
            return words.isEmpty() ? Optional.empty() : Optional.of(List.of(words.split("\0")));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(closer);
        remove();
    }

    private void remove() {
        lab.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
