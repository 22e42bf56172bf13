package tplctl.kind;

/** A probe answered what it should not be able to answer; the observation failed, nothing is concluded from it. */
public final class ProbeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProbeException(String message) {
        super(message);
    }
}
