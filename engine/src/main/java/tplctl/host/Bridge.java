package tplctl.host;

/** A program on a host that joins its stdin and stdout with a Unix socket there. */
@FunctionalInterface
public interface Bridge {
    /** The exit code that says that nobody listens: EX_TEMPFAIL of sysexits.h, to try again later. */
    int NOBODY_LISTENS = 75;

    /**
     * The words for a POSIX shell that start it; brings the program to the host where it is missing, which may take a while.
     *
     * <p>It writes the line {@code connected} to stderr once it is, no other that begins so, and nothing to stdout but what
     * comes from the socket. When it cannot connect it says on stderr why and ends with {@link #NOBODY_LISTENS} when there is no
     * such socket or nobody accepts, and with another exit code than that and 0 otherwise. It ends when either side does.
     *
     * @param host acted on as the user that is to connect
     * @throws HostException when the program is not there and cannot be brought
     */
    String command(Host host, String socketPath);
}
