package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.Lab;
import tplctl.lab.LabHost;

/** A clone that runs on one host, is migrated to another over SSH and relays, and is destroyed from both. */
@Timeout(480)
class MigrationIT {
    private static final int O40 = 0;
    private static final int O41 = 1;

    @TempDir
    Path dir;

    private Lab lab;

    @BeforeEach
    void setUp() {
        lab = Lab.up(2);
    }

    @AfterEach
    void tearDown() {
        lab.close();
    }

    private static String variables(LabHost host, Lab lab) {
        return "{ ansible_host: " + host.address() + ", ansible_user: root, ansible_ssh_private_key_file: " + lab.key()
                + ", ansible_ssh_common_args: \"-o UserKnownHostsFile=" + lab.knownHosts() + "\" }";
    }

    private void write(String migration) {
        write("web-1: { template: base, nics: [{ netdev: user }] }", migration);
    }

    private void write(String vms, String migration) {
        Tplctl.write(
                dir,
                "inventory.yml",
                "all:\n  hosts:\n    o40: " + variables(lab.host(O40), lab) + "\n    o41: "
                        + variables(lab.host(O41), lab) + "\n");
        String both = """
                - hosts: o40,o41
                  mounts:
                    ram: { type: tmpfs, path: /mnt/ram, size: 500M }
                  images:
                    disk: { path: /var/lib/tplctl/images/disk.qcow2, size: 64M }
                - hosts: o41
                  templates:
                    base:
                      machine:
                        ram: 128M
                        disk: disk
                        kernel: "%1$s"
                        initrd: "%2$s"
                        append: console=ttyS0 quiet mitigations=off
                      memory: /mnt/ram/memory
                      state: /mnt/ram/state
                      ready: { serial: GUEST-READY, timeout: 3m }
                  vms:
                    %3$s
                """.formatted(Guest.kernel(), Guest.initrd(), vms);
        Tplctl.write(dir, "site.yml", both + migration);
    }

    private Tplctl.Result tplctl(String... arguments) {
        return started(arguments).await();
    }

    private Tplctl.Running started(String... arguments) {
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("-i", "inventory.yml", "site.yml"));
        return Tplctl.start(dir, all.toArray(String[]::new));
    }

    private static List<String> console(LabHost host) {
        return console(host, "web-1");
    }

    private static List<String> console(LabHost host, String vm) {
        return host.exec("cat /run/tplctl/vms/" + vm + "/serial.log 2>/dev/null || :")
                .lines()
                .map(String::strip)
                .toList();
    }

    private static int count(LabHost host) {
        return count(host, "web-1");
    }

    private static int count(LabHost host, String vm) {
        return console(host, vm).stream()
                .filter(l -> l.matches("count [0-9]+"))
                .mapToInt(l -> Integer.parseInt(l.substring(6)))
                .max()
                .orElse(0);
    }

    private static long emulators(LabHost host) {
        return host.exec("pgrep -c qemu-system || :")
                .lines()
                .mapToLong(l -> Long.parseLong(l.strip()))
                .sum();
    }

    private static void counts(LabHost host, int beyond) {
        counts(host, "web-1", beyond);
    }

    private static void counts(LabHost host, String vm, int beyond) {
        Shell.await(vm + " counts beyond " + beyond, Duration.ofMinutes(2), () -> count(host, vm) > beyond);
    }

    private static JsonObject resource(JsonObject report, String id) {
        for (JsonElement each : report.getAsJsonArray("resources")) {
            if (each.getAsJsonObject().get("id").getAsString().equals(id)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no " + id + " in " + report);
    }

    @Test
    void aBusyCloneGoesOverWithOnlyWhatDiffersAndIsDestroyedFromBoth() {
        LabHost from = lab.host(O41);
        LabHost to = lab.host(O40);
        write("");
        tplctl("apply", "-q").exits(0);
        counts(from, 2);
        int before = count(from);

        write("- migrations:\n    web-1: { from: o41, to: o40, mode: template-aware }\n");
        JsonObject report = Json.of(tplctl("apply", "--yes", "-o", "json").exits(0));
        JsonObject moved = resource(report, "o40:migrations.web-1");
        JsonObject metrics = moved.getAsJsonObject("metrics");
        assertThat(metrics.get("mode").getAsString()).isEqualTo("template-aware");
        assertThat(metrics.get("pages_dropped").getAsLong())
                .isGreaterThan(metrics.get("pages_sent").getAsLong());
        assertThat(metrics.get("wire_bytes").getAsLong()).isLessThan(32L << 20);

        counts(to, before);
        assertThat(console(to)).noneMatch(l -> l.startsWith("boot-count") || l.startsWith("DISK-CHANGED"));
        assertThat(emulators(from)).isZero();
        assertThat(emulators(to)).isEqualTo(1);
        assertThat(from.exec("ls /var/lib/tplctl/vms")).isEqualTo("web-1.moved\n");
        assertThat(to.exec("ls /var/lib/tplctl/vms /run/tplctl/vms/web-1"))
                .contains("web-1")
                .doesNotContain("incoming\n");
        assertThat(to.exec("stat -c %a /mnt/ram/memory /mnt/ram/state")).isEqualTo("400\n400\n");

        JsonObject again = Json.of(tplctl("apply", "-o", "json").exits(0));
        assertThat(again.getAsJsonObject("summary").get("changed").getAsInt()).isZero();
        write("");
        tplctl("apply").exits(0);
        assertThat(emulators(from)).isZero();
        counts(to, count(to) + 1);

        write("- migrations:\n    web-1: { from: o41, to: o40 }\n");
        tplctl("destroy", "--yes").exits(0);
        for (LabHost host : List.of(from, to)) {
            assertThat(emulators(host)).isZero();
            assertThat(host.exec("ls -d /var/lib/tplctl/vms/* /mnt/ram/* /var/lib/tplctl/templates/* 2>/dev/null || :"))
                    .isEmpty();
        }
    }

    @Test
    void clonesGoOverSideBySideInEveryWay() {
        String vms = "web: { template: base, count: 3 }";
        LabHost to = lab.host(O40);
        write(vms, "");
        tplctl("apply", "-q").exits(0);
        write(vms, """
                - migrations:
                    web-1: { from: o41, to: o40 }
                    web-2: { from: o41, to: o40, mode: full }
                    web-3: { from: o41, to: o40, encryption: none }
                """);
        JsonObject report = Json.of(tplctl("apply", "--yes", "-o", "json").exits(0));
        for (String vm : List.of("web-1", "web-2", "web-3")) {
            JsonObject metrics = resource(report, "o40:migrations." + vm).getAsJsonObject("metrics");
            assertThat(metrics.get("mode").getAsString()).isEqualTo(vm.equals("web-1") ? "template-aware" : "full");
            counts(to, vm, 0);
        }
        assertThat(emulators(lab.host(O41))).isZero();
        assertThat(emulators(to)).isEqualTo(3);
        JsonObject again = Json.of(tplctl("apply", "-o", "json").exits(0));
        assertThat(again.getAsJsonObject("summary").get("changed").getAsInt()).isZero();
    }

    @Test
    void anInterruptedMoveLeavesTheVmWhereItWasAndNothingWhereItWasGoing() {
        LabHost from = lab.host(O41);
        LabHost to = lab.host(O40);
        String slow = "- migrations:\n    web-1: { from: o41, to: o40, mode: full, bandwidth: 256K }\n";
        write("");
        tplctl("apply", "-q").exits(0);
        write(slow);
        for (String signal : List.of("INT", "TERM", "KILL")) {
            Tplctl.Running run = started("apply", "--yes");
            Shell.await(
                    "the stream flows",
                    Duration.ofMinutes(2),
                    () -> !from.exec("ls /run/tplctl/vms/web-1/outgoing.sock 2>/dev/null || :")
                            .isEmpty());
            run.signal(signal);
            if (signal.equals("INT")) {
                // One alone, as TERM here, gives what runs some time to end.
                Shell.await(
                        "it says so", Duration.ofMinutes(2), () -> run.said().contains("interrupt again"));
                run.signal(signal);
            }
            run.await();
            Shell.await(
                    "the destination is clean after " + signal,
                    Duration.ofMinutes(2),
                    () -> emulators(to) == 0
                            && !from.exec("ls /var/lib/tplctl/vms").contains(".mov"));
            counts(from, count(from) + 1);
            if (!signal.equals("KILL")) {
                assertThat(to.exec("ls -d /run/tplctl/vms/* /var/lib/tplctl/vms/* 2>/dev/null || :"))
                        .isEmpty();
            }
        }
        write("- migrations:\n    web-1: { from: o41, to: o40 }\n");
        int before = count(from);
        tplctl("apply", "--yes").exits(0);
        counts(to, before);
        assertThat(emulators(from)).isZero();
    }
}
