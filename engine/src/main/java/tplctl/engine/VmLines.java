package tplctl.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.machine.VmRecord;

/** What the status script printed of one VM. */
final class VmLines {
    private final String name;
    private final List<String> numaMaps = new ArrayList<>();
    private final List<String> smaps = new ArrayList<>();
    private Optional<VmRecord> record = Optional.empty();
    private boolean wasUp;
    private boolean incoming;
    private long pid;
    private long started;

    VmLines(String name) {
        this.name = name;
    }

    void add(String word, String rest) {
        switch (word) {
            case "record" -> record = VmRecord.parse(rest).filter(r -> r.name().equals(name));
            case "up" -> wasUp = true;
            case "incoming" -> incoming = true;
            case "pid" -> {
                pid = Long.parseLong(rest.split(" ")[0]);
                started = Long.parseLong(rest.split(" ")[1]);
            }
            case "map" -> numaMaps.add(rest);
            case "smap" -> smaps.add(rest);
            default -> {
                // a word of a newer script's; nothing to know
            }
        }
    }

    Optional<VmRecord> record() {
        return record;
    }

    boolean wasUp() {
        return wasUp;
    }

    /** Whether it only arrives from another host, and is not this one's yet. */
    boolean isIncoming() {
        return incoming;
    }

    long pid() {
        return pid;
    }

    /** In clock ticks since the host was booted. */
    long started() {
        return started;
    }

    List<String> numaMaps() {
        return numaMaps;
    }

    List<String> smaps() {
        return smaps;
    }
}
