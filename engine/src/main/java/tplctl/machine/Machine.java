package tplctl.machine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Ref;

/**
 * A virtual machine's hardware as the user declares it.
 *
 * @param emulator the program's name or path
 * @param type a machine type or its alias; an alias stands for the versioned type behind it
 * @param options further options of {@code -machine}, in the user's order
 * @param accel {@code auto}, {@code kvm} or {@code tcg}
 * @param cpu the model; empty for {@code host} under kvm and {@code max} under tcg
 * @param numa the guest's NUMA nodes; empty for one node with all of it
 * @param serial a {@code -serial} device of the user's; empty for a Unix socket in the run directory
 * @param monitor likewise for {@code -monitor}
 * @param qmp likewise for a second QMP server; tplctl always has its own
 * @param agent whether the guest has a channel for qemu-guest-agent
 */
public record Machine(
        String emulator,
        String type,
        Map<String, String> options,
        String accel,
        Optional<String> cpu,
        List<String> cpuOptions,
        int vcpus,
        ByteSize ram,
        Optional<Integer> slots,
        Optional<ByteSize> maxRam,
        List<Node> numa,
        List<Disk> disks,
        Optional<AbsPath> kernel,
        Optional<AbsPath> initrd,
        Optional<String> append,
        List<Nic> nics,
        Optional<String> serial,
        Optional<String> monitor,
        Optional<String> qmp,
        boolean agent,
        List<String> devices,
        List<String> extraArgs) {
    public static final String DEFAULT_EMULATOR = "qemu-system-x86_64";

    public Machine {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        cpuOptions = List.copyOf(cpuOptions);
        numa = List.copyOf(numa);
        disks = List.copyOf(disks);
        nics = List.copyOf(nics);
        devices = List.copyOf(devices);
        extraArgs = List.copyOf(extraArgs);
    }

    /**
     * One NUMA node of the guest, with a RAM backend of its own.
     *
     * @param cpus ranges of its virtual CPUs, such as {@code 0-3}; none for a node of RAM alone
     * @param hostNode the host's node that its RAM is taken from
     */
    public record Node(List<String> cpus, ByteSize ram, Optional<Integer> hostNode) {
        public Node {
            cpus = List.copyOf(cpus);
        }
    }

    /** A disk that the machine boots on through an overlay of its own; {@code image} is known once it is linked. */
    public record Disk(Ref ref, Optional<DiskImage> image) {}

    /**
     * A network card.
     *
     * @param netdev a {@code -netdev} without its id: {@code user}, {@code tap,ifname=tap0,script=no}
     * @param mac the address; empty for one derived from host, owner and name
     */
    public record Nic(String netdev, String model, Optional<String> mac) {}

    /** Its NUMA nodes, one at least. */
    public List<Node> nodes() {
        return numa.isEmpty() ? List.of(new Node(List.of("0-" + (vcpus - 1)), ram, Optional.empty())) : numa;
    }

    /**
     * Everything that it is, as one text; the same for equal machines, wherever in a playbook they are written, and whichever version of
     * tplctl reads it: what could not be said once is left out where it is not said.
     */
    public String fingerprint() {
        String all = withDisks(List.of()).toString().replace(", numa=[]", "").replace(", agent=false", "");
        return all + " " + diskNames();
    }

    /** What its disks are made from: image and format, or the image's name before it is linked. */
    List<String> diskNames() {
        return disks.stream()
                .map(d -> d.image()
                        .map(i -> i.path() + " " + i.format())
                        .orElse(d.ref().name()))
                .toList();
    }

    /** The same machine with its disks' images. */
    public Machine withDisks(List<Disk> linked) {
        return new Machine(
                emulator,
                type,
                options,
                accel,
                cpu,
                cpuOptions,
                vcpus,
                ram,
                slots,
                maxRam,
                numa,
                linked,
                kernel,
                initrd,
                append,
                nics,
                serial,
                monitor,
                qmp,
                agent,
                devices,
                extraArgs);
    }

    /** The same machine with other consoles. */
    public Machine withConsoles(
            Optional<String> otherSerial, Optional<String> otherMonitor, Optional<String> otherQmp) {
        return new Machine(
                emulator,
                type,
                options,
                accel,
                cpu,
                cpuOptions,
                vcpus,
                ram,
                slots,
                maxRam,
                numa,
                disks,
                kernel,
                initrd,
                append,
                nics,
                otherSerial,
                otherMonitor,
                otherQmp,
                agent,
                devices,
                extraArgs);
    }
}
