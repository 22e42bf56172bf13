package tplctl.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.engine.Observer;
import tplctl.engine.RunListener;
import tplctl.host.CommandResult;
import tplctl.host.Duplex;
import tplctl.host.Host;
import tplctl.host.HostLock;
import tplctl.host.OutputListener;
import tplctl.host.Program;
import tplctl.host.Script;
import tplctl.inventory.Inventory;
import tplctl.kinds.Kinds;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Project;
import tplctl.model.Selection;
import tplctl.report.Json;
import tplctl.report.PlanJson;
import tplctl.report.PlanText;
import tplctl.report.Style;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/**
 * Plans for many simulated hosts, from the playbook's text to the plan's, and says how long each phase took and how much heap was in
 * use at most. The kinds and their probes are the real ones; a probe's script is run once by this machine's shell, and every simulated
 * host gives that answer. Run by {@code bench/scale}.
 */
public final class ScaleBench {
    private static final Pattern NONCE = Pattern.compile("tplctl-[0-9a-f]{24}");
    private static final int FORKS = 50;

    private ScaleBench() {}

    /** Arguments: how many hosts, one or more times. */
    public static void main(String[] args) {
        System.out.printf(
                Locale.ROOT,
                "%7s %10s %9s %9s %9s %9s %9s %9s %7s %9s %9s %9s %9s %9s%n",
                "hosts",
                "resources",
                "read s",
                "decode s",
                "observe s",
                "plan s",
                "total s",
                "cpu s",
                "MiB",
                "text s",
                "json s",
                "plan -l s",
                "owned s",
                "json MiB");
        for (String arg : args) {
            measure(Integer.parseInt(arg));
        }
    }

    private static void measure(int hosts) {
        resetPeak();
        Inventory inventory = inventory(hosts);
        Map<String, Host> open = new ConcurrentHashMap<>();
        Map<String, CommandResult> answers = new ConcurrentHashMap<>();
        Timer timer = new Timer();
        double cpuBefore = cpu();
        Diagnostics errors = new Diagnostics();
        Node root = timer.of(
                "read", () -> YamlReader.read("scale.yml", playbook(), errors).orElseThrow());
        Project.Context context = new Project.Context(
                "scale", inventory, Map.of(), Kinds.named(), path -> Optional.empty(), false, host -> Optional.empty());
        Project project = timer.of("decode", () -> Project.of(root, context, errors));
        errors.throwIfErrors();
        Observations observations = timer.of(
                "observe",
                () -> new Observer(
                                (name, become) -> open.computeIfAbsent(name, n -> new SimulatedHost(n, answers)),
                                FORKS,
                                RunListener.SILENT)
                        .observe(project.graph().order(), project.playbook().hosts()));
        Plan plan = timer.of("plan", () -> Planner.plan(project, observations, Planner.Options.PLAIN, Kinds.named()));
        double cpu = cpu() - cpuBefore;
        long peak = peak();
        String text =
                timer.of("text", () -> PlanText.render(plan, PlanText.Options.PLAIN, new Style(false, 100, false)));
        int length = timer.of("json", () -> Json.document(PlanJson.of(plan)).length());
        long rendered = peak();
        Set<String> limited =
                project.playbook().hosts().stream().limit(hosts / 2).collect(Collectors.toSet());
        Plan half = timer.of(
                "limited",
                () -> Planner.plan(
                        project,
                        observations,
                        new Planner.Options(new Selection(Set.of(), Set.of(), limited), false, false, false),
                        Kinds.named()));
        Observations remembered =
                new Observations(observations.seen(), Map.of(), Map.of(), records(project, observations));
        Plan owned = timer.of("owned", () -> Planner.plan(project, remembered, Planner.Options.PLAIN, Kinds.named()));
        if (plan.inOrder().size() != hosts * 20
                || half.inOrder().size() != hosts / 2 * 20
                || plan.failures().findAny().isPresent()
                || !owned.orphans().isEmpty()
                || !owned.problems().isEmpty()
                || length < text.length()
                || !text.contains("directories.d1")) {
            throw new IllegalStateException("this was not the plan that should be measured:\n"
                    + text.substring(0, Math.min(2000, text.length())));
        }
        System.out.printf(
                Locale.ROOT,
                "%7d %10d %9.2f %9.2f %9.2f %9.2f %9.2f %9.2f %7d %9.2f %9.2f %9.2f %9.2f %9d%n",
                hosts,
                plan.inOrder().size(),
                timer.seconds("read"),
                timer.seconds("decode"),
                timer.seconds("observe"),
                timer.seconds("plan"),
                timer.seconds("read") + timer.seconds("decode") + timer.seconds("observe") + timer.seconds("plan"),
                cpu,
                peak >> 20,
                timer.seconds("text"),
                timer.seconds("json"),
                timer.seconds("limited"),
                timer.seconds("owned"),
                rendered >> 20);
    }

    /** What the hosts remember once everything was made. */
    private static List<OwnedRecord> records(Project project, Observations observations) {
        List<OwnedRecord> records = new ArrayList<>();
        project.graph()
                .order()
                .forEach(r -> records.add(new OwnedRecord(
                        r.id(),
                        "scale",
                        List.of(),
                        r.ties().provided().stream()
                                .map(use -> use.path().text())
                                .toList(),
                        false,
                        observations.of(r.id()).flatMap(Observed::trace).orElse(Map.of()))));
        return records;
    }

    /** Twenty resources a host, of which some lie on others and some differ from host to host. */
    private static String playbook() {
        StringBuilder yaml = new StringBuilder("- hosts: all\n  become: true\n  vars: { root: /srv/tplctl-scale }\n");
        yaml.append("  directories:\n    d0: { path: \"{{ root }}\", mode: \"0755\" }\n");
        for (int i = 1; i < 8; i++) {
            yaml.append(
                    "    d%d: { path: \"{{ root }}/d%d\", mode: \"0750\", owner: \"root:root\" }\n".formatted(i, i));
        }
        yaml.append("  files:\n");
        for (int i = 0; i < 8; i++) {
            yaml.append("    f%d: { path: \"{{ root }}/d%d/f\", content: \"{{ inventory_hostname }} of {{ rack }}\" }\n"
                    .formatted(i, i));
        }
        yaml.append("  commands:\n");
        for (int i = 0; i < 4; i++) {
            yaml.append("    c%d: { run: \"touch c%d\", creates: \"{{ root }}/d%d/c%d\", needs: files.f%d }\n"
                    .formatted(i, i, i, i, i + 1));
        }
        return yaml.toString();
    }

    private static Inventory inventory(int hosts) {
        Map<String, Inventory.Host> all = new LinkedHashMap<>();
        Position at = new Position("scale", 1, 1);
        all.put("localhost", new Inventory.Host("localhost", Map.of()));
        IntStream.range(0, hosts)
                .mapToObj(i -> "host%05d.example.net".formatted(i))
                .forEach(name -> all.put(
                        name,
                        new Inventory.Host(
                                name,
                                Map.of(
                                        "ansible_host", new Scalar("192.0.2.1", false, at),
                                        "rack", new Scalar("r" + name.hashCode() % 40, false, at)))));
        return new Inventory(all);
    }

    /** The seconds that all processors spent on this process, compiling and collecting garbage included. */
    private static double cpu() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(d -> d.toMillis() / 1e3)
                .orElse(0.0);
    }

    private static void resetPeak() {
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    private static long peak() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }

    private static final class Timer {
        private final Map<String, Double> seconds = new LinkedHashMap<>();

        <T> T of(String phase, Supplier<T> work) {
            long began = System.nanoTime();
            T result = work.get();
            seconds.put(phase, (System.nanoTime() - began) / 1e9);
            return result;
        }

        double seconds(String phase) {
            return seconds.getOrDefault(phase, 0.0);
        }
    }

    /** Answers a script as this machine's shell answered the first like it. */
    private record SimulatedHost(String name, Map<String, CommandResult> answers) implements Host {
        @Override
        public CommandResult query(Script script, Duration limit) {
            Matcher nonce = NONCE.matcher(script.text());
            if (!nonce.find()) {
                throw new UnsupportedOperationException(script.text());
            }
            // The nonce stands in the first line alone.
            String common = script.text().substring(script.text().indexOf('\n'));
            CommandResult answer =
                    answers.computeIfAbsent(common, c -> run(script.text().replace(nonce.group(), "NONCE")));
            return new CommandResult(
                    answer.exit(),
                    answer.stdout().replace("NONCE", nonce.group()),
                    answer.stderr().replace("NONCE", nonce.group()));
        }

        private static CommandResult run(String script) {
            try {
                Process shell = new ProcessBuilder("sh", "-s").start();
                try (var in = shell.getOutputStream()) {
                    in.write(script.getBytes(StandardCharsets.UTF_8));
                }
                String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                String err = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                return new CommandResult(shell.waitFor(), out, err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public CommandResult change(Script script, Duration limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CommandResult change(Script script, Duration limit, OutputListener told) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void put(String path, byte[] content, String mode) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<byte[]> read(String path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String sha256(String path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duplex openUnix(String socketPath, Duration patience) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duplex openTcp(String address, int port, Duration limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean passesDescriptors() {
            return false;
        }

        @Override
        public Duplex openUnixPassingDescriptors(String socketPath, Duration patience) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Program start(Script script, Runnable interrupted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public HostLock lock(String holder, Duration patience, Consumer<String> waiting) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void interrupt() {}

        @Override
        public void close() {}
    }
}
