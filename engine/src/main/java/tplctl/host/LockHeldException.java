package tplctl.host;

/** Another run has the host, or what an earlier run left behind still changes it. */
public final class LockHeldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String host;
    private final String holder;

    /**
     * @param holder the line that the other one left, see {@link LockHolder}
     * @param advice what would be right
     */
    public LockHeldException(String host, String holder, String advice) {
        super(host + ": locked by " + holder + "; " + advice);
        this.host = host;
        this.holder = holder;
    }

    public String host() {
        return host;
    }

    public String holder() {
        return holder;
    }
}
