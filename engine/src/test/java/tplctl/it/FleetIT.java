package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.WholeMachine;

/** Eight resources on each of three hosts, from the first apply to destroy. */
@ExtendWith(WholeMachine.class)
class FleetIT {
    private static final Path PLAYBOOK = Tplctl.ENGINE.resolve("bench/converge.d");
    private static final String LEFT =
            "find /mnt /var/lib/tplctl -xdev -mindepth 1 -not -type d; grep ' /mnt/converge' /proc/mounts || :";

    private static Fleet fleet;

    @TempDir
    Path dir;

    @BeforeAll
    static void up() {
        fleet = new Fleet(HostSpec.PLAIN, HostSpec.PLAIN, HostSpec.PLAIN.sh(HostSpec.Sh.BUSYBOX));
    }

    @AfterAll
    static void down() {
        fleet.close();
    }

    private Tplctl.Result tplctl(String... arguments) {
        return Tplctl.run(dir, arguments);
    }

    @Test
    void goesFromNothingToEightResourcesAndBack() throws IOException {
        String pages = Machine.now().hugePages();
        fleet.inventory(dir, "ansible_user: root");
        String once = "creates: /mnt/converge/once";
        String playbook = Files.readString(PLAYBOOK.resolve("tplctl.yml"));
        assertThat(playbook).contains(once);
        Tplctl.write(dir, "site.yml", playbook.replace(once, once + ", undo: rm /mnt/converge/once"));
        Files.copy(PLAYBOOK.resolve("made.conf.j2"), dir.resolve("made.conf.j2"));

        Tplctl.Result planned =
                tplctl("apply", "-C", "-i", "hosts.yml", "site.yml").exits(0);
        assertThat(planned.out()).contains("h0:", "h1:", "h2:", "+ mounts.ramdisk");
        assertThat(fleet.on(1, LEFT)).isEmpty();

        assertThat(tplctl("apply", "-i", "hosts.yml", "-l", "h1", "site.yml")
                        .exits(0)
                        .out())
                .contains("h1 : ok=8 changed=")
                .doesNotContain("h0 :", "h2 :");
        assertThat(fleet.on(0, LEFT)).isEmpty();

        JsonObject report = Json.of(
                tplctl("apply", "-i", "hosts.yml", "-o", "json", "site.yml").exits(0));
        assertThat(report.getAsJsonArray("resources")).hasSize(24);
        assertThat(report.getAsJsonObject("summary").get("failed").getAsInt()).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(fleet.on(i, "cat /mnt/converge/made.conf; stat -c %a /mnt/converge/plain.conf"))
                    .isEqualTo("name = h" + i + "\ngreeting = hello\n644");
            assertThat(fleet.on(i, "qemu-img info /mnt/converge/disk.qcow2")).contains("64 MiB");
        }

        assertThat(tplctl("apply", "-i", "hosts.yml", "site.yml").exits(0).out())
                .contains("Nothing to do", "h0 : ok=8 changed=0", "h1 : ok=8 changed=0", "h2 : ok=8 changed=0");

        String diff = tplctl("apply", "-C", "-D", "-i", "hosts.yml", "-e", "greeting=bye", "site.yml")
                .exits(0)
                .out();
        assertThat(diff).contains("-greeting = hello", "+greeting = bye").containsOnlyOnce(" name = h2");
        assertThat(fleet.on(2, "cat /mnt/converge/made.conf")).contains("hello");
        String events = tplctl("apply", "-i", "hosts.yml", "-o", "ndjson", "-e", "greeting=bye", "site.yml")
                .exits(0)
                .out();
        assertThat(events.lines().map(line -> JsonParser.parseString(line).isJsonObject()))
                .hasSizeGreaterThan(3)
                .doesNotContain(false);
        assertThat(fleet.on(2, "cat /mnt/converge/made.conf")).contains("bye");
        JsonObject status = Json.of(
                tplctl("status", "-i", "hosts.yml", "-o", "json", "site.yml").exits(0));
        assertThat(status.getAsJsonArray("hosts")).hasSize(3);

        tplctl("destroy", "--yes", "-i", "hosts.yml", "site.yml").exits(0);
        for (int i = 0; i < 3; i++) {
            assertThat(fleet.on(i, LEFT)).isEmpty();
            assertThat(fleet.on(i, "ls -d /mnt/converge 2>/dev/null || :")).isEmpty();
        }
        assertThat(Machine.now().hugePages()).isEqualTo(pages);
    }
}
