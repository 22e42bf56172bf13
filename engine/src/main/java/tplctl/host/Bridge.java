package tplctl.host;

/** A program on a host that joins its stdin and stdout with a Unix socket there. */
@FunctionalInterface
public interface Bridge {
    /**
     * The words for a POSIX shell that start it. It writes the line {@code connected} to stderr once it is, or says there why
     * it cannot and ends with an exit code other than 0. It ends when either side does.
     */
    String command(String socketPath);
}
