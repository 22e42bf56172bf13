package tplctl.host;

/** There is no connection to a host, or it broke. What ran there may or may not have ended. */
public final class HostUnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String host;
    private final String problem;

    /** {@code problem} says what is wrong and what would be right. */
    public HostUnreachableException(String host, String problem) {
        super(host + ": " + problem);
        this.host = host;
        this.problem = problem;
    }

    /** Like the two-argument form, with what it came from. */
    public HostUnreachableException(String host, String problem, Throwable cause) {
        super(host + ": " + problem, cause);
        this.host = host;
        this.problem = problem;
    }

    public String host() {
        return host;
    }

    /** The message without the host. */
    public String problem() {
        return problem;
    }
}
