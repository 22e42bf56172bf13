package tplctl.qemu;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import tplctl.host.Host;
import tplctl.machine.GuestScripts;
import tplctl.machine.GuestTask;

/** Tells one guest who it is. */
final class GuestTeller {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Host host;
    private final GuestTask task;
    private final Emulator emulator;

    GuestTeller(Host host, GuestTask task, Emulator emulator) {
        this.host = host;
        this.task = task;
        this.emulator = emulator;
    }

    void run() {
        String script = GuestScripts.become(task.identity(), machineId()).script();
        GuestAgent.Ended ended =
                emulator.withAgent(task.patience(), agent -> agent.run(List.of("/bin/sh", "-c", script), LIMIT));
        if (ended.exit() != 0) {
            throw emulator.failed("in the guest, sh could not make it " + task.identity() + ": exit " + ended.exit()
                    + indented(ended.err()));
        }
        host.put(task.dirs().spec(), task.recordFile(), "0600");
    }

    private static String indented(String text) {
        return text.isBlank()
                ? ""
                : "\n  " + String.join("\n  ", text.strip().lines().toList());
    }

    // Not drawn in the guest: the guests of two clones have the same random numbers until their kernels have noticed.
    // The form is
    // that of a random UUID, as systemd's are (machine-id(5)).
    private static String machineId() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        id[6] = (byte) ((id[6] & 0x0f) | 0x40);
        id[8] = (byte) ((id[8] & 0x3f) | 0x80);
        return HexFormat.of().formatHex(id);
    }
}
