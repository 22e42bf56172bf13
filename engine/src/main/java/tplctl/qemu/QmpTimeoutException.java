package tplctl.qemu;

/** The emulator did not answer, or an awaited event did not come, in time. The connection is still good. */
public final class QmpTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public QmpTimeoutException(String name, String problem) {
        super(name + ": " + problem);
    }
}
