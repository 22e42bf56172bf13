package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tplctl.kind.AbsPath;

class CommandLineTest {
    private static final String DOCUMENT = """
            type: pc
            options: { kernel_irqchip: "on", nvdimm: "on" }
            accel: kvm
            cpu: host
            cpu_options: [host-cache-info=on]
            vcpus: 1
            ram: 1G
            slots: 4
            max_ram: 30G
            disk: vm
            qmp: "unix:/tmp/qmp0.sock,server,nowait"
            serial: "telnet:127.0.0.1:7000,server,nowait"
            monitor: "telnet:127.0.0.1:8000,server,nowait"
            """;
    private static final Platform PC = new Platform("pc", "kvm", "", new QemuVersion(8, 1, 0), Flavour.STOCK);
    private static final Identity IDENTITY = Identity.of("h1", "site", "web-1");
    private static final List<AbsPath> MEMORY = List.of(new AbsPath("/mnt/hugetlb/memory"));
    private static final AbsPath STATE = new AbsPath("/mnt/ramdisk/state");

    @Test
    void hasTheDocumentsOptionsOfATemplateInItsOrderWithItsValues() {
        List<String> argv =
                CommandLine.template(Samples.machine(DOCUMENT), PC, Layout.building("base"), MEMORY, IDENTITY);
        assertThat(argv)
                .containsSubsequence(
                        "qemu-system-x86_64",
                        "-machine",
                        "pc,accel=kvm,kernel_irqchip=on,nvdimm=on",
                        "-cpu",
                        "host,host-cache-info=on",
                        "-smp",
                        "1,cores=1,threads=1,sockets=1",
                        "-m",
                        "1G,slots=4,maxmem=30G",
                        "-object",
                        "memory-backend-file,id=mem0,size=1G,mem-path=/mnt/hugetlb/memory,share=on",
                        "-numa",
                        "node,nodeid=0,cpus=0-0,memdev=mem0",
                        "-drive",
                        "file=/var/lib/tplctl/templates/base/.building/disk.qcow2,if=virtio,format=qcow2",
                        "-qmp",
                        "unix:/tmp/qmp0.sock,server,nowait",
                        "-serial",
                        "telnet:127.0.0.1:7000,server,nowait,logfile=/run/tplctl/templates/base/serial.log",
                        "-monitor",
                        "telnet:127.0.0.1:8000,server,nowait",
                        "-parallel",
                        "none",
                        "-serial",
                        "none",
                        "-net",
                        "none",
                        "-vga",
                        "none",
                        "-nographic",
                        "-nodefaults");
    }

    @Test
    void hasTheDocumentsOptionsOfACloneInItsOrderWithItsValues() {
        List<String> argv =
                CommandLine.clone(Samples.machine(DOCUMENT), PC, Layout.vm("web-1"), MEMORY, STATE, IDENTITY);
        assertThat(argv)
                .containsSubsequence(
                        "-object",
                        "memory-backend-file,id=mem0,size=1G,mem-path=/mnt/hugetlb/memory,share=off",
                        "-numa",
                        "-drive",
                        "file=/var/lib/tplctl/vms/web-1/disk.qcow2,if=virtio,format=qcow2",
                        "-qmp",
                        "-serial",
                        "-monitor",
                        "-incoming",
                        "-parallel",
                        "none",
                        "-serial",
                        "none",
                        "-vga",
                        "none",
                        "-nographic",
                        "-nodefaults")
                .doesNotContain("-net", "-S");
    }

    @Test
    void onTheOsnetFlavourACloneLoadsTheStateByItself() {
        Platform osnet = new Platform("pc", "kvm", "", new QemuVersion(4, 1, 0), Flavour.OSNET);
        AbsPath odd = new AbsPath("/mnt/a b/it's state");
        assertThat(CommandLine.clone(Samples.machine(DOCUMENT), osnet, Layout.vm("a"), MEMORY, odd, IDENTITY))
                .containsSubsequence("-incoming", "exec:cat '/mnt/a b/it'\\''s state'")
                .containsSubsequence("-nographic", "-osnet_init_ram_state", "-nodefaults")
                .doesNotContain("defer");
        assertThat(CommandLine.template(Samples.machine(DOCUMENT), osnet, Layout.building("b"), MEMORY, IDENTITY))
                .doesNotContain("-incoming", "-osnet_init_ram_state");
    }

    @Test
    void aCloneAndItsTemplateHaveTheSameDevicesInTheSameOrder() {
        Machine machine = Samples.machine(DOCUMENT + "devices: [virtio-rng-pci]\n");
        assertThat(devices(CommandLine.clone(machine, PC, Layout.vm("a"), MEMORY, STATE, IDENTITY)))
                .isEqualTo(devices(CommandLine.template(machine, PC, Layout.building("b"), MEMORY, IDENTITY)))
                .containsExactly("virtio-rng-pci", "vmgenid,guid=auto,id=vmgenid0");
    }

    @Test
    void theAgentsChannelIsInTheTemplateInItsClonesAndWhereTheyMove() {
        Machine machine = Samples.machine(DOCUMENT + "devices: [virtio-rng-pci]\nagent: true\n");
        List<String> clone = CommandLine.clone(machine, PC, Layout.vm("a"), MEMORY, STATE, IDENTITY);
        assertThat(clone)
                .containsSubsequence(
                        "-chardev", "socket,id=agent0,path=/run/tplctl/vms/a/agent.sock,server=on,wait=off");
        assertThat(devices(clone))
                .isEqualTo(devices(CommandLine.template(machine, PC, Layout.building("b"), MEMORY, IDENTITY)))
                .isEqualTo(devices(CommandLine.boot(machine, PC, Layout.vm("a"), IDENTITY, List.of())))
                .endsWith(
                        "vmgenid,guid=auto,id=vmgenid0",
                        "virtio-serial-pci,id=agentbus0",
                        "virtserialport,bus=agentbus0.0,chardev=agent0,name=org.qemu.guest_agent.0,id=agentport0");
        assertThat(devices(CommandLine.arriving(
                        machine, PC, Layout.vm("a"), MEMORY, IDENTITY, "auto", List.of(), List.of())))
                .isEqualTo(devices(clone));
    }

    @Test
    void mapsATemplateReadOnlyFromQemu8Point2On() {
        Machine machine = Samples.machine("{ram: 1G}");
        assertThat(backend(machine, new QemuVersion(8, 2, 0))).endsWith(",share=off,readonly=on,rom=off");
        assertThat(backend(machine, new QemuVersion(8, 1, 9))).endsWith(",share=off");
    }

    @Test
    void aBootHasRamOfItsOwnAndItsCardsFromTheBeginning() {
        List<Machine.Nic> cards =
                List.of(new Machine.Nic("user,hostfwd=tcp::1-:2", "e1000", Optional.of("52:54:00:00:00:01")));
        List<String> argv = CommandLine.boot(Samples.machine("{ram: 1536M}"), PC, Layout.vm("a"), IDENTITY, cards);
        assertThat(argv)
                .containsSubsequence("-object", "memory-backend-ram,id=mem0,size=1536M")
                .containsSubsequence(
                        "-netdev",
                        "user,hostfwd=tcp::1-:2,id=net0",
                        "-device",
                        "e1000,netdev=net0,id=nic0,mac=52:54:00:00:00:01")
                .doesNotContain("-incoming");
    }

    @Test
    void eachNumaNodeHasABackendAndAFileOfItsOwn() {
        Machine machine = Samples.machine("""
                ram: 1G
                vcpus: 4
                numa:
                  - { cpus: 0-1, ram: 512M, host_node: 1 }
                  - { cpus: [2, "3"], ram: 256M }
                  - { ram: 256M }
                """);
        List<AbsPath> files = Samples.template(machine).memories();
        assertThat(CommandLine.template(machine, PC, Layout.building("b"), files, IDENTITY))
                .containsSubsequence(
                        "-object",
                        "memory-backend-file,id=mem0,size=512M,mem-path=/mnt/hugetlb/memory,share=on,host-nodes=1,policy=bind",
                        "-object",
                        "memory-backend-file,id=mem1,size=256M,mem-path=/mnt/hugetlb/memory.1,share=on",
                        "-object",
                        "memory-backend-file,id=mem2,size=256M,mem-path=/mnt/hugetlb/memory.2,share=on",
                        "-numa",
                        "node,nodeid=0,cpus=0-1,memdev=mem0",
                        "-numa",
                        "node,nodeid=1,cpus=2,cpus=3,memdev=mem1",
                        "-numa",
                        "node,nodeid=2,memdev=mem2");
        assertThat(CommandLine.boot(machine, PC, Layout.vm("a"), IDENTITY, List.of()))
                .contains("memory-backend-ram,id=mem0,size=512M,host-nodes=1,policy=bind");
    }

    @Test
    void oneNodeThatIsWrittenOutIsTheSameAsNone() {
        Machine none = Samples.machine("{ram: 1G, vcpus: 2}");
        Machine one = Samples.machine("{ram: 1G, vcpus: 2, numa: [{ cpus: 0-1, ram: 1024M }]}");
        assertThat(CommandLine.clone(one, PC, Layout.vm("a"), MEMORY, STATE, IDENTITY))
                .isEqualTo(CommandLine.clone(none, PC, Layout.vm("a"), MEMORY, STATE, IDENTITY));
    }

    @Test
    void doublesCommasInPathsOnly() {
        AbsPath odd = new AbsPath("/mnt/a,b=c/mem,share=on");
        assertThat(CommandLine.clone(Samples.machine("{ram: 1G}"), PC, Layout.vm("a"), List.of(odd), STATE, IDENTITY))
                .contains("memory-backend-file,id=mem0,size=1G,mem-path=/mnt/a,,b=c/mem,,share=on,share=off");
    }

    @Test
    void extraArgumentsGoThroughAsTheyAre() {
        Machine machine = Samples.machine("{ram: 1G, extra_args: [-smbios, 'type=1,serial=a b', '']}");
        assertThat(CommandLine.boot(machine, PC, Layout.vm("a"), IDENTITY, List.of()))
                .containsSubsequence("-smbios", "type=1,serial=a b", "");
    }

    @Test
    void severalDisksKeepTheirOrder() {
        Machine machine = Samples.machine("{ram: 1G, disks: [a, b]}");
        assertThat(CommandLine.boot(machine, PC, Layout.vm("v"), IDENTITY, List.of()))
                .containsSubsequence(
                        "-drive",
                        "file=/var/lib/tplctl/vms/v/disk.qcow2,if=virtio,format=qcow2",
                        "-drive",
                        "file=/var/lib/tplctl/vms/v/disk1.qcow2,if=virtio,format=qcow2");
    }

    private static String backend(Machine machine, QemuVersion version) {
        Platform platform = new Platform("pc", "kvm", "", version, Flavour.STOCK);
        List<String> argv = CommandLine.clone(machine, platform, Layout.vm("a"), MEMORY, STATE, IDENTITY);
        return argv.get(argv.indexOf("-object") + 1);
    }

    private static List<String> devices(List<String> argv) {
        List<String> devices = new java.util.ArrayList<>();
        for (int i = 0; i < argv.size(); i++) {
            if (argv.get(i).equals("-device")) {
                devices.add(argv.get(i + 1));
            }
        }
        return devices;
    }
}
