package tplctl.host;

/** A script ran longer than it was given. Its process group was ended. */
public final class HostTimeoutException extends HostException {
    private static final long serialVersionUID = 1;

    public HostTimeoutException(String host, String attempted, String problem) {
        super(host, attempted, problem);
    }
}
