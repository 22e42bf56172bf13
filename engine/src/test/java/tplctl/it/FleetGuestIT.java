package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.lab.HostSpec;

/** Guests on other hosts are told who they are, through SSH and sudo. The emulators are real; their guests' agents are played. */
@Timeout(300)
class FleetGuestIT {
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

    private void write(int host, String guest) {
        Tplctl.write(dir, "far.yml", """
                - hosts: h%d
                  become: true
                  images:
                    empty: { path: /var/lib/tplctl/images/empty.qcow2, size: 1M }
                  vms:
                    far: { machine: { ram: 32M, disk: empty, agent: true }%s }
                """.formatted(host, guest));
    }

    private Tplctl.Result tplctl(String... arguments) {
        return Tplctl.run(dir, arguments);
    }

    @ParameterizedTest
    @CsvSource({"0, root", "1, deploy"})
    void tellsAGuestOnceWhoItIs(int host, String user) {
        fleet.inventory(dir, "ansible_user: " + user);
        write(host, "");
        tplctl("apply", "-q", "-i", "hosts.yml", "far.yml").exits(0);
        PlayedAgent agent = PlayedAgent.of(fleet.lab.host(host), "far");

        write(host, ", guest: { hostname: far.example.org, machine_id: new }");
        String[] apply = {"apply", "-i", "hosts.yml", "far.yml"};
        assertThat(tplctl(apply).exits(0).out()).contains("guest: hostname far.example.org, machine_id new");
        assertThat(agent.asked())
                .singleElement()
                .asString()
                .contains("printf '%s\\n' far.example.org > /proc/sys/kernel/hostname", "> /etc/machine-id.tplctl");
        assertThat(tplctl(apply).exits(0).out()).contains("Nothing to do");
        assertThat(agent.asked()).hasSize(1);

        write(host, ", guest: { hostname: farther, machine_id: new }");
        tplctl(apply).exits(0);
        assertThat(agent.asked())
                .hasSize(2)
                .last()
                .asString()
                .contains("farther")
                .doesNotContain("machine-id");
        tplctl("destroy", "--yes", "-i", "hosts.yml", "far.yml").exits(0);
    }
}
