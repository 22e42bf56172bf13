package tplctl.host;

/** Work on a host was ended because the user interrupted it, or somebody the thread that waited for it. */
public final class HostInterruptedException extends HostException {
    private static final long serialVersionUID = 1;

    public HostInterruptedException(String host, String attempted, String problem) {
        super(host, attempted, problem);
    }
}
