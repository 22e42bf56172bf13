package tplctl.host;

/** A host that is ours until {@link #close}. */
public interface HostLock extends AutoCloseable {
    /** False once it is closed, or was lost because something killed the process that keeps it on the host. */
    boolean held();

    /** Gives it back. Idempotent. */
    @Override
    void close();
}
