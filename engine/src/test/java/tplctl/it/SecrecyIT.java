package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other users of the machine can learn: nothing of a guest, and no secret from any process's arguments. */
class SecrecyIT {
    private static final String SECRET = "s3cr3t-vlaue";

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    @AfterEach
    void leavesTheMachineAsItWas() {
        Tplctl.run(dir, "destroy", "--yes", "--prune", "secrecy.yml", "-e", "secret=")
                .exits(0);
        before.isAsBefore();
    }

    @Test
    void nobodyElseReadsOrSteersAGuest() {
        Path home = dir.resolve("home");
        Shell.run("chmod", "0755", dir.toString());
        Tplctl.write(
                dir,
                "secrecy.yml",
                Playbooks.onTmpfs(home, "secrecy", "ram: 128M", "secrecy: { template: secrecy-base }"));
        Set<String> open = new ConcurrentSkipListSet<>();
        try (Sampler sampler = new Sampler(() -> open.addAll(openToOthers(home.resolve("ram"))))) {
            Tplctl.run(dir, "apply", "-q", "secrecy.yml").exits(0);
            assertThat(sampler.rounds()).isPositive();
        }
        assertThat(open).isEmpty();
        assertThat(openToOthers(home.resolve("ram"))).isEmpty();

        for (String place : new String[] {
            "/run/tplctl/vms/secrecy",
            "/run/tplctl/templates/secrecy-base",
            "/var/lib/tplctl/vms/secrecy",
            "/var/lib/tplctl/templates/secrecy-base",
            "/var/lib/tplctl/owned/secrecy"
        }) {
            assertThat(mode(place)).as(place).isEqualTo("700");
            assertThat(Shell.sh("find " + place + " -mindepth 1 -perm /077"))
                    .as(place)
                    .isEmpty();
        }
        for (String sealed : new String[] {"memory", "state", "state.json"}) {
            assertThat(mode(home.resolve("ram").resolve(sealed).toString())).isEqualTo("400");
        }
        for (String path : new String[] {
            "/run/tplctl/vms/secrecy/serial.log",
            "/run/tplctl/vms/secrecy/qmp.sock",
            "/var/lib/tplctl/vms/secrecy/disk.qcow2",
            home + "/ram/memory"
        }) {
            assertThat(Shell.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "head", "-c1", path))
                    .contains("Permission denied");
        }
    }

    @Test
    void noSecretIsInArgumentsOutputOrRecords() throws IOException {
        Tplctl.write(dir, "secrecy.yml", """
                - hosts: localhost
                  files:
                    key: { path: "%1$s/key", content: "{{ secret }}\\n", mode: "0600" }
                  commands:
                    good: { run: 'sleep 1.2125; : "$KEY" > "%1$s/done"', env: { KEY: "{{ secret }}" }, creates: "%1$s/done" }
                    bad: { run: 'sleep 0.0125; exit 3', env: { KEY: "{{ secret }}" }, needs: commands.good }
                """.formatted(dir));
        Path vars = Tplctl.write(dir, "vars.yml", "secret: " + SECRET + "\n");
        Set<String> seen = new ConcurrentSkipListSet<>();
        String said = "";
        try (Sampler sampler = new Sampler(() -> seen.addAll(commandLines()))) {
            said += told("plan", "--show-commands", "-vv", "secrecy.yml", "-e", "@" + vars);
            said += told("plan", "-o", "json", "secrecy.yml", "-e", "@" + vars);
            said += told("apply", "-vv", "-o", "ndjson", "secrecy.yml", "-e", "@" + vars);
            said += told("apply", "-vvv", "secrecy.yml", "-e", "@" + vars);
            said += told("apply", "-o", "json", "secrecy.yml", "-e", "@" + vars);
            assertThat(sampler.rounds()).isPositive();
        }
        assertThat(said).contains("commands.bad").doesNotContain(SECRET);
        assertThat(seen).anyMatch(line -> line.contains("sleep 1.2125")).noneMatch(line -> line.contains(SECRET));
        assertThat(Files.readString(dir.resolve("key"))).isEqualTo(SECRET + "\n");
        assertThat(Shell.sh("grep -rl -e " + SECRET + " /var/lib/tplctl/owned /var/lib/tplctl/stamps /run/tplctl"))
                .isEmpty();
    }

    private String told(String... arguments) {
        Tplctl.Result result = Tplctl.run(dir, arguments);
        return result.out() + result.err();
    }

    private static String mode(String path) {
        return Shell.run("stat", "-c", "%a", path).strip();
    }

    private static Set<String> openToOthers(Path place) {
        return new TreeSet<>(Shell.sh("find " + place + " -mindepth 1 -type f -perm /077 2>/dev/null")
                .lines()
                .toList());
    }

    private static Set<String> commandLines() {
        Set<String> lines = new TreeSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    byte[] line = Files.readAllBytes(process.resolve("cmdline"));
                    lines.add(new String(line, StandardCharsets.UTF_8).replace('\0', ' '));
                } catch (IOException e) {
                    // the process ended meanwhile
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /** Looks again and again until it is closed. */
    private static final class Sampler implements AutoCloseable {
        private volatile boolean closed;
        private final AtomicInteger rounds = new AtomicInteger();
        private final Thread thread;

        Sampler(Runnable look) {
            thread = new Thread(() -> {
                while (!closed) {
                    look.run();
                    rounds.incrementAndGet();
                    LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
                }
            });
            thread.start();
        }

        int rounds() {
            return rounds.get();
        }

        @Override
        public void close() {
            closed = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
