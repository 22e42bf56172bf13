package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;

/** Where a host's shells run: on this machine, or at the other end of one SSH connection. Any number of threads may call it. */
interface Transport extends AutoCloseable {
    /** The host's name in the inventory. */
    String host();

    /**
     * Starts a command as the login user. As with sshd, that user's login shell runs it, whichever that is.
     *
     * @throws BusyException when the other end takes no further command until another has ended
     * @throws HostUnreachableException when the connection is lost
     */
    Running start(String command);

    /**
     * Connects to a listening Unix stream socket as the login user.
     *
     * @param patience how long to keep trying while nobody listens there; {@link Duration#ZERO} tries once
     * @throws NobodyListensException when nobody listened in that time
     * @throws HostException when the login user may not, or the path cannot be a socket's
     */
    Duplex openUnix(String socketPath, Duration patience);

    /** {@link Host#openTcp}, as the login user. */
    Duplex openTcp(String address, int port, Duration limit);

    /** False once the connection is lost or closed; it does not come back. */
    boolean connected();

    /** Why it is not {@link #connected}, in words for the user. */
    String ending();

    /** Ends all commands and connections. Idempotent. */
    @Override
    void close();

    /** A command that was started. */
    interface Running extends AutoCloseable {
        OutputStream in();

        /**
         * Writes to its stdin. That a command has ended before it read all of this is no error here: one that may not do its work
         * does, and its output says why.
         */
        default void tell(String text) {
            try {
                in().write(text.getBytes(StandardCharsets.UTF_8));
                in().flush();
            } catch (IOException e) {
                // Its stdout ends without the answer that is waited for.
            }
        }

        InputStream out();

        InputStream err();

        /** Waits for the command's end; its exit code, or empty when it did not end in time or with a code. */
        OptionalInt exit(Duration limit);

        /** Closes the streams and lets go of the command. Idempotent. */
        @Override
        void close();
    }

    /** The other end takes no further command at the moment: sshd_config's MaxSessions is reached. */
    final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public BusyException(String message) {
            super(message);
        }
    }
}
