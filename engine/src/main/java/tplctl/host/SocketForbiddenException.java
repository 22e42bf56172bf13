package tplctl.host;

/** The host's sshd lets nobody, or not this user, connect to Unix sockets; what listens there can be reached in another way. */
public final class SocketForbiddenException extends HostException {
    private static final long serialVersionUID = 1;

    public SocketForbiddenException(String host, String attempted, String problem) {
        super(host, attempted, problem);
    }
}
