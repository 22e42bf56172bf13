package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.lab.WholeMachine;

/**
 * Pools of huge pages in the shells that hosts have: of plain files laid over {@code /sys/kernel/mm/hugepages}, so that nobody else's
 * pages are touched; and one page of a size that nobody else is likely to use, of the real kernel.
 */
@ExtendWith(WholeMachine.class)
class HugePagesIT {
    @TempDir
    Path dir;

    private Path pool = Path.of("/");
    private Path etc = Path.of("/");
    private PrivateMounts mounts;

    @BeforeEach
    void open() throws IOException {
        assumeThat(Files.isWritable(Path.of("/sys/kernel/mm/hugepages")))
                .as("needs root, and huge pages")
                .isTrue();
        etc = Files.createDirectory(dir.resolve("etc"));
        pool = Files.createDirectories(dir.resolve("pools/hugepages-2048kB"));
        pages(0, 0, 0, 0);
        node(0, 0, 0);
        node(1, 0, 0);
        mounts = PrivateMounts.open(etc);
        ProbeOutput out = bench(Bench.DASH)
                .run(Sh.of(
                                "mount --bind {} /sys/kernel/mm/hugepages && mount --bind {} /sys/devices/system/node",
                                dir.resolve("pools"),
                                dir.resolve("nodes"))
                        .script());
        assertThat(out.exit()).as(out.stderr()).isZero();
    }

    @AfterEach
    void close() throws IOException {
        mounts.close();
    }

    private void pages(int total, int free, int reserved, int surplus) throws IOException {
        Files.writeString(pool.resolve("nr_hugepages"), total + "\n");
        Files.writeString(pool.resolve("free_hugepages"), free + "\n");
        Files.writeString(pool.resolve("resv_hugepages"), reserved + "\n");
        Files.writeString(pool.resolve("surplus_hugepages"), surplus + "\n");
    }

    private Path node(int number) {
        return dir.resolve("nodes/node" + number + "/hugepages/hugepages-2048kB");
    }

    private void node(int number, int total, int free) throws IOException {
        Files.createDirectories(node(number));
        Files.writeString(node(number).resolve("nr_hugepages"), total + "\n");
        Files.writeString(node(number).resolve("free_hugepages"), free + "\n");
        Files.writeString(node(number).resolve("surplus_hugepages"), "0\n");
    }

    private String total(int number) throws IOException {
        return Files.readString(node(number).resolve("nr_hugepages")).strip();
    }

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(mounts.shell(shell), Files.createDirectories(dir.resolve("scratch")));
    }

    private String total() throws IOException {
        return Files.readString(pool.resolve("nr_hugepages")).strip();
    }

    @Shells
    void growsPersistsAndGivesBackNoMoreThanIsFree(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        pages(3, 1, 0, 0);
        Trial<?, ?> trial = Trial.of("hugepages", "2M", "{ count: 10, persist: true }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(total()).isEqualTo("10");
        assertThat(etc.resolve("sysctl.d/60-tplctl-hugepages.conf")).content().endsWith("\nvm.nr_hugepages = 10\n");

        pages(10, 5, 2, 0);
        String said = bench.succeed(
                        trial.kind().removal(trial.self(), trace).steps().get(0))
                .stderr();
        assertThat(said).isEqualTo("7 huge pages of 2M stay, since they are in use\n");
        assertThat(total()).isEqualTo("7");
        assertThat(etc.resolve("sysctl.d")).isEmptyDirectory();
        pages(7, 7, 0, 0);
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(total()).isEqualTo("3");
    }

    @Shells
    void putsThePoolBackWhenTheKernelFindsTooFewPages(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        pages(3, 1, 0, 0);
        Step.Run step = (Step.Run) bench.changes(Trial.of("hugepages", "2M", "{ count: 10 }"))
                .get(0)
                .steps()
                .get(0);
        String kernel = "echo() { if [ \"$1\" -gt 8 ]; then command echo 8; else command echo \"$@\"; fi; }\n";

        ProbeOutput out = bench.run(kernel + step.script().script());

        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr())
                .matches("asked for 10 huge pages of 2M, the kernel found only 8; [0-9]+ MiB of memory are available;"
                        + " the pool is back at 3 pages\n");
        assertThat(total()).isEqualTo("3");
    }

    @Shells
    void growsEachNodeAndPutsBackTheOneThatHasTooFewPages(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        node(0, 1, 1);
        Trial<?, ?> trial = Trial.of("hugepages", "2M", "{ nodes: { 0: 4, 1: 3 } }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        assertThat(List.of(total(0), total(1))).containsExactly("4", "3");

        node(0, 4, 1);
        node(1, 3, 3);
        String said = bench.succeed(
                        trial.kind().removal(trial.self(), trace).steps().get(0))
                .stderr();
        assertThat(said).isEqualTo("3 huge pages of 2M on NUMA node 0 stay, since they are in use\n");
        assertThat(List.of(total(0), total(1))).containsExactly("3", "0");

        Step.Run step = (Step.Run) bench.changes(Trial.of("hugepages", "2M", "{ nodes: { 1: 10 } }"))
                .get(0)
                .steps()
                .get(0);
        String kernel = "echo() { if [ \"$1\" -gt 8 ]; then command echo 8; else command echo \"$@\"; fi; }\n";
        ProbeOutput out = bench.run(kernel + step.script().script());
        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr())
                .matches(
                        "asked for 10 huge pages of 2M on NUMA node 1, the kernel found only 8; [0-9]+ MiB of memory are"
                                + " available; the pool is back at 0 pages\n");
        assertThat(dir.resolve("nodes/node1/compact")).hasContent("1");
        assertThat(total(1)).isEqualTo("0");
    }

    @Shells
    void whatItKeepsForNodesIsWhatSystemdMakesOfIt(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = Trial.of("hugepages", "2M", "{ nodes: { 0: 4, 1: 3 }, persist: true }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        Path file = etc.resolve("tmpfiles.d/60-tplctl-hugepages-2M.conf");
        assertThat(file).isRegularFile();

        node(0, 0, 0);
        node(1, 0, 0);
        String make = "systemd-tmpfiles --create /etc/tmpfiles.d/60-tplctl-hugepages-2M.conf";
        assertThat(bench.run(make).exit()).isZero();
        assertThat(List.of(total(0), total(1))).as("on a host that runs").containsExactly("0", "0");
        ProbeOutput boot = bench.run(make + " --boot");
        assertThat(boot.exit()).as(boot.stderr()).isZero();
        assertThat(List.of(total(0), total(1))).containsExactly("4", "3");

        bench.apply(Trial.of("hugepages", "2M", "{ count: 7, persist: true }"));
        assertThat(file).doesNotExist();
        assertThat(etc.resolve("sysctl.d/60-tplctl-hugepages.conf")).isRegularFile();
        bench.apply(trial);
        assertThat(etc.resolve("sysctl.d")).isEmptyDirectory();
        bench.remove(trial, trace);
        assertThat(file).doesNotExist();
    }

    @Shells
    void shrinksToTheExactCountOrNotAtAll(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        pages(10, 10, 0, 0);
        assertThat(bench.apply(Trial.of("hugepages", "2M", "{ count: 4, exact: true }")))
                .isEmpty();
        assertThat(total()).isEqualTo("4");

        Step.Run step = (Step.Run) bench.changes(Trial.of("hugepages", "2M", "{ count: 0, exact: true }"))
                .get(0)
                .steps()
                .get(0);
        String kernel = "echo() { if [ \"$1\" -lt 2 ]; then command echo 2; else command echo \"$@\"; fi; }\n";
        ProbeOutput out = bench.run(kernel + step.script().script());
        assertThat(out.exit()).isEqualTo(1);
        assertThat(out.stderr())
                .isEqualTo("the pool of pages of 2M cannot shrink to 0: more are in use; it is as it was\n");
        assertThat(total()).isEqualTo("4");
    }

    @Shells
    void saysWhichSizesTheKernelHas(List<String> shell) throws IOException {
        assertThat(bench(shell).changes(Trial.of("hugepages", "16M", "{ count: 1 }")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).endsWith("has no huge pages of 16M: it has 2M"));
    }

    @Test
    void growsTheKernelsOwnPool() throws IOException {
        Path real = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
        Bench bench = new Bench(Bench.DASH, Files.createDirectories(dir.resolve("scratch")));
        int before =
                Integer.parseInt(Files.readString(real.resolve("nr_hugepages")).strip());
        Trial<?, ?> trial = Trial.of("hugepages", "2M", "{ count: " + (before + 1) + " }");
        ProbeOutput observed = bench.look(trial);
        ProbeOutput grown = bench.perform(trial.changes(observed).get(0).steps().get(0));
        try {
            assertThat(grown.stderr()).isEmpty();
            assertThat(bench.changes(trial)).isEmpty();
        } finally {
            bench.remove(trial, trial.trace(observed).orElseThrow());
        }
        assertThat(Files.readString(real.resolve("nr_hugepages")).strip()).isEqualTo(Integer.toString(before));
    }
}
