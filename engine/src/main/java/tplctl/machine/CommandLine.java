package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Sh;

/**
 * The emulator's argument vector. The options of the machine come first, in the order in which people write them by hand; what
 * tplctl adds follows.
 */
public final class CommandLine {
    /** The id of the RAM backend of a NUMA node, and so of its RAM block in a migration stream. */
    public static String ramId(int node) {
        return "mem" + node;
    }

    /** The port that qemu-guest-agent opens when nothing else is said to it (qga/main.c, QGA_VIRTIO_PATH_DEFAULT). */
    private static final String AGENT_PORT = "org.qemu.guest_agent.0";

    /**
     * Where a card sits.
     *
     * @param bus the bus's id, {@code pci.0}
     * @param addr the slot and function, {@code 0x5} or {@code 0x5.0x1}
     */
    public record Slot(String bus, String addr) {}

    /** Where the guest's RAM is. */
    public sealed interface Ram {
        /** In files that others may map, one for each NUMA node: a template's, while it is built. */
        record Shared(List<AbsPath> files) implements Ram {}

        /** A template's files, copy-on-write. */
        record Private(List<AbsPath> files) implements Ram {}

        /** Its own, anonymous. */
        record Own() implements Ram {}
    }

    private final Machine machine;
    private final Platform platform;
    private final Layout.Dirs dirs;
    private final List<String> argv = new ArrayList<>();
    private boolean arrives;
    private Optional<AbsPath> state = Optional.empty();
    private List<Slot> slots = List.of();

    private CommandLine(Machine machine, Platform platform, Layout.Dirs dirs) {
        this.machine = machine;
        this.platform = platform;
        this.dirs = dirs;
    }

    /** A template's machine, to be booted and frozen; {@code memory} has a file for each NUMA node. */
    public static List<String> template(
            Machine machine, Platform platform, Layout.Dirs dirs, List<AbsPath> memory, Identity identity) {
        CommandLine line = new CommandLine(machine, platform, dirs);
        line.machine(new Ram.Shared(memory), List.of());
        line.identity(identity);
        return line.argv;
    }

    /**
     * A machine that loads a template's state, or waits to be told to; see {@link Platform#loadsAtStart}. Its cards are plugged in after
     * the load.
     */
    public static List<String> clone(
            Machine machine,
            Platform platform,
            Layout.Dirs dirs,
            List<AbsPath> memory,
            AbsPath state,
            Identity identity) {
        CommandLine line = new CommandLine(machine, platform, dirs);
        line.state = Optional.of(state).filter(file -> platform.loadsAtStart());
        line.machine(new Ram.Private(memory), List.of());
        line.identity(identity);
        return line.argv;
    }

    /** A machine that boots from its own disk. */
    public static List<String> boot(
            Machine machine, Platform platform, Layout.Dirs dirs, Identity identity, List<Machine.Nic> nics) {
        CommandLine line = new CommandLine(machine, platform, dirs);
        line.machine(new Ram.Own(), nics);
        line.identity(identity);
        return line.argv;
    }

    /**
     * A machine that waits, stopped, for another one's state to arrive.
     *
     * @param memory the template's RAM files; empty when the RAM is to be its own
     * @param guid the generation id of the machine that arrives, so that its guest does not take itself for a copy
     * @param slots where each of the cards sits in the machine that arrives, in their order
     */
    public static List<String> arriving(
            Machine machine,
            Platform platform,
            Layout.Dirs dirs,
            List<AbsPath> memory,
            Identity identity,
            String guid,
            List<Machine.Nic> nics,
            List<Slot> slots) {
        CommandLine line = new CommandLine(machine, platform, dirs);
        line.arrives = true;
        line.slots = List.copyOf(slots);
        line.machine(memory.isEmpty() ? new Ram.Own() : new Ram.Private(memory), nics);
        line.identity(identity, guid);
        return line.argv;
    }

    private void machine(Ram ram, List<Machine.Nic> nics) {
        argv.add(machine.emulator());
        Opts type = Opts.of(platform.machineType()).and("accel", platform.accel());
        machine.options().forEach(type::and);
        add("-machine", type);
        add("-cpu", cpu());
        add("-smp", machine.vcpus() + ",cores=" + machine.vcpus() + ",threads=1,sockets=1");
        add("-m", memory());
        for (int node = 0; node < machine.nodes().size(); node++) {
            add("-object", backend(ram, node));
        }
        for (int node = 0; node < machine.nodes().size(); node++) {
            add("-numa", numa(node));
        }
        for (int i = 0; i < machine.disks().size(); i++) {
            add("-drive", Opts.with("file", dirs.disk(i)).and("if", "virtio").and("format", "qcow2"));
        }
        machine.qmp().ifPresent(own -> add("-qmp", own));
        add("-qmp", "unix:" + dirs.qmp() + ",server=on,wait=off");
        argv.addAll(SerialPort.options(
                machine.serial().orElse("unix:" + dirs.serial() + ",server=on,wait=off"), dirs.serialLog()));
        add("-monitor", machine.monitor().orElse("unix:" + dirs.monitor() + ",server=on,wait=off"));
        if (ram instanceof Ram.Private || arrives) {
            // The URI goes through a shell (migration/exec.c).
            add(
                    "-incoming",
                    state.map(file -> "exec:cat " + Sh.quoted(file.text())).orElse("defer"));
        }
        if (arrives) {
            argv.add("-S");
        }
        add("-parallel", "none");
        add("-serial", "none");
        if (ram instanceof Ram.Shared) {
            add("-net", "none");
        }
        for (int i = 0; i < nics.size(); i++) {
            Machine.Nic nic = nics.get(i);
            add("-netdev", nic.netdev() + ",id=net" + i);
            Opts card = Opts.of(nic.model()).and("netdev", "net" + i).and("id", "nic" + i);
            nic.mac().ifPresent(mac -> card.and("mac", mac));
            if (i < slots.size()) {
                card.and("bus", slots.get(i).bus()).and("addr", slots.get(i).addr());
            }
            add("-device", card);
        }
        add("-vga", "none");
        argv.add("-nographic");
        if (state.isPresent()) {
            argv.add(EmulatorProbe.OSNET_OPTION);
        }
        argv.add("-nodefaults");
        machine.kernel().ifPresent(path -> add("-kernel", path));
        machine.initrd().ifPresent(path -> add("-initrd", path));
        machine.append().ifPresent(text -> add("-append", text));
        machine.devices().forEach(device -> add("-device", device));
        argv.addAll(machine.extraArgs());
    }

    private void identity(Identity identity) {
        identity(identity, "auto");
    }

    private void identity(Identity identity, String guid) {
        argv.add("-no-user-config");
        add("-name", identity.name());
        add("-uuid", identity.uuid());
        add("-device", "vmgenid,guid=" + guid + ",id=vmgenid0");
        if (machine.agent()) {
            agent();
        }
    }

    // Templates, clones and machines that arrive all have it at the same place of their device lists, and so at the
    // same
    // address: a state is loaded by a device's path on its bus.
    private void agent() {
        add("-chardev", Opts.of("socket").and("id", "agent0").and("path", dirs.agent()) + ",server=on,wait=off");
        add("-device", "virtio-serial-pci,id=agentbus0");
        add("-device", "virtserialport,bus=agentbus0.0,chardev=agent0,name=" + AGENT_PORT + ",id=agentport0");
    }

    private String cpu() {
        String model = machine.cpu().orElse(platform.accel().equals("kvm") ? "host" : "max");
        return machine.cpuOptions().isEmpty() ? model : model + "," + String.join(",", machine.cpuOptions());
    }

    private String memory() {
        String slots = machine.slots().map(n -> ",slots=" + n).orElse("");
        String max = machine.maxRam().map(m -> ",maxmem=" + m).orElse("");
        return machine.ram() + slots + max;
    }

    private String numa(int node) {
        Opts numa = Opts.of("node").and("nodeid", node);
        machine.nodes().get(node).cpus().forEach(range -> numa.and("cpus", range));
        return numa.and("memdev", ramId(node)).toString();
    }

    private String backend(Ram ram, int node) {
        Machine.Node of = machine.nodes().get(node);
        Opts backend = Opts.of(ram instanceof Ram.Own ? "memory-backend-ram" : "memory-backend-file")
                .and("id", ramId(node))
                .and("size", of.ram());
        if (ram instanceof Ram.Shared shared) {
            backend.and("mem-path", shared.files().get(node)).and("share", "on");
        } else if (ram instanceof Ram.Private mapped) {
            backend.and("mem-path", mapped.files().get(node)).and("share", "off");
            if (platform.mapsTemplateReadOnly()) {
                backend.and("readonly", "on").and("rom", "off");
            }
        }
        of.hostNode().ifPresent(host -> backend.and("host-nodes", host).and("policy", "bind"));
        return backend.toString();
    }

    private void add(String option, Object value) {
        argv.add(option);
        argv.add(value.toString());
    }
}
