package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.lab.HostSpec;

/** A template and its clones on another host. */
class FleetClonesIT {
    private static Fleet fleet;

    @TempDir
    Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN.sudo(HostSpec.Sudo.WITH_PASSWORD));
    }

    @AfterAll
    static void down() {
        fleet.close();
    }

    @ParameterizedTest
    @CsvSource({"0, root", "1, deploy"})
    void savesATemplateAndStartsItsClones(int host, String user) {
        fleet.inventory(dir, "ansible_user: " + user, "ansible_become_password: " + tplctl.lab.Lab.PASSWORD);
        Path home = Path.of("/mnt/it's $(touch x)");
        String text = Playbooks.onTmpfs(home, "far", "ram: 128M", "far: { template: far-base, count: 2 }");
        Tplctl.write(dir, "far.yml", text.replace("hosts: localhost", "hosts: h" + host + "\n  become: true"));

        String[] apply = {"apply", "-i", "hosts.yml", "-o", "json", "far.yml"};
        assertThat(changed(Json.of(Tplctl.run(dir, apply).exits(0)))).isEqualTo(6);
        assertThat(changed(Json.of(Tplctl.run(dir, apply).exits(0)))).isZero();

        JsonObject status = Json.of(Tplctl.run(dir, "status", "-i", "hosts.yml", "-o", "json", "far.yml")
                .exits(0));
        assertThat(Json.vms(status)).hasSize(2).allSatisfy(vm -> {
            assertThat(vm.get("state").getAsString()).isEqualTo("running");
            assertThat(vm.get("shared_bytes").getAsLong()).isPositive();
        });
        for (String vm : new String[] {"far-1", "far-2"}) {
            String log = "cat /run/tplctl/vms/" + vm + "/serial.log";
            Shell.await(
                    vm + " counts",
                    Duration.ofMinutes(2),
                    () -> fleet.on(host, log).contains("count "));
            assertThat(fleet.on(host, log)).doesNotContain("boot-count", "DISK-CHANGED");
        }
        assertThat(Tplctl.run(dir, "status", "--verify", "-i", "hosts.yml", "far.yml")
                        .exits(0)
                        .out())
                .contains("ok");

        Tplctl.run(dir, "destroy", "--yes", "-i", "hosts.yml", "far.yml").exits(0);
        // The relay stays for a while where the login user needed one: where this machine has neither socat nor nc.
        String left =
                "find /mnt /var/lib/tplctl -xdev -mindepth 1 -path /var/lib/tplctl/runtime -prune -o -not -type d -print;"
                        + " pgrep qemu-system || :";
        assertThat(fleet.on(host, left)).isEmpty();
    }

    private static int changed(JsonObject report) {
        return report.getAsJsonObject("summary").get("changed").getAsInt();
    }
}
