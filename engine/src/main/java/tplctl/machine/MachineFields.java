package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Links;
import tplctl.kind.Ref;
import tplctl.kind.Schema;
import tplctl.kind.Type;
import tplctl.kind.Types;
import tplctl.kind.Values;

/** The fields of {@code machine} in templates and plain VMs. */
public final class MachineFields {
    private static final Pattern MAC = Pattern.compile("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

    private static final Field<String> NETDEV =
            Field.required("netdev", Types.WORD, "a -netdev without its id: user, or tap,ifname=tap0,script=no");
    private static final Field<String> MODEL =
            Field.withDefault("model", Types.WORD, "virtio-net-pci", "the card's device model");
    private static final Field<Optional<String>> NIC_MAC = Field.optional(
            "mac",
            Types.scalar(
                    "a MAC address such as 52:54:00:12:34:56",
                    new tplctl.kind.Shape.Text(MAC.pattern()),
                    s -> MAC.matcher(s.text()).matches() ? Optional.of(s.text()) : Optional.empty()),
            "the card's address; derived from host, owner and name when left out");
    private static final Schema<Machine.Nic> NIC = new Schema<>(
            "a network card",
            List.of(NETDEV, MODEL, NIC_MAC),
            (v, to) -> new Machine.Nic(v.get(NETDEV), v.get(MODEL), v.get(NIC_MAC)));

    /** The cards that a machine or a clone has. */
    public static final Field<List<Machine.Nic>> NICS =
            Field.withDefault("nics", Types.list(Types.fields(NIC)), List.of(), "network cards");

    private static final Field<String> EMULATOR = Field.withDefault(
            "emulator", Types.WORD, Machine.DEFAULT_EMULATOR, "the emulator, by name or absolute path");
    private static final Field<String> TYPE = Field.withDefault(
            "type", Types.WORD, "pc", "machine type; an alias stands for the versioned type behind it");
    private static final Field<Map<String, String>> OPTIONS =
            Field.withDefault("options", Types.map(Types.WORD), Map.of(), "further options of -machine");
    private static final Field<String> ACCEL = Field.withDefault(
            "accel",
            Types.oneOf("auto", "kvm", "tcg"),
            "auto",
            "accelerator; auto is kvm where it really runs a guest");
    private static final Field<Optional<String>> CPU =
            Field.optional("cpu", Types.WORD, "CPU model; host under kvm and max under tcg when left out");
    private static final Field<List<String>> CPU_OPTIONS =
            Field.withDefault("cpu_options", Types.list(Types.WORD, true), List.of(), "further options of -cpu");
    private static final Field<Integer> VCPUS =
            Field.withDefault("vcpus", Types.integer(1, 4096), 1, "number of virtual CPUs");
    private static final Field<ByteSize> RAM = Field.required("ram", Types.SIZE, "memory of the machine");
    private static final Field<Optional<Integer>> SLOTS =
            Field.optional("slots", Types.integer(1, 256), "memory slots for hot-plugging");
    private static final Field<Optional<ByteSize>> MAX_RAM =
            Field.optional("max_ram", Types.SIZE, "the most memory that hot-plugging can reach");
    private static final Type<Ref> IMAGE = Types.ref("images");
    private static final Field<Optional<Ref>> DISK =
            Field.optional("disk", IMAGE, "the image that the machine boots on, through an overlay of its own");
    private static final Field<List<Ref>> DISKS =
            Field.withDefault("disks", Types.list(IMAGE), List.of(), "several such images, in order");
    private static final Field<Optional<AbsPath>> KERNEL =
            Field.optional("kernel", Types.USED_PATH, "a Linux kernel to boot directly");
    private static final Field<Optional<AbsPath>> INITRD =
            Field.optional("initrd", Types.USED_PATH, "its initial RAM disk");
    private static final Field<Optional<String>> APPEND = Field.optional("append", Types.TEXT, "its command line");
    private static final Field<Optional<String>> SERIAL =
            Field.optional("serial", Types.WORD, "a -serial device; a Unix socket in the run directory when left out");
    private static final Field<Optional<String>> MONITOR = Field.optional(
            "monitor", Types.WORD, "a -monitor device; a Unix socket in the run directory when left out");
    private static final Field<Optional<String>> QMP =
            Field.optional("qmp", Types.WORD, "a QMP server of your own, beside the one that tplctl uses");
    private static final Field<Boolean> AGENT = Field.withDefault(
            "agent",
            Types.BOOL,
            false,
            "a channel for qemu-guest-agent, which \"guest\" of a VM and \"ready: {agent: true}\" speak through");
    private static final Field<List<String>> DEVICES =
            Field.withDefault("devices", Types.list(Types.WORD), List.of(), "further -device options");
    private static final Field<List<String>> EXTRA_ARGS = Field.withDefault(
            "extra_args", Types.list(Types.TEXT), List.of(), "further arguments for the emulator, as they are");

    public static final Schema<Machine> SCHEMA = new Schema<>(
            "a machine",
            List.of(
                    EMULATOR,
                    TYPE,
                    OPTIONS,
                    ACCEL,
                    CPU,
                    CPU_OPTIONS,
                    VCPUS,
                    RAM,
                    SLOTS,
                    MAX_RAM,
                    NumaFields.NUMA,
                    DISK,
                    DISKS,
                    KERNEL,
                    INITRD,
                    APPEND,
                    NICS,
                    SERIAL,
                    MONITOR,
                    QMP,
                    AGENT,
                    DEVICES,
                    EXTRA_ARGS),
            MachineFields::build);

    private MachineFields() {}

    /** The machine with what its disks refer to. */
    public static Machine link(Machine machine, Links links) {
        return machine.withDisks(machine.disks().stream()
                .map(d -> new Machine.Disk(d.ref(), links.of(d.ref(), DiskImage.class)))
                .toList());
    }

    private static Machine build(Values v, Decoding to) {
        if (v.get(DISK).isPresent() && !v.get(DISKS).isEmpty()) {
            to.error(v.at(DISKS), "\"disk\" and \"disks\" at once", "write all of them under disks");
        }
        if (v.get(SLOTS).isPresent() != v.get(MAX_RAM).isPresent()) {
            to.error(v.at(), "\"slots\" and \"max_ram\" belong together", "write both or none");
        }
        v.get(MAX_RAM)
                .filter(max -> max.bytes() <= v.get(RAM).bytes())
                .ifPresent(
                        max -> to.error(v.at(MAX_RAM), "max_ram " + max + " is not more than ram " + v.get(RAM), ""));
        List.of(SERIAL, MONITOR, QMP).forEach(console -> ConsoleFields.check(v, console, to));
        NumaFields.check(v.get(NumaFields.NUMA), v.get(VCPUS), v.get(RAM), v.at(NumaFields.NUMA), to);
        if (v.get(KERNEL).isEmpty()
                && (v.get(INITRD).isPresent() || v.get(APPEND).isPresent())) {
            to.error(v.at(), "\"initrd\" and \"append\" need a \"kernel\"", "");
        }
        List<Machine.Disk> disks = new ArrayList<>();
        v.get(DISK).ifPresent(ref -> disks.add(new Machine.Disk(ref, Optional.empty())));
        v.get(DISKS).forEach(ref -> disks.add(new Machine.Disk(ref, Optional.empty())));
        return new Machine(
                v.get(EMULATOR),
                v.get(TYPE),
                v.get(OPTIONS),
                v.get(ACCEL),
                v.get(CPU),
                v.get(CPU_OPTIONS),
                v.get(VCPUS),
                v.get(RAM),
                v.get(SLOTS),
                v.get(MAX_RAM),
                v.get(NumaFields.NUMA),
                disks,
                v.get(KERNEL),
                v.get(INITRD),
                v.get(APPEND),
                v.get(NICS),
                v.get(SERIAL),
                v.get(MONITOR),
                v.get(QMP),
                v.get(AGENT),
                v.get(DEVICES),
                v.get(EXTRA_ARGS));
    }
}
