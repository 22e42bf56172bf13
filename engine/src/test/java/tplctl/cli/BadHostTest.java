package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.engine.Connections;
import tplctl.host.FakeHost;
import tplctl.kinds.Kinds;

/** What a user reads whose host is not fit for what the playbook says. Each plan is refused, and says with numbers why. */
class BadHostTest {
    private static final String PLAYBOOK = """
            - hosts: localhost
              hugepages:
                2M: { count: %d }
              mounts:
                huge: { type: hugetlbfs, path: /mnt/huge }
              templates:
                base:
                  machine: { ram: 1G, type: %s, serial: "telnet:127.0.0.1:7000,server,nowait" }
                  memory: /mnt/huge/memory
                  state: /var/lib/state
              vms:
                web: { template: base, monitor: "telnet:127.0.0.1:8000,server,nowait" }
            """;

    @TempDir
    Path directory;

    private String refused(SimulatedMachine machine, String playbook) {
        Tplctl tplctl = new Tplctl(directory, Kinds::named)
                .on((inventory, options) -> new EngineSession(
                        inventory, options, name -> Connections.Link.of(new FakeHost(name).onAny(machine::run))));
        Tplctl.Result result =
                tplctl.run("plan", tplctl.write("site.yml", playbook)).exits(2);
        return result.out() + result.err();
    }

    private Path host() throws IOException {
        return Files.createTempDirectory(directory, "host");
    }

    @Test
    void anEmulatorThatIsNotQemu() throws IOException {
        SimulatedMachine machine =
                SimulatedMachine.withEmulator(host(), "#!/bin/sh\necho 'cloud-hypervisor v32.0.0'\n");
        assertThat(refused(machine, PLAYBOOK.formatted(2048, "pc")))
                .contains(
                        "! localhost:templates.base\n      /usr/bin/qemu-system-x86_64 is not QEMU: it calls itself \"cloud-hypervisor v32.0.0\"");
    }

    @Test
    void anEmulatorThatIsTooOld() throws IOException {
        SimulatedMachine machine = SimulatedMachine.withEmulator(host(), """
                #!/bin/sh
                case "$*" in
                  --version) echo 'QEMU emulator version 2.11.1(Debian 1:2.11+dfsg-1ubuntu7)' ;;
                  '-machine help') echo 'pc  Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-2.11)' ;;
                  *) echo "qemu: $1: invalid option" >&2; exit 1 ;;
                esac
                """);
        assertThat(refused(machine, PLAYBOOK.formatted(2048, "pc")))
                .contains(
                        "! localhost:templates.base\n      /usr/bin/qemu-system-x86_64 is QEMU 2.11.1; templates need 4.1.0 or later");
    }

    @Test
    void anEmulatorWithoutThatMachineType() throws IOException {
        assertThat(refused(SimulatedMachine.prepared(host()), PLAYBOOK.formatted(2048, "virt")))
                .contains("QEMU 8.2.2 has no machine type \"virt\"; \"qemu-system-x86_64 -machine help\" lists them");
    }

    @Test
    void tooFewHugePages() throws IOException {
        SimulatedMachine machine = SimulatedMachine.fresh(host());
        assertThat(refused(machine, PLAYBOOK.formatted(1000, "pc")))
                .contains(
                        "not enough huge pages of 2M on localhost: the plan takes 1024 (templates.base 512, vms.web 512),"
                                + " there will be 1000",
                        "make the pool larger by 24, or ask for less");
    }

    @Test
    void portsThatAreTaken() throws IOException {
        SimulatedMachine machine = SimulatedMachine.prepared(host());
        machine.put("proc/net/tcp", """
                  sl  local_address rem_address   st
                   0: 0100007F:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
                   1: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
                """);
        assertThat(refused(machine, PLAYBOOK.formatted(2048, "pc")))
                .contains(
                        "! localhost:templates.base\n      something listens on 127.0.0.1:7000 of localhost already, where a console of the template"
                                + " shall while it is built; end it, or give the console another port",
                        "! localhost:vms.web\n      something listens on 127.0.0.1:7000 and 127.0.0.1:8000 of localhost already, where a console of"
                                + " web shall; end it, or give the console another port");
    }
}
