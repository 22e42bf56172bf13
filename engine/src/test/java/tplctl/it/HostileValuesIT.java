package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, paths and contents that a shell, a kernel table or QEMU's option syntax would read as something else. */
class HostileValuesIT {
    private static final String ODD = "o,p 'q' \"d\" $(touch pwned) `touch pwned` \\b \\040 %s * [a] ~ # ü\tt";
    private static final String BROKEN = ODD + "\nl";
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @AfterEach
    void leavesTheMachineAsItWas() throws IOException {
        if (Files.exists(dir.resolve("odd.yml"))) {
            Tplctl.run(dir, "destroy", "--yes", "--prune", "odd.yml", "-e", "odd=")
                    .exits(0);
        }
        try (Stream<Path> files = Files.walk(dir)) {
            assertThat(files.map(f -> f.getFileName().toString())).doesNotContain("pwned");
        }
        before.isAsBefore();
    }

    @Test
    void reachTheHostExactlyAsWritten() throws IOException {
        Path home = dir.resolve(BROKEN);
        Path disks = dir.resolve(ODD + "-disks");
        Files.writeString(dir.resolve("-s `touch pwned` \"x\""), "source $(touch pwned)\n");
        Files.writeString(dir.resolve("-t $(touch pwned) 'x'.j2"), "template {{ odd }} $(touch pwned)\n");
        Tplctl.write(dir, "odd.yml", """
                - hosts: { "münchen-1": { ansible_connection: local } }
                  vars: { home: %1$s, disks: %2$s }
                  directories:
                    home: { path: "{{ home }}" }
                    dash: { path: "{{ home }}/-rf" }
                  mounts:
                    ram: { type: tmpfs, path: "{{ home }}/-m ,\\\\011", size: 1M }
                  files:
                    content: { path: "{{ home }}/-m ,\\\\011/-f", content: "{{ odd }}\\n%%s\\\\n$(touch pwned)" }
                    source: { path: "{{ home }}/--source", source: '-s `touch pwned` "x"' }
                    template: { path: "{{ home }}/--template", template: "-t $(touch pwned) 'x'.j2" }
                  commands:
                    run:
                      run: |
                        printf '%%s' "$V" > './-o "$V" $(x)'
                      env: { V: "{{ home }}" }
                      chdir: "{{ home }}/-rf"
                      creates: "{{ home }}/-rf/-o \\"$V\\" $(x)"
                      undo: rm -- './-o "$V" $(x)'
                  images:
                    base: { path: "{{ disks }}/-base.qcow2", size: 1M }
                    over: { path: "{{ disks }}/-over.qcow2", backing: base }
                    raw: { path: "{{ disks }}/-raw", size: 1M, format: raw }
                """.formatted(quoted(home), quoted(disks)));
        String[] apply = {"apply", "-q", "odd.yml", "-e", JSON.toJson(new Vars(ODD))};
        Tplctl.run(dir, apply).exits(0);

        assertThat(home.resolve("-m ,\\011/-f")).hasContent(ODD + "\n%s\\n$(touch pwned)");
        assertThat(home.resolve("--source")).hasContent("source $(touch pwned)\n");
        assertThat(home.resolve("--template")).hasContent("template " + ODD + " $(touch pwned)\n");
        assertThat(home.resolve("-rf/-o \"$V\" $(x)")).hasContent(home.toString());
        assertThat(Files.readAllLines(Path.of("/proc/self/mounts")))
                .filteredOn(line -> line.contains("-m\\040,\\134011"))
                .hasSize(1);
        assertThat(Shell.run("qemu-img", "info", disks.resolve("-over.qcow2").toString()))
                .contains("backing file: " + disks.resolve("-base.qcow2"));

        assertThat(Tplctl.run(dir, apply).exits(0).out()).contains("ok=10 changed=0");
        Tplctl.run(dir, "destroy", "-q", "--yes", "odd.yml", "-e", "odd=").exits(0);
        assertThat(home).doesNotExist();
        assertThat(disks).doesNotExist();
    }

    @Test
    void bootATemplateAndItsCloneInSuchAPlace() {
        Path home = dir.resolve(ODD);
        Path ram = dir.resolve(BROKEN);
        String append = "console=ttyS0 quiet mitigations=off no_timer_check odd=\"a,b $(touch pwned)\" `x` %s --";
        Tplctl.write(dir, "odd.yml", """
                - hosts: localhost
                  vars: { home: %1$s, ram: %2$s }
                  directories:
                    home: { path: "{{ home }}" }
                  mounts:
                    ram: { type: tmpfs, path: "{{ ram }}/-r,am", size: 320M }
                  files:
                    kernel: { path: "{{ ram }}/-k,ernel", source: %3$s }
                    initrd: { path: "{{ ram }}/-i,nitrd", source: %4$s }
                  images:
                    disk: { path: "{{ home }}/-d,isk.qcow2", size: 64M }
                  templates:
                    odd-base:
                      machine:
                        ram: 128M
                        disk: disk
                        kernel: "{{ ram }}/-k,ernel"
                        initrd: "{{ ram }}/-i,nitrd"
                        append: %5$s
                      memory: "{{ ram }}/-r,am/-mem,ory"
                      state: "{{ ram }}/-r,am/-sta'te"
                      ready: { serial: GUEST-READY, timeout: 2m }
                  vms:
                    odd: { template: odd-base, shutdown_timeout: 5s }
                """.formatted(
                quoted(home), quoted(ram), quoted(Guest.kernel()), quoted(Guest.initrd()), JSON.toJson(append)));
        String plan =
                Tplctl.run(dir, "plan", "--show-commands", "odd.yml").exits(0).out();
        assertThat(plan).contains("mem-path=" + ram.toString().split("o,p")[0] + "o,,p", "-append '" + append + "'");

        Tplctl.run(dir, "apply", "-q", "odd.yml").exits(0);
        assertThat(arguments("odd"))
                .contains(append)
                .contains(ram.resolve("-k,ernel").toString());
        assertThat(ram.resolve("-r,am/-mem,ory")).hasSize(128 << 20);
        assertThat(Tplctl.run(dir, "status", "--verify", "odd.yml").exits(0).out())
                .contains("ok")
                .contains("running");
        assertThat(Tplctl.run(dir, "apply", "odd.yml").exits(0).out()).contains("ok=7 changed=0");

        Tplctl.run(dir, "destroy", "-q", "--yes", "odd.yml").exits(0);
        assertThat(home).doesNotExist();
        assertThat(ram).doesNotExist();
    }

    @Test
    void workInTheCLocaleAndWithoutAHome() throws IOException {
        Path file = dir.resolve("ü $x");
        Tplctl.write(dir, "odd.yml", """
                - hosts: localhost
                  files:
                    a: { path: %s, content: "ü\\n" }
                """.formatted(quoted(file)));
        for (String recap : new String[] {"ok=1 changed=1", "ok=1 changed=0"}) {
            Tplctl.Result result = Tplctl.start(
                            dir,
                            environment -> {
                                environment.remove("HOME");
                                environment.remove("LC_ALL");
                                environment.remove("XDG_CACHE_HOME");
                                environment.put("LANG", "C");
                            },
                            "apply",
                            "odd.yml")
                    .await()
                    .exits(0);
            assertThat(result.out()).contains(recap);
        }
        assertThat(Files.readString(file)).isEqualTo("ü\n");
    }

    private record Vars(String odd) {}

    private static String quoted(Path path) {
        return JSON.toJson(path.toString());
    }

    private static String[] arguments(String vm) {
        String pid = Shell.sh("cut -d' ' -f1 /run/tplctl/vms/" + vm + "/pid");
        return Shell.run("cat", "/proc/" + pid + "/cmdline").split("\0");
    }
}
