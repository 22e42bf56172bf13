package tplctl.qemu;

/** Told how a task that takes long is coming on; called from several threads, and must return at once. */
public interface TaskListener {
    /** A listener that hears nothing. */
    TaskListener SILENT = new TaskListener() {};

    /** Where it is, in a few words that stand beside what it does. */
    default void progress(String where) {}

    /** Something that the user should know, whatever becomes of the task; one line. */
    default void warn(String line) {}
}
