package tplctl.host;

/** Nobody listens on a Unix socket: there is no such socket, or it refuses, or its queue is full. */
public final class NobodyListensException extends HostException {
    private static final long serialVersionUID = 1;

    public NobodyListensException(String host, String attempted, String problem) {
        super(host, attempted, problem);
    }
}
