package tplctl.engine;

import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.machine.MoveMarks;
import tplctl.machine.VmRecord;

/**
 * What a host has of one VM, and what others it has.
 *
 * @param records of all VMs that the host has, by name
 * @param closed whether this user may not look at what tplctl keeps there
 * @param wasUp whether it was ready once
 * @param pid of its emulator; 0 when it does not run
 * @param arguments of its emulator, the program first
 * @param taken the Unix sockets of the host that somebody is connected to, and its TCP ports, as {@link #tcp} has them
 * @param lastOutput the end of what its console printed
 */
public record VmSighting(
        String host,
        String name,
        Map<String, VmRecord> records,
        boolean closed,
        MoveMarks marks,
        boolean wasUp,
        long pid,
        List<String> arguments,
        Set<String> taken,
        String lastOutput) {
    public VmSighting {
        records = Map.copyOf(records);
        arguments = List.copyOf(arguments);
        taken = Set.copyOf(taken);
    }

    /** A TCP port as an element of {@code taken}. */
    public static String tcp(int port) {
        return "TCP port " + port;
    }

    public boolean runs() {
        return pid != 0;
    }

    /** Whether there is anything of it that is the host's own. */
    boolean isKnown() {
        return records.containsKey(name) || marks.isMoving();
    }

    /** As people name it. */
    public String shown() {
        return name + " on " + host;
    }
}
