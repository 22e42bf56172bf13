package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that ends before its time, and the next one. */
class InterruptionIT {
    private static final Path RUN = Path.of("/run/tplctl");
    private static final Path LIB = Path.of("/var/lib/tplctl");

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    private Path home;

    /** A moment in a run, told by what is on the disk, for whoever looks too late by what is there after it. */
    record Moment(String name, Predicate<Path> reached) {
        Moment or(Moment later) {
            return new Moment(name, reached.or(later.reached));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Moment> moments() {
        List<Moment> moments = new ArrayList<>(List.of(
                new Moment("a file is being written", home -> Files.exists(home)),
                new Moment("the tmpfs is mounted", home -> Files.exists(home.resolve("ram"))),
                new Moment("the emulator starts", home -> Files.exists(RUN.resolve("templates/cut-base/pid"))),
                new Moment("the guest boots", home -> size(RUN.resolve("templates/cut-base/serial.log")) > 0),
                new Moment(
                        "the guest is ready",
                        home -> Shell.run("cat", RUN + "/templates/cut-base/serial.log")
                                .contains("GUEST-READY")),
                new Moment("the state is saved", home -> Files.exists(home.resolve("ram/state.tplctl-new"))),
                new Moment(
                        "the disk is frozen",
                        home -> !Shell.sh("ls -d " + LIB + "/templates/cut-base/[0-9a-f]* 2>&-")
                                .isEmpty()),
                new Moment("the RAM file is in its place", home -> Files.exists(home.resolve("ram/memory"))),
                new Moment("the manifest is written", home -> Files.exists(home.resolve("ram/state.json"))),
                new Moment("a clone is defined", home -> Files.exists(LIB.resolve("vms/cut-1/spec.json"))),
                new Moment("a clone's emulator starts", home -> Files.exists(RUN.resolve("vms/cut-1/pid"))),
                new Moment("a clone is up", home -> Files.exists(LIB.resolve("vms/cut-1/up")))));
        for (int i = moments.size() - 2; i >= 0; i--) {
            moments.set(i, moments.get(i).or(moments.get(i + 1)));
        }
        return moments;
    }

    @BeforeEach
    void setUp() {
        home = dir.resolve("home");
    }

    /** Two clones of a template, and a command after or before them that ends when {@link #goOn} says so. */
    private void write(boolean clonesLast) {
        String clones = "cut: { template: cut-base, count: 2" + (clonesLast ? ", needs: commands.hold }" : " }");
        String after = clonesLast ? "templates.cut-base" : "[vms.cut-1, vms.cut-2]";
        Tplctl.write(
                dir,
                "cut.yml",
                Playbooks.onTmpfs(home, "cut", "ram: 128M", clones) + """
                  commands:
                    hold: { run: 'until [ -e "%1$s" ]; do sleep 0.1; done', creates: "%1$s", needs: %2$s }
                """.formatted(dir.resolve("go"), after));
    }

    private void goOn() {
        Tplctl.write(dir, "go", "");
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        goOn();
        Tplctl.run(dir, "destroy", "--yes", "cut.yml");
        before.isAsBefore();
    }

    @ParameterizedTest
    @MethodSource("moments")
    void convergesAfterItWasKilled(Moment moment) {
        write(false);
        Tplctl.Running running = Tplctl.start(dir, "apply", "cut.yml");
        Shell.await(
                moment.name(),
                Duration.ofMinutes(2),
                () -> moment.reached().test(home) || !running.process().isAlive());
        assertThat(running.process().isAlive())
                .as("it still ran; stderr: %s", running.said())
                .isTrue();
        running.signal("KILL");
        running.await();
        goOn();

        Tplctl.run(dir, "apply", "cut.yml").exits(0);
        holdsAndNothingElseRuns();
    }

    @Test
    void stopsCleanlyOnCtrlCAndSaysWhatWasNotDone() {
        write(true);
        Tplctl.Running running = Tplctl.start(dir, "apply", "cut.yml");
        Shell.await(
                "the guest boots", Duration.ofMinutes(2), () -> size(RUN.resolve("templates/cut-base/serial.log")) > 0);
        running.signal("INT");
        Tplctl.Result result = running.await().exits(130);
        assertThat(result.out() + result.err()).contains("vms.cut-1").contains("not");
        assertThat(Path.of("/run/tplctl/vms/cut-1")).doesNotExist();
        goOn();

        Tplctl.run(dir, "apply", "cut.yml").exits(0);
        holdsAndNothingElseRuns();
    }

    @Test
    void endsAtOnceWhenInterruptedTwiceAndLeavesNoEmulator() {
        write(true);
        Tplctl.Running running = Tplctl.start(dir, "apply", "cut.yml");
        Shell.await(
                "the guest boots", Duration.ofMinutes(2), () -> size(RUN.resolve("templates/cut-base/serial.log")) > 0);
        running.signal("INT");
        Shell.await(
                "it says that it stops",
                Duration.ofMinutes(2),
                () -> running.said().contains("again"));
        running.signal("INT");
        running.await().exits(130);
        assertThat(Machine.emulatorsRunning()).isEqualTo(before.emulators());
        goOn();

        Tplctl.run(dir, "apply", "cut.yml").exits(0);
        holdsAndNothingElseRuns();
    }

    @Test
    void aSecondRunIsRefusedWhileTheFirstHasTheHost() {
        write(true);
        Tplctl.Running running = Tplctl.start(dir, "apply", "cut.yml");
        Shell.await(
                "the guest boots", Duration.ofMinutes(2), () -> size(RUN.resolve("templates/cut-base/serial.log")) > 0);
        assertThat(Tplctl.run(dir, "apply", "cut.yml").exits(6).err())
                .contains("locked by")
                .contains("apply");
        goOn();
        running.await().exits(0);
    }

    private void holdsAndNothingElseRuns() {
        JsonObject again =
                Json.of(Tplctl.run(dir, "apply", "-o", "json", "cut.yml").exits(0));
        assertThat(again.getAsJsonObject("summary").get("changed").getAsInt()).isZero();
        JsonObject status =
                Json.of(Tplctl.run(dir, "status", "-o", "json", "cut.yml").exits(0));
        Set<String> known = Json.vms(status).stream()
                .map(vm -> vm.get("pid").getAsString())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> running = new TreeSet<>(Machine.emulatorsRunning());
        running.removeAll(before.emulators());
        assertThat(running).isEqualTo(known).hasSize(2);
        assertThat(Json.vms(status))
                .allSatisfy(vm -> assertThat(vm.get("state").getAsString()).isEqualTo("running"));
        for (String vm : new String[] {"cut-1", "cut-2"}) {
            assertThat(Machine.serialLog(vm)).noneMatch(l -> l.startsWith("DISK-CHANGED"));
        }
        assertThat(Shell.sh("find " + home + " -name '*.tplctl-new*'")).isEmpty();
    }

    private static long size(Path path) {
        return path.toFile().length();
    }
}
