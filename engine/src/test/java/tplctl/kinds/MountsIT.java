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
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kind.Change;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.lab.WholeMachine;

/** Mounts in the shells that hosts have, in a mount namespace and with an {@code /etc/fstab} of their own. */
@ExtendWith(WholeMachine.class)
class MountsIT {
    private static final String FSTAB = "# static\nUUID=1 / ext4 defaults 0 1\n\tproc  /proc proc defaults 0 0";

    @TempDir
    Path dir;

    private Path etc = Path.of("/");
    private PrivateMounts mounts;

    @BeforeEach
    void open() throws IOException {
        assumeThat(Files.isWritable(Path.of("/"))).as("needs root, to mount").isTrue();
        etc = Files.createDirectory(dir.resolve("etc"));
        Files.writeString(etc.resolve("fstab"), FSTAB);
        mounts = PrivateMounts.open(etc);
    }

    @AfterEach
    void close() throws IOException {
        mounts.close();
    }

    private Bench bench(List<String> shell) throws IOException {
        return new Bench(mounts.shell(shell), Files.createDirectories(dir.resolve("scratch")));
    }

    private Trial<?, ?> mount(String yaml) {
        return Trial.of("mounts", "it", yaml.replace("DIR", dir.toString()));
    }

    @Shells
    void mountsATmpfsAndTakesItAwayWithItsDirectories(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: tmpfs, path: DIR/a/b, size: 5000001, options: [noexec, huge=advise] }");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        String shown = bench.run(Sh.of("grep -F -- {} /proc/self/mountinfo", " " + dir + "/a/b ")
                        .script())
                .stdout();
        assertThat(shown).contains("noexec").contains("size=4884k").contains("mode=755");
        bench.remove(trial, trace);
        bench.remove(trial, trace);
        assertThat(dir.resolve("a")).doesNotExist();
    }

    @Shells
    void mountsAtAHostilePathAndKeepsAnEntryForIt(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: tmpfs, path: \"DIR/-a'; touch canary; '$(touch canary)\\n\\t*[a]{} #\\\\ü\","
                + " size: 1M, mode: \"1700\", persist: true }");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(Files.readString(etc.resolve("fstab"))).startsWith(FSTAB + "\n# The next line is kept by tplctl: ");
        assertThat(Files.readAllLines(etc.resolve("fstab")).get(4))
                .isEqualTo("tmpfs " + dir
                        + "/-a';\\040touch\\040canary;\\040'$(touch\\040canary)\\012\\011*[a]{}\\040\\043\\134ü tmpfs"
                        + " size=1048576,mode=1700 0 0");
        bench.remove(trial, trace);
        assertThat(Files.readString(etc.resolve("fstab"))).isEqualTo(FSTAB + "\n");
        assertThat(etc).isDirectoryNotContaining("glob:**tplctl*");
        assertThat(dir).isDirectoryNotContaining("glob:**canary*");
    }

    @Shells
    void mountsAgainFromTheEntryItKeeps(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: tmpfs, path: 'DIR/a b', size: 1M, options: nosuid, persist: true }");
        bench.apply(trial);
        ProbeOutput again = bench.run(
                Sh.of("umount {} && mount {}", dir + "/a b", dir + "/a b").script());
        assertThat(again.exit()).as(again.stderr()).isZero();

        assertThat(bench.changes(trial)).isEmpty();
    }

    @Shells
    void growsShrinksAndRefusesToShrinkBelowWhatIsUsed(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 4M }"));
        assertThat(bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 16M }")))
                .isEmpty();
        assertThat(bench.run(Sh.of("head -c 3000000 /dev/zero >{}", dir + "/t/f")
                                .script())
                        .exit())
                .isZero();

        Trial<?, ?> small = mount("{ type: tmpfs, path: DIR/t, size: 2M }");
        assertThat(bench.changes(small))
                .singleElement()
                .extracting(Change::refusal)
                .asString()
                .contains("cannot shrink to 2097152 bytes: 3002368 bytes of it are in use");
        assertThat(small.claims(bench.look(small))).isEmpty();
        bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 3M, mode: \"0711\", options: [nodev, noexec] }"));
        assertThat(mount("{ type: tmpfs, path: DIR/t, size: 3M }")
                        .claims(bench.look(mount("{ type: tmpfs, path: DIR/t, size: 3M }"))))
                .singleElement()
                .satisfies(c -> assertThat(c.free()).isEqualTo((3 << 20) - 3002368));
    }

    @Shells
    void namesWhoUsesWhatCannotBeUnmounted(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: tmpfs, path: DIR/t, size: 1M }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();
        Process user = new ProcessBuilder(
                        mounts.shell(List.of("sh", "-c", "cd \"$1\" && echo there && exec cat", "sh", dir + "/t")))
                .start();
        try {
            assertThat(user.getInputStream().read()).isEqualTo('t');
            Step step = trial.kind().removal(trial.self(), trace).steps().get(0);

            ProbeOutput out = bench.perform(step);

            assertThat(out.exit()).isEqualTo(1);
            assertThat(out.stderr()).contains("busy").contains("in use by process");
            assertThat(out.stderr()).contains(Long.toString(user.pid()));
        } finally {
            user.destroyForcibly().onExit().join();
        }
        bench.remove(trial, trace);
    }

    @Shells
    void leavesAloneWhatSomebodyElseMounted(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Path point = Files.createDirectory(dir.resolve("p"));
        assertThat(bench.run(Sh.of("mount -t tmpfs tmpfs {} && mount -t ramfs ramfs {}", point, point)
                                .script())
                        .exit())
                .isZero();

        assertThat(bench.changes(mount("{ type: tmpfs, path: DIR/p }")))
                .singleElement()
                .satisfies(c -> {
                    assertThat(c.from()).isEqualTo("ramfs");
                    assertThat(c.isRefused()).isTrue();
                });
        assertThat(bench.changes(mount("{ type: ramfs, path: DIR/p }"))).isEmpty();
    }

    @Shells
    void refusesAPathThroughALinkAndOneHiddenByALaterMount(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Files.createDirectories(dir.resolve("real/p"));
        Files.createSymbolicLink(dir.resolve("link"), dir.resolve("real"));
        assertThat(bench.changes(mount("{ type: tmpfs, path: DIR/link/p }")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("leads through a symbolic link"));

        bench.apply(mount("{ type: tmpfs, path: DIR/real/p }"));
        assertThat(bench.run(Sh.of("mount -t tmpfs tmpfs {} && mkdir {}", dir + "/real", dir + "/real/p")
                                .script())
                        .exit())
                .isZero();
        assertThat(bench.changes(mount("{ type: tmpfs, path: DIR/real/p }")))
                .singleElement()
                .satisfies(c -> assertThat(c.from()).isEqualTo("hidden"));
    }

    @Shells
    void mountsHugePagesOfTheSizeAsked(List<String> shell) throws IOException {
        assumeThat(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB"))
                .as("needs 2M pages")
                .isDirectory();
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: hugetlbfs, path: DIR/h, page_size: 2M }");

        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(bench.changes(mount("{ type: hugetlbfs, path: DIR/h, page_size: 1G }")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("pages of 2M"));
        bench.remove(trial, trace);
        assertThat(dir.resolve("h")).doesNotExist();
    }

    @Shells
    void boundsHugePagesAndSaysThatABoundStays(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        Trial<?, ?> trial = mount("{ type: hugetlbfs, path: DIR/h, size: 4M }");
        Map<String, String> trace = bench.apply(trial).orElseThrow();

        assertThat(trial.claims(bench.look(trial)))
                .singleElement()
                .satisfies(c -> assertThat(c.free()).isEqualTo(2));
        assertThat(bench.changes(mount("{ type: hugetlbfs, path: DIR/h, size: 8M }")))
                .singleElement()
                .satisfies(c -> assertThat(c.refusal()).contains("has a limit of 4M"));
        assertThat(bench.run(Sh.of("mount -o remount,size=8388608 {}", dir + "/h")
                                .script())
                        .exit())
                .as("Linux says nothing")
                .isZero();
        assertThat(bench.changes(trial)).isEmpty();
        bench.remove(trial, trace);
    }

    @Shells
    void takesTheEntryOutWhenItIsNoLongerWantedAndMendsAStaleOne(List<String> shell) throws IOException {
        Bench bench = bench(shell);
        bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 1M, persist: true }"));
        bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 2M, persist: true }"));
        assertThat(Files.readString(etc.resolve("fstab")))
                .contains("size=2097152")
                .doesNotContain("size=1048576");
        bench.apply(mount("{ type: tmpfs, path: DIR/t, size: 2M }"));
        assertThat(Files.readString(etc.resolve("fstab"))).isEqualTo(FSTAB + "\n");
        Files.writeString(etc.resolve("fstab"), "tmpfs " + dir + "/t tmpfs defaults 0 0\n");
        assertThat(bench.changes(mount("{ type: tmpfs, path: DIR/t, size: 2M, persist: true }")))
                .singleElement()
                .satisfies(c -> assertThat(c.isRefused()).isTrue());
    }
}
