package tplctl.qemu;

/** A job of a relay failed. */
final class RelayFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The relay itself ended, or the connection to it. */
    static final String LOST = "lost";

    private final String code;

    /** @param code as in the relay's answer, see {@link tplctl.relay.RelayException.Code}; or {@link #LOST} */
    RelayFailure(String host, String code, String text) {
        super(host + ": " + text);
        this.code = code;
    }

    /** With a message that names hosts already. */
    RelayFailure(String code, String message) {
        super(message);
        this.code = code;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    String code() {
        return code;
    }
}
