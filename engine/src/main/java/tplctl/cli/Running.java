package tplctl.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import tplctl.kind.ResourceId;

/** The resources that are being worked on, in the order in which they began. Not thread-safe. */
final class Running {
    /**
     * One of them.
     *
     * @param doing the step that runs, in a few words; empty before the first
     * @param output the last line that it wrote; empty when it wrote none
     * @param told how much of its time was told of in lines of their own
     */
    record Task(ResourceId id, long began, String doing, String output, long told) {
        /** What is done, in words. */
        String shown() {
            return output.isEmpty() ? doing : doing + ": " + output;
        }
    }

    private final Map<ResourceId, Task> tasks = new LinkedHashMap<>();
    private final LongSupplier nanos;

    Running(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void started(ResourceId id) {
        tasks.put(id, new Task(id, nanos.getAsLong(), "", "", 0));
    }

    void step(ResourceId id, String doing) {
        tasks.computeIfPresent(id, (i, t) -> new Task(i, t.began(), doing, "", t.told()));
    }

    void output(ResourceId id, String line) {
        tasks.computeIfPresent(id, (i, t) -> new Task(i, t.began(), t.doing(), line, t.told()));
    }

    void finished(ResourceId id) {
        tasks.remove(id);
    }

    List<Task> all() {
        return new ArrayList<>(tasks.values());
    }

    long elapsed(Task task) {
        return nanos.getAsLong() - task.began();
    }

    /** Those that crossed another multiple of {@code period} since they were last due. */
    List<Task> due(long period) {
        List<Task> due = new ArrayList<>();
        for (Task task : all()) {
            long periods = elapsed(task) / period;
            if (periods > task.told()) {
                Task told = new Task(task.id(), task.began(), task.doing(), task.output(), periods);
                tasks.put(task.id(), told);
                due.add(told);
            }
        }
        return due;
    }
}
