package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Machines of many sorts, each as a template and a clone of it under the emulator that is installed. */
@Timeout(300)
class MachinesIT {
    /**
     * A sort of machine.
     *
     * @param fields of {@code machine}
     * @param memory the sizes of its RAM files
     * @param knows what {@code info numa}, {@code info memory-devices} and {@code info qtree} of the clone have to say
     */
    record Sort(String title, List<String> fields, List<Long> memory, List<String> knows) {
        @Override
        public String toString() {
            return title;
        }
    }

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    private Path home;

    @BeforeEach
    void setUp() {
        home = dir.resolve("home");
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        Tplctl.run(dir, "destroy", "--yes", "--prune", "sorts.yml");
        before.isAsBefore();
    }

    static Stream<Sort> sorts() {
        return Stream.of(
                new Sort(
                        "pc, nvdimm on, as the document has it",
                        List.of(
                                "type: pc",
                                "options: { kernel_irqchip: \"on\", nvdimm: \"on\" }",
                                "vcpus: 1",
                                // With so much to plug in, Linux sets 64M aside for its bounce buffers.
                                "ram: 256M",
                                "slots: 4",
                                "max_ram: 30G"),
                        List.of(256L << 20),
                        List.of("node 0 cpus: 0\n", "node 0 size: 256 MB")),
                new Sort(
                        "q35, nvdimm off, two CPUs, more devices",
                        List.of(
                                "type: q35",
                                "options: { nvdimm: \"off\" }",
                                "vcpus: 2",
                                "ram: 128M",
                                "devices: [virtio-rng-pci, \"virtio-serial-pci,id=ports\"]"),
                        List.of(128L << 20),
                        List.of("node 0 cpus: 0 1\n", "dev: virtio-rng-pci", "dev: virtio-serial-pci, id \"ports\"")),
                new Sort(
                        "q35, nvdimm on, two nodes of different sizes",
                        List.of(
                                "type: q35",
                                "options: { nvdimm: \"on\" }",
                                "vcpus: 2",
                                "ram: 160M",
                                "slots: 2",
                                "max_ram: 2G",
                                "numa: [{ cpus: 0, ram: 96M }, { cpus: 1, ram: 64M }]"),
                        List.of(96L << 20, 64L << 20),
                        List.of("2 nodes", "node 0 size: 96 MB", "node 1 cpus: 1\n", "node 1 size: 64 MB")),
                new Sort(
                        "pc, a node on the host's node 0 and one of RAM alone, options of the user's own",
                        List.of(
                                "type: pc",
                                "vcpus: 3",
                                "ram: 128M",
                                "numa: [{ cpus: [0-1, 2], ram: 64M, host_node: 0 }, { ram: 64M }]",
                                "extra_args: [-device, \"virtio-serial-pci,id=more\", -watchdog-action, pause]"),
                        List.of(64L << 20, 64L << 20),
                        List.of(
                                "2 nodes",
                                "node 0 cpus: 0 1 2\n",
                                "node 1 cpus:\n",
                                "node 1 size: 64 MB",
                                "dev: virtio-serial-pci, id \"more\"")));
    }

    @ParameterizedTest
    @MethodSource("sorts")
    void isATemplateAndACloneOfItGoesOnFromThere(Sort sort) {
        String machine = String.join("\n        ", sort.fields());
        Tplctl.write(
                dir,
                "sorts.yml",
                Playbooks.onTmpfs(home, "sorts", machine, "sort: { template: sorts-base, count: 2 }"));
        Tplctl.run(dir, "apply", "sorts.yml").exits(0);
        Tplctl.run(dir, "plan", "--detailed-exitcode", "sorts.yml").exits(0);

        for (String name : List.of("sort-1", "sort-2")) {
            Shell.awaitSerial(name, Duration.ofSeconds(60), "count [0-9]+");
            assertThat(Machine.serialLog(name)).noneMatch(l -> l.startsWith("boot-count"));
        }
        String known = Monitor.human("sort-1", "info numa") + Monitor.human("sort-1", "info qtree");
        assertThat(known).contains(sort.knows());
        for (int node = 0; node < sort.memory().size(); node++) {
            Path file = home.resolve("ram/memory" + (node == 0 ? "" : "." + node));
            assertThat(file).isRegularFile();
            assertThat(file.toFile().length()).isEqualTo(sort.memory().get(node));
        }
        JsonObject status = Json.of(
                Tplctl.run(dir, "status", "--verify", "-o", "json", "sorts.yml").exits(0));
        long ram = sort.memory().stream().mapToLong(Long::longValue).sum();
        assertThat(Json.vms(status)).hasSize(2).allSatisfy(vm -> {
            assertThat(vm.get("private_bytes").getAsLong()).isBetween(1L, ram / 2);
            assertThat(vm.get("shared_bytes").getAsLong()).isBetween(1L, ram);
        });

        Tplctl.run(dir, "destroy", "--yes", "sorts.yml").exits(0);
        assertThat(home).doesNotExist();
    }
}
