package tplctl.qemu;

/** The guest agent did not answer, or not as it should, or refused a command. */
final class GuestAgentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GuestAgentException(String problem) {
        super(problem);
    }

    GuestAgentException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
