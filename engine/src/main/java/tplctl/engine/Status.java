package tplctl.engine;

import java.util.List;

/** What runs on one host, as it was found. */
public record Status(String host, List<Template> templates, List<Vm> vms) {
    public Status {
        templates = List.copyOf(templates);
        vms = List.copyOf(vms);
    }

    /**
     * A sealed template.
     *
     * @param digest its build's id
     * @param memoryBytes how much memory its RAM file takes on the host
     * @param verified {@code ok} or what is wrong, when digests were computed; empty when they were not
     */
    public record Template(String name, String owner, String digest, long memoryBytes, String verified) {}

    /**
     * A VM.
     *
     * @param template empty for one that was not cloned
     * @param state {@code running}, {@code paused} and so on as QMP names it; {@code off} without a process, {@code unfinished}
     *     when an interrupted start left it, {@code unresponsive} when QMP does not answer, {@code incoming} while it arrives from
     *     another host, {@code moved to HOST} when it left for one
     * @param pid 0 without a process
     * @param privateBytes RAM that is its own
     * @param sharedBytes RAM that it maps from its template
     */
    public record Vm(
            String name,
            String owner,
            String template,
            String state,
            long pid,
            long uptimeSeconds,
            long privateBytes,
            long sharedBytes) {}
}
