package tplctl.machine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells a running guest, through qemu-guest-agent, who it is, and remembers that it was told.
 *
 * @param identity what it is told; not empty
 * @param record what is known of the VM once it was told
 * @param patience how long the agent may take to answer first
 */
public record GuestTask(String name, Layout.Dirs dirs, GuestIdentity identity, VmRecord record, Duration patience)
        implements VmTask {
    @Override
    public List<String> shown() {
        List<String> told = new ArrayList<>();
        identity.hostname().ifPresent(hostname -> told.add("its host name is " + hostname));
        if (identity.newMachineId()) {
            told.add("its machine-id is one drawn now");
        }
        return List.of("guest agent on " + dirs.agent() + ": " + String.join(", ", told));
    }

    @Override
    public String doing() {
        return "tell the guest of " + name + " who it is";
    }

    /** The record as its file has it. */
    public byte[] recordFile() {
        return (record.toJson() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
