package tplctl.qemu;

/** There is no QMP to the emulator any more, or never was: it closed, or what it said is no QMP. */
public final class QmpConnectionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String name;
    private final String problem;

    public QmpConnectionException(String name, String problem, Throwable cause) {
        super(name + ": " + problem, cause);
        this.name = name;
        this.problem = problem;
    }

    QmpConnectionException(String name, String problem) {
        super(name + ": " + problem);
        this.name = name;
        this.problem = problem;
    }

    /** The same seen by somebody who waited for {@code what}, with that one's stack. */
    QmpConnectionException without(String what) {
        return new QmpConnectionException(name, "no " + what + ": " + problem, this);
    }
}
