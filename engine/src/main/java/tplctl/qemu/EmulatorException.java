package tplctl.qemu;

/** An emulator did not do what it was told. Says on which host, what was attempted, and the emulator's or the guest's last words. */
public final class EmulatorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EmulatorException(String host, String attempted, String problem) {
        super(host + ": " + attempted + ": " + problem);
    }

    public EmulatorException(String host, String attempted, String problem, Throwable cause) {
        super(host + ": " + attempted + ": " + problem, cause);
    }
}
