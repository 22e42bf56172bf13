package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.engine.Connections;
import tplctl.host.FakeHost;
import tplctl.kinds.Kinds;
import tplctl.machine.Flavour;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;

/**
 * {@code playbooks/vm-templating.yml} has the command lines of the procedure that it replaces, option for option, but for what {@code
 * engine/docs/command-line.md} says and gives a reason for: a row of its tables for each option.
 */
class ProcedureTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path TABLES = ROOT.resolve("engine/docs/command-line.md");
    private static final Path RESOURCES =
            Path.of("src/test/resources/procedure").toAbsolutePath();
    private static final Pattern ROW = Pattern.compile("\\| (?:`([^`]*)`)? ?\\| (?:`([^`]*)`)? ?\\| ?(.*?) ?\\|");

    @TempDir
    static Path directory;

    private static SimulatedMachine stock;
    private static SimulatedMachine osnet;

    /** One row: an option of the procedure, what stands there instead, and why it is another. */
    private record Row(String procedure, String ours, String why) {}

    @BeforeAll
    static void installHosts() throws IOException {
        stock = SimulatedMachine.prepared(Files.createDirectory(directory.resolve("stock")));
        osnet = SimulatedMachine.osnet(Files.createDirectory(directory.resolve("osnet")));
    }

    /** A host of that flavour; for VMs, one that has the template. */
    private static SimulatedMachine host(String flavour, String resource) throws IOException {
        boolean forked = flavour.equals("osnet");
        if (!resource.startsWith("vms.")) {
            return forked ? osnet : stock;
        }
        Path root = Files.createTempDirectory(directory, flavour);
        SimulatedMachine machine = forked ? SimulatedMachine.osnet(root) : SimulatedMachine.prepared(root);
        Platform platform = forked
                ? new Platform("pc-i440fx-4.1", "kvm", "", new QemuVersion(4, 1, 0), Flavour.OSNET)
                : new Platform("pc-i440fx-8.2", "kvm", "", new QemuVersion(8, 2, 2), Flavour.STOCK);
        Manifest.Sealed file = new Manifest.Sealed("/mnt/hugetlb/memory", "", "1:1:1:1:1");
        Manifest manifest = new Manifest(
                "vm", "site", "BUILD", "", "", "", platform, 1L << 30, List.of(file), file, List.of(), List.of());
        machine.put("mnt/ramdisk/state.json", manifest.toJson() + "\n");
        return machine;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The template|template.sh|stock|templates.vm",
                "A VM that starts from it, on stock QEMU|clone.sh|stock|vms.templated-1",
                "A VM that starts from it, on the osnet flavour|clone.sh|osnet|vms.templated-1",
                "A VM that arrives|arriving.sh|stock|o40:migrations.templated"
            })
    void eachOptionIsTheProceduresOrHasAReason(String heading, String script, String flavour, String resource)
            throws IOException, InterruptedException {
        List<Row> rows = rows(heading);
        assertThat(words(rows.stream().map(Row::procedure).toList())).isEqualTo(procedure(script, Map.of()));
        List<String> commands =
                commands(host(flavour, resource), resource.contains(":") ? resource : "localhost:" + resource);
        assertThat(words(rows.stream().map(Row::ours).toList())).isEqualTo(words(List.of(emulator(commands))));
        assertThat(rows.stream().filter(row -> !words(List.of(row.procedure())).equals(words(List.of(row.ours())))))
                .allSatisfy(row -> assertThat(row.why()).as(row.procedure()).isNotEmpty());
    }

    @ParameterizedTest
    @CsvSource({"template.sh,templates.vm", "clone.sh,vms.templated-1"})
    void followsTheProceduresVariables(String script, String resource) throws IOException, InterruptedException {
        Map<String, String> variables = Map.of(
                "i",
                "3",
                "vcpu",
                "4",
                "ram",
                "2G",
                "mdir",
                "/huge",
                "ddir",
                "/ram",
                "sdir",
                "/run",
                "img",
                "other.qcow2");
        List<String> theirs = procedure(script, variables);
        List<String> extra = variables.entrySet().stream()
                .flatMap(v -> Stream.of("-e", v.getKey() + "=" + v.getValue()))
                .toList();
        List<String> ours = words(List.of(emulator(commands(osnet, "localhost:" + resource, extra))));
        for (String option : List.of("-smp", "-m", "-numa", "-qmp", "-monitor", "-incoming")) {
            int at = theirs.indexOf(option);
            if (at >= 0) {
                assertThat(ours).containsSequence(option, theirs.get(at + 1));
            }
        }
        assertThat(ours).contains(theirs.contains("-incoming") ? "exec:cat /ram/state" : "-net");
        assertThat(ours).anyMatch(word -> word.startsWith("telnet:127.0.0.1:7003,server,nowait"));
        assertThat(ours).anyMatch(word -> word.contains("size=2G,mem-path=/huge/memory"));
    }

    @Test
    void theNextVmsHaveTheNumbersThatFollow() {
        List<String> third = words(
                List.of(emulator(commands(osnet, "localhost:vms.templated-3", List.of("-e", "vms=3", "-e", "i=1")))));
        assertThat(third)
                .contains("unix:/tmp/qmp3.sock,server,nowait", "telnet:127.0.0.1:8003,server,nowait")
                .anyMatch(word -> word.startsWith("telnet:127.0.0.1:7003,"));
    }

    @Test
    void theOtherStepsAreTheProceduresToo() {
        assertThat(String.join("\n", commands(stock, "localhost:hugepages.2M", List.of("-e", "pages=8192"))))
                .contains("/sys/kernel/mm/hugepages/hugepages-2048kB", "echo 8192 >nr_hugepages");
        assertThat(commands(stock, "localhost:mounts.hugetlb"))
                .containsExactly(
                        "mkdir -p -- /mnt/hugetlb &&\nmount -t hugetlbfs -o mode=0755 -- hugetlbfs /mnt/hugetlb");
        assertThat(commands(stock, "localhost:mounts.ramdisk"))
                .containsExactly(
                        "mkdir -p -- /mnt/ramdisk &&\nmount -t tmpfs -o size=524288000,mode=0755 -- tmpfs /mnt/ramdisk");
        assertThat(commands(stock, "localhost:templates.vm"))
                .contains(
                        "QMP stop; migrate-set-capabilities x-ignore-shared=true; migrate to /mnt/ramdisk/state; quit");
        assertThat(commands(osnet, "localhost:templates.vm"))
                .contains(
                        "QMP stop; migrate-set-capabilities bypass-shared-memory=true; migrate to /mnt/ramdisk/state; quit");
    }

    /** The rows of the table under a heading. */
    private static List<Row> rows(String heading) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(TABLES)) {
            if (line.startsWith("#")) {
                inside = line.replaceFirst("^#+ ", "").equals(heading);
            }
            Matcher row = ROW.matcher(line);
            if (inside && row.matches() && line.contains("`")) {
                rows.add(new Row(
                        String.valueOf(row.group(1)).replace("null", ""),
                        String.valueOf(row.group(2)).replace("null", ""),
                        row.group(3)));
            }
        }
        assertThat(rows).as(heading).isNotEmpty();
        return rows;
    }

    /** What the procedure's own shell makes of a command, with other values for some variables. */
    private static List<String> procedure(String script, Map<String, String> variables)
            throws IOException, InterruptedException {
        Path programs = Files.createTempDirectory(directory, "bin");
        Path program = Files.writeString(
                programs.resolve("qemu-system-x86_64"), "#!/bin/sh\nprintf '%s\\n' \"${0##*/}\" \"$@\"\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(RESOURCES.resolve(script))) {
            String name = line.replaceFirst("=.*", "");
            text.append(variables.containsKey(name) ? name + "=" + variables.get(name) : line)
                    .append('\n');
        }
        ProcessBuilder builder = new ProcessBuilder("sh", "-euc", text.toString()).redirectErrorStream(true);
        builder.environment().put("PATH", programs + ":/usr/bin:/bin");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private static String emulator(List<String> commands) {
        return commands.stream()
                .map(c -> c.replaceFirst("^on o40: ", ""))
                .filter(c -> c.startsWith("qemu-system-x86_64 "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no emulator in " + commands));
    }

    private static List<String> commands(SimulatedMachine machine, String id) {
        return commands(machine, id, List.of());
    }

    private static List<String> commands(SimulatedMachine machine, String id, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of("plan", "-o", "json"));
        arguments.addAll(more);
        arguments.addAll(List.of("-i", ROOT.resolve("inventory/hosts.yml").toString()));
        String playbook = id.startsWith("localhost:") ? "vm-templating.yml" : "migrate.yml";
        arguments.add(ROOT.resolve("playbooks").resolve(playbook).toString());
        JsonObject plan = JsonParser.parseString(new Tplctl(directory, Kinds::named)
                        .on((inventory, options) -> new EngineSession(
                                inventory,
                                options,
                                name -> Connections.Link.of(new FakeHost(name).onAny(machine::run))))
                        .run(arguments.toArray(String[]::new))
                        .exits(0)
                        .out())
                .getAsJsonObject();
        List<String> commands = new ArrayList<>();
        for (JsonElement element : plan.getAsJsonArray("resources")) {
            JsonObject resource = element.getAsJsonObject();
            if (resource.get("id").getAsString().equals(id)) {
                resource.getAsJsonArray("commands").forEach(c -> commands.add(c.getAsString()));
            }
        }
        assertThat(commands).as(id).isNotEmpty();
        return commands;
    }

    /** Shell text as words; a quote of either sort keeps its blanks, and stands for nothing else. */
    private static List<String> words(List<String> texts) {
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"[^\"]*\")+").matcher(String.join(" ", texts));
        while (word.find()) {
            words.add(word.group().replaceAll("['\"]", ""));
        }
        return words;
    }
}
