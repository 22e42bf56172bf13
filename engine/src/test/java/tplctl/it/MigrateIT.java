package tplctl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tplctl.lab.HostSpec;
import tplctl.lab.Lab;
import tplctl.lab.LabHost;
import tplctl.lab.WholeMachine;

/**
 * {@code playbooks/migrate.yml} with {@code inventory/hosts.yml}: o41 and o40 at the addresses that the inventory has for them, the
 * procedure's port and paths, both lines of its migration. Only what needs KVM is another, and the guest, which is a small one.
 */
@Timeout(480)
@ExtendWith(WholeMachine.class)
class MigrateIT {
    private static final Path PLAYBOOKS = Tplctl.ENGINE.resolveSibling("playbooks");
    private static final Path INVENTORY = Tplctl.ENGINE.resolveSibling("inventory/hosts.yml");
    private static final String SHIPPED_LINE = "    templated: { from: o41, to: o40, port: 12345 }\n";
    private static final String PLAIN_LINE = "    #templated: { from: o41, to: o40, port: 12345, encryption: none }\n";
    private static final String VM = "templated";

    /** A record of the type handshake, of any length, that begins with a ClientHello (RFC 8446, sections 4 and 5.1). */
    private static final String TLS_HELLO = "1603[0-9a-f]{6}01.*";

    /** What a migration stream begins with (QEMU, QEMU_VM_FILE_MAGIC). */
    private static final String STREAM_MAGIC = "5145564d";

    /** Four times the guest's RAM: on each host its template and the VM. */
    private static final int PAGES = 256;

    private static final String POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    private static final String LEFT = "find /mnt /run/tplctl/vms /run/tplctl/templates /var/lib/tplctl/vms"
            + " /var/lib/tplctl/templates /var/lib/tplctl/images /var/lib/tplctl/owned -mindepth 1 2>/dev/null || :";

    private final Machine before = Machine.now();

    @TempDir
    Path dir;

    private Lab lab;
    private LabHost o40;
    private LabHost o41;
    private Path playbook;

    @BeforeEach
    void setUp() {
        lab = Lab.atFirstAddresses(HostSpec.PLAIN, HostSpec.PLAIN);
        o40 = lab.host(0);
        o41 = lab.host(1);
        Tplctl.write(dir, "lab.yml", """
                all:
                  vars:
                    ansible_ssh_private_key_file: %s
                    ansible_ssh_common_args: -F none -o UserKnownHostsFile=%s
                """.formatted(lab.key(), lab.knownHosts()));
        // The hosts of a lab have one /tmp, and it is this machine's.
        Tplctl.write(dir, "tcg.yml", Guest.variables() + "ram: 128M\npages: " + PAGES + "\nsdir: /root\n");
        // They have one pool of huge pages, too, and neither can know what the other one takes of it.
        assertThat(Shell.sh("echo " + PAGES + " >" + POOL + "; cat " + POOL)).isEqualTo(Integer.toString(PAGES));
        playbook = PLAYBOOKS.resolve("migrate.yml");
    }

    @AfterEach
    void leavesTheMachineAsItWas() {
        lab.close();
        Shell.sh("echo " + before.hugePages() + " >" + POOL);
        before.isAsBefore();
    }

    private Tplctl.Result tplctl(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "-e", "@tcg.yml", "-i"));
        arguments.addAll(List.of(INVENTORY.toString(), "-i", "lab.yml"));
        arguments.addAll(List.of(more));
        arguments.add(playbook.toString());
        return Tplctl.run(dir, arguments.toArray(String[]::new));
    }

    /** Applies both hosts' side from nothing, the VM's way to o40 last, and the whole once more; what the way was like. */
    private JsonObject moves() {
        tplctl("apply", "-l", "o41").exits(0);
        MoveLab.counts(o41, VM, 2);
        int counted = MoveLab.count(o41, VM);
        JsonObject report = Json.of(tplctl("apply", "--yes", "-o", "json").exits(0));
        MoveLab.counts(o40, VM, counted);
        assertThat(MoveLab.console(o40, VM)).doesNotContain("boot-count").doesNotContain("DISK-CHANGED");
        assertThat(MoveLab.emulators(o41)).isZero();
        assertThat(MoveLab.emulators(o40)).isEqualTo(1);
        assertThat(o40.exec("stat -f -c %T /mnt/hugetlb; stat -c '%a %s' /mnt/hugetlb/memory"))
                .isEqualTo("hugetlbfs\n400 " + (128 << 20) + "\n");
        assertThat(tplctl("apply").exits(0).out()).contains("Nothing to do", "o41 : ", "o40 : ");
        return MoveLab.resource(report, "o40:migrations." + VM).getAsJsonObject("metrics");
    }

    private void destroyLeavesNothing() {
        tplctl("destroy", "--yes").exits(0);
        for (LabHost host : List.of(o40, o41)) {
            assertThat(MoveLab.emulators(host)).isZero();
            assertThat(host.exec(LEFT)).as(host.toString()).isEmpty();
        }
    }

    @Test
    void goesFromNothingToAVmOnTheOtherHostAndBackEncrypted() {
        Wire wire = Wire.tap(o40, 12345);
        JsonObject metrics = moves();
        assertThat(metrics.get("mode").getAsString()).isEqualTo("template-aware");
        assertThat(metrics.get("wire_bytes").getAsLong()).isLessThan(32L << 20);
        assertThat(wire.openings()).isNotEmpty().allMatch(bytes -> bytes.matches(TLS_HELLO));
        destroyLeavesNothing();
    }

    @Test
    void thePlainLineThatIsCommentedGoesFromEmulatorToEmulator() throws IOException {
        String text = Files.readString(playbook);
        assertThat(text).containsOnlyOnce(SHIPPED_LINE).containsOnlyOnce(PLAIN_LINE);
        playbook = Tplctl.write(
                dir, "migrate.yml", text.replace(SHIPPED_LINE, "").replace(PLAIN_LINE, PLAIN_LINE.replace("#", "")));
        Wire wire = Wire.tap(o40, 12345);
        assertThat(moves().get("mode").getAsString()).isEqualTo("full");
        assertThat(wire.openings()).anyMatch(bytes -> bytes.startsWith(STREAM_MAGIC));
        destroyLeavesNothing();
    }
}
