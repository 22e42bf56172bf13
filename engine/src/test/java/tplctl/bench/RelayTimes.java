package tplctl.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tplctl.lab.LabHost;

/**
 * How much of the processors the relays of two hosts took. The kernel's counts are looked at every few milliseconds, since a process
 * takes them along when it ends.
 */
final class RelayTimes implements AutoCloseable {
    private static final int LOOK_MILLIS = 10;
    private static final int FIND_EVERY = 10;
    private static final long MILLIS_PER_TICK = 10;

    private final List<LabHost> hosts;
    private final Map<Long, Long> ticks = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::look, "relay-times");
    private volatile boolean closed;

    private RelayTimes(List<LabHost> hosts) {
        this.hosts = hosts;
    }

    static RelayTimes begin(LabHost... hosts) {
        RelayTimes times = new RelayTimes(List.of(hosts));
        times.thread.start();
        return times;
    }

    /** Of all relays that there were so far. */
    long milliseconds() {
        return ticks.values().stream().mapToLong(each -> each * MILLIS_PER_TICK).sum();
    }

    private void look() {
        try {
            for (int round = 0; !closed; round++) {
                if (round % FIND_EVERY == 0) {
                    find();
                }
                ticks.replaceAll((pid, before) -> Math.max(before, ticksOf(pid)));
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void find() {
        for (LabHost host : hosts) {
            for (long pid : host.processes()) {
                if (!ticks.containsKey(pid)
                        && MigrateHosts.command(pid)
                                .filter(words -> words.get(0).endsWith("java") && words.contains("tplctl.relay.Main"))
                                .isPresent()) {
                    ticks.put(pid, 0L);
                }
            }
        }
    }

    private static long ticksOf(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // Behind the name, which may hold anything: the state is field 3, the times are 14 and 15 (proc(5)).
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException gone) {
            return 0;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
