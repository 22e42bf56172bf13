package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.LabKeys;

/** Hosts that cannot be reached or are lost, and the next run. */
class FleetFailuresIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    private static Fleet fleet;

    @TempDir
    Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN);
    }

    @AfterAll
    static void down() {
        fleet.close();
    }

    @BeforeEach
    void write() {
        fleet.inventory(dir, "ansible_user: root", "ansible_ssh_retries: 0");
        Tplctl.write(dir, "dirs.yml", "- hosts: all\n  directories:\n    d: { path: /mnt/d }\n");
    }

    private Tplctl.Result tplctl(String... arguments) {
        return Tplctl.run(dir, arguments);
    }

    /** A play whose step on h0 waits for somebody to write into a pipe. */
    private void slow(String run) {
        fleet.on(0, "rm -rf /mnt/go /mnt/done /mnt/began; mkfifo /mnt/go");
        Tplctl.write(
                dir, "slow.yml", "- hosts: h0\n  commands:\n    slow: { run: '" + run + "', creates: /mnt/done }\n");
    }

    private Tplctl.Running begun() {
        Tplctl.Running running = Tplctl.start(dir, "apply", "-i", "hosts.yml", "slow.yml");
        Shell.await(
                "the step runs",
                SOON,
                () -> fleet.on(0, "[ ! -e /mnt/began ] || echo yes").equals("yes"));
        return running;
    }

    private static String all(Tplctl.Result result) {
        return result.out() + result.err();
    }

    @Test
    void tellsUnreachableFromFailed() {
        fleet.lab.host(1).stopSshd();
        try {
            assertThat(tplctl("apply", "-i", "hosts.yml", "dirs.yml").exits(4).out())
                    .contains("h0 : ok=1", "h1 : ok=0 changed=0 unreachable=1", "refuses connections");
            Tplctl.write(dir, "bad.yml", "- hosts: all\n  commands:\n    bad: { run: 'exit 3', creates: /mnt/no }\n");
            assertThat(tplctl("apply", "-i", "hosts.yml", "bad.yml").exits(2).out())
                    .contains("h0 : ok=0 changed=0 unreachable=0 failed=1", "unreachable=1");
        } finally {
            fleet.lab.host(1).startSshd();
        }
        fleet.lab.host(1).linkDown();
        try {
            assertThat(tplctl("apply", "-i", "hosts.yml", "-e", "ansible_ssh_timeout=2", "dirs.yml")
                            .exits(4)
                            .out())
                    .contains("unreachable=1");
        } finally {
            fleet.lab.host(1).linkUp();
        }
        tplctl("apply", "-i", "hosts.yml", "dirs.yml").exits(0);
        tplctl("destroy", "--yes", "-i", "hosts.yml", "dirs.yml").exits(0);
    }

    @Test
    void saysWhatIsWrongWithKeys() {
        Path key = dir.resolve("stranger");
        LabKeys.make(key, LabKeys.Type.ED25519);
        fleet.inventory(dir, "ansible_user: root", "ansible_ssh_private_key_file: " + key);
        String inventory = Shell.run("cat", dir.resolve("hosts.yml").toString());
        Tplctl.write(dir, "hosts.yml", inventory.replaceFirst("    ansible_ssh_private_key_file: .*key_ED25519\n", ""));
        assertThat(all(tplctl("plan", "-i", "hosts.yml", "-l", "h0", "dirs.yml").exits(4)))
                .contains("root", fleet.lab.host(0).address());

        Path known = Tplctl.write(dir, "known_hosts", "");
        fleet.inventory(dir, "ansible_user: root");
        Tplctl.write(
                dir,
                "hosts.yml",
                Shell.run("cat", dir.resolve("hosts.yml").toString())
                        .replace(fleet.lab.knownHosts().toString(), known.toString()));
        assertThat(all(tplctl("plan", "-i", "hosts.yml", "-l", "h0", "dirs.yml").exits(4)))
                .contains("ssh-keyscan");
        Tplctl.write(
                dir,
                "known_hosts",
                fleet.lab.host(0).address() + " " + fleet.lab.host(1).publicKey("ed25519") + "\n");
        assertThat(all(tplctl("plan", "-i", "hosts.yml", "-l", "h0", "dirs.yml").exits(4)))
                .contains("changed");
    }

    @Test
    void saysThatTheDiskIsFull() {
        Tplctl.write(dir, "big.yml", "- hosts: h0\n  files:\n    big: { path: /mnt/small/big, source: big }\n");
        Tplctl.write(dir, "big", "x".repeat(300_000));
        fleet.on(0, "mkdir -p /mnt/small; mount -t tmpfs -o size=64k small /mnt/small");
        assertThat(all(tplctl("apply", "-i", "hosts.yml", "big.yml").exits(2))).contains("the disk is full");
        assertThat(fleet.on(0, "ls -A /mnt/small")).isEmpty();
        fleet.on(0, "umount /mnt/small; rmdir /mnt/small");
    }

    @Test
    void aKilledRunsStepIsWaitedFor() {
        slow("touch /mnt/began; read -r _ </mnt/go; touch /mnt/done");
        Tplctl.Running first = begun();
        assertThat(all(tplctl("apply", "-i", "hosts.yml", "slow.yml").exits(6))).contains("locked by", "apply");
        first.signal("KILL");
        first.await();
        Tplctl.Running second = Tplctl.start(dir, "apply", "-i", "hosts.yml", "slow.yml");
        Shell.await("it waits", SOON, () -> second.said().contains("earlier"));
        fleet.on(0, "echo go >/mnt/go");
        assertThat(second.await().exits(0).out()).contains("h0 : ok=1 changed=0");
    }

    @Test
    void aSlowHostHoldsNobodyUp() {
        slow("touch /mnt/began; read -r _ </mnt/go; touch /mnt/done");
        String play = Shell.run("cat", dir.resolve("slow.yml").toString());
        Tplctl.write(dir, "slow.yml", play + """
                - hosts: all
                  directories:
                    first: { path: /mnt/many }
                  files:
                    second: { path: /mnt/many/file, content: CONTENT, needs: directories.first }
                    third: { path: /mnt/many/last, content: x, needs: files.second }
                """.replace("CONTENT", "x".repeat(20_000)));
        fleet.lab.host(0).limitRate("256kbit");
        try {
            Tplctl.Running running = begun();
            Shell.await(
                    "the other is done",
                    SOON,
                    () -> fleet.on(1, "[ ! -e /mnt/many/last ] || echo yes").equals("yes"));
            assertThat(fleet.on(0, "ls /mnt")).contains("began").doesNotContain("done");
            fleet.on(0, "echo go >/mnt/go");
            assertThat(running.await().exits(0).out()).contains("h0 : ok=4 changed=4", "h1 : ok=3 changed=3");
        } finally {
            fleet.lab.host(0).unlimitRate();
        }
        tplctl("destroy", "--yes", "-i", "hosts.yml", "slow.yml").exits(0);
    }

    @Test
    void aStepOnALostHostFailsAndTheNextRunConverges() {
        slow("touch /mnt/began; read -r _ </mnt/go; touch /mnt/done");
        Tplctl.Running first = begun();
        fleet.lab.host(0).dropConnections();
        Tplctl.Result lost = first.await();
        assertThat(lost.exit()).isIn(2, 4);
        assertThat(all(lost)).contains("h0: ", "the connection was");
        Tplctl.Running second = Tplctl.start(dir, "apply", "-i", "hosts.yml", "slow.yml");
        Shell.await("it waits", SOON, () -> second.said().contains("earlier"));
        fleet.on(0, "echo go >/mnt/go");
        second.await().exits(0);
    }

    @Test
    void getsThereByAJumpHost() {
        fleet.inventory(dir, "ansible_user: root");
        String text = Shell.run("cat", dir.resolve("hosts.yml").toString());
        // What -o says is for the host, not for the jump host, as with ssh.
        Path config = Tplctl.write(
                dir,
                "config",
                "UserKnownHostsFile " + fleet.lab.knownHosts() + "\nIdentityFile " + fleet.lab.key() + "\n");
        String way = "-F " + config + " -J root@" + fleet.lab.host(1).address();
        Tplctl.write(dir, "hosts.yml", text.replace("-F none", way));
        tplctl("plan", "-i", "hosts.yml", "-l", "h0", "dirs.yml").exits(0);
    }
}
