package tplctl.host;

/** There is no connection to a host, or it broke. What ran there may or may not have ended. */
public final class HostUnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String host;

    public HostUnreachableException(String host, String problem, Throwable cause) {
        super(host + ": " + problem, cause);
        this.host = host;
    }

    public String host() {
        return host;
    }
}
