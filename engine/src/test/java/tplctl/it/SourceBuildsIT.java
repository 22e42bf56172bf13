package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kinds.SampleProgram;
import tplctl.lab.HostSpec;
import tplctl.lab.WholeMachine;

/** Programs built from source by whole runs: here, on hosts over SSH, cut short, and from a source of Debian's. */
@ExtendWith(WholeMachine.class)
class SourceBuildsIT {
    private static final Duration LONG = Duration.ofMinutes(20);

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @AfterEach
    void leavesTheMachineAsItWas() {
        if (Files.exists(dir.resolve("build.yml"))) {
            Tplctl.run(dir, "destroy", "-q", "--yes", "build.yml").exits(0);
            assertThat(dir.resolve("prefix")).doesNotExist();
            assertThat(Path.of("/var/lib/tplctl/builds")).doesNotExist();
        }
        before.isAsBefore();
    }

    private static Tplctl.Result await(Tplctl.Running running) {
        Shell.await("tplctl has ended", LONG, () -> !running.process().isAlive());
        return running.await();
    }

    private void playbook(String source, String more) {
        Tplctl.write(dir, "build.yml", """
                - hosts: localhost
                  builds:
                    sample: { source: { %s }, prefix: "%s", user: nobody%s }
                """.formatted(source, dir.resolve("prefix"), more));
    }

    private String said() {
        return Shell.run(dir.resolve("prefix/bin/sample").toString()).strip();
    }

    @Test
    void thePlaybookBuildsAStandInOnHostsOverSsh() {
        SampleProgram program = new SampleProgram(dir.resolve("src"));
        String playbook = Tplctl.ENGINE
                .resolve("../playbooks/qemu-from-source.yml")
                .normalize()
                .toString();
        String name = "qemu-system-x86_64";
        String vars = """
                {"hosts": "all", "repository": "%s", "ref": "v1", "submodules": true, "packages": ["git", "make", "gcc"],
                 "options": ["--program-name=%s"], "prefix": "/mnt/qemu"}""".formatted(program.repository(), name);
        try (Fleet fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN.sh(HostSpec.Sh.BUSYBOX))) {
            fleet.inventory(dir, "ansible_user: root");
            String[] apply = {"apply", "-v", "-i", "hosts.yml", playbook, "-e", vars};
            String plan = Tplctl.run(dir, "plan", "--show-commands", "-i", "hosts.yml", playbook, "-e", vars)
                    .exits(0)
                    .out();
            assertThat(plan).contains("./configure --prefix=/mnt/qemu --program-name=" + name, "make -j \"$(nproc)\"");

            Tplctl.Result first = await(Tplctl.start(dir, apply)).exits(0);
            assertThat(first.err())
                    .contains("[h0] builds.qemu: creating Makefile", "[h1] builds.qemu: creating Makefile");
            for (int i = 0; i < 2; i++) {
                assertThat(fleet.on(i, "/mnt/qemu/bin/" + name)).isEqualTo("hello 1");
                assertThat(fleet.on(i, "grep creating /var/lib/tplctl/builds/qemu/log"))
                        .isEqualTo("creating Makefile");
                assertThat(fleet.on(i, "getent passwd tplctl-build")).contains("/nologin");
                assertThat(fleet.on(i, "ls /var/lib/tplctl/builds/qemu")).doesNotContain("work");
            }
            assertThat(Tplctl.run(dir, apply).exits(0).out()).contains("Nothing to do");

            Tplctl.Result failed = await(Tplctl.start(
                    dir, "apply", "-i", "hosts.yml", playbook, "-e", vars.replace("--program-name=" + name, "--fail")));
            assertThat(failed.exits(2).out())
                    .contains("builds.qemu, configuring", "configure: error: out of luck")
                    .contains("all of its output is in /var/lib/tplctl/builds/qemu/log");
            assertThat(fleet.on(1, "/mnt/qemu/bin/" + name)).isEqualTo("hello 1");

            String events = await(Tplctl.start(
                            dir,
                            "apply",
                            "-v",
                            "-o",
                            "ndjson",
                            "-i",
                            "hosts.yml",
                            playbook,
                            "-e",
                            vars.replace("v1", "main")))
                    .exits(0)
                    .out();
            assertThat(events).contains("{\"event\":\"output\",\"at\":", "\"line\":\"creating Makefile\"}");
            for (int i = 0; i < 2; i++) {
                assertThat(fleet.on(i, "/mnt/qemu/bin/" + name)).isEqualTo("hello 2");
            }
            Tplctl.run(dir, "destroy", "--yes", "-i", "hosts.yml", playbook, "-e", vars)
                    .exits(0);
            for (int i = 0; i < 2; i++) {
                assertThat(fleet.on(i, "ls -A /mnt /var/lib/tplctl")).doesNotContain("qemu", "builds");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "INT"})
    void aBuildThatIsCutShortLeavesTheOldVersionAndTheNextRunConverges(String signal) throws Exception {
        SampleProgram program = new SampleProgram(dir.resolve("src"));
        String source = "git: " + program.repository() + ", submodules: true, ref: ";
        playbook(source + "v1", "");
        await(Tplctl.start(dir, "apply", "build.yml")).exits(0);
        assertThat(said()).isEqualTo("hello 1");

        // The account that builds may write where anybody may.
        Path begun = Path.of("/tmp", "tplctl-" + dir.getFileName());
        try {
            playbook(
                    source + "v2",
                    ", make: 'true >" + begun + "; while [ -e " + begun + " ]; do echo on; sleep 0.1; done; make'");
            Tplctl.Running running = Tplctl.start(dir, "apply", "build.yml");
            Shell.await("the build runs", LONG, () -> Files.exists(begun));
            running.signal(signal);
            if (signal.equals("INT")) {
                Shell.await("it says that it stops", LONG, () -> running.said().contains("again"));
                running.signal(signal);
                await(running).exits(130);
            } else {
                await(running);
            }
            assertThat(said()).isEqualTo("hello 1");
        } finally {
            Files.deleteIfExists(begun);
        }
        playbook(source + "v1", "");
        assertThat(Tplctl.run(dir, "plan", "build.yml").exits(0).out()).contains("Nothing to do");
        playbook(source + "v2", "");
        await(Tplctl.start(dir, "apply", "build.yml")).exits(0);
        assertThat(said()).isEqualTo("hello 2");
    }

    @Test
    void buildsASourceOfDebiansAndRefusesItWithAnotherChecksum() throws Exception {
        String apt = "-o Dir::Etc::SourceList=" + dir
                + "/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=" + dir
                + "/lists -o Dir::Cache=" + dir + "/cache";
        Shell.sh("cd " + dir + " && mkdir -p lists/partial cache && . /etc/os-release &&"
                + " echo \"deb-src http://deb.debian.org/debian $VERSION_CODENAME main\" >sources.list &&"
                + " apt-get -qq " + apt + " update >&2 && apt-get -qq " + apt + " source --download-only dash >&2");
        String[] line = Shell.sh("apt-cache " + apt
                        + " showsrc dash | sed -n '/^Checksums-Sha256/,/^[A-Z]/p' | grep 'orig.tar.gz$'")
                .strip()
                .split(" ");
        assertThat(line).hasSize(3);
        String archive = "archive: " + dir.resolve(line[2]) + ", sha256: ";
        playbook(archive + line[0], "");
        await(Tplctl.start(dir, "apply", "build.yml")).exits(0);
        Path shell = dir.resolve("prefix/bin/dash");
        assertThat(Shell.run(shell.toString(), "-c", "echo $((6 * 7))")).isEqualTo("42\n");
        assertThat(Tplctl.run(dir, "apply", "build.yml").exits(0).out()).contains("Nothing to do");

        playbook(archive + "'" + "0".repeat(64) + "'", "");
        assertThat(Tplctl.run(dir, "apply", "build.yml").exits(2).out())
                .contains("has the SHA-256 " + line[0] + ", not 0000", "nothing was made of it");
        assertThat(Shell.run(shell.toString(), "-c", "echo still")).isEqualTo("still\n");
        try (Stream<Path> files = Files.list(dir.resolve("prefix"))) {
            assertThat(files.map(f -> f.getFileName().toString()).toList()).containsAll(List.of("bin", "share"));
        }
    }
}
