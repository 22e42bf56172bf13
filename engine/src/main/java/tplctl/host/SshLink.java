package tplctl.host;

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One connection that is logged in. Any number of threads may call it. */
final class SshLink implements AutoCloseable {
    private static final long GRACE_MILLIS = 2000;

    /** The other end opened no channel; says for which of RFC 4254 section 5.1's reasons. */
    static final class RefusedException extends IOException {
        static final int PROHIBITED = 1;
        static final int CONNECT_FAILED = 2;
        static final int UNKNOWN_TYPE = 3;
        static final int SHORTAGE = 4;
        private static final long serialVersionUID = 1;
        private final int reason;

        RefusedException(int reason) {
            super("the channel was refused");
            this.reason = reason;
        }

        int reason() {
            return reason;
        }

        /** The reason as the RFC calls it. What else the other end said of it, the library drops. */
        String named() {
            return switch (reason) {
                case PROHIBITED -> "administratively prohibited";
                case CONNECT_FAILED -> "connect failed";
                case UNKNOWN_TYPE -> "unknown channel type";
                case SHORTAGE -> "resource shortage";
                default -> "reason " + reason;
            };
        }
    }

    private final SshTarget target;
    private final Session session;
    private final Wire wire;
    private final SshWatch watch;
    private final Ending ending;

    /** @param ending why it is no longer connected, empty as long as it is */
    SshLink(SshTarget target, Session session, Wire wire, SshWatch watch, Ending ending) {
        this.target = target;
        this.session = session;
        this.wire = wire;
        this.watch = watch;
        this.ending = ending;
    }

    SshTarget target() {
        return target;
    }

    boolean connected() {
        return session.isConnected() && ending.why().isEmpty();
    }

    String ending() {
        return ending.why().orElse("the connection is lost");
    }

    /** Why the connection is lost; empty while it is there. */
    Optional<String> loss() {
        return connected() ? Optional.empty() : Optional.of(target.label() + ": " + ending());
    }

    /** A channel that is yet to be connected. */
    <C extends Channel> C open(Class<C> type, String name) throws JSchException {
        Channel channel = session.openChannel(name);
        if (channel == null) {
            // What the library makes of a connection that is lost while it opens one.
            throw new JSchException(ending());
        }
        return type.cast(channel);
    }

    /**
     * @throws RefusedException when the other end does not open it
     * @throws IOException when the connection is lost, or the other end does not answer
     */
    void connect(Channel channel) throws IOException {
        try {
            // With a time limit the library would wait for a confirmation that costs 10 ms; without, it gives up after
            // 20 s.
            channel.connect();
        } catch (JSchException e) {
            if (!connected()) {
                throw new IOException(ending(), e);
            }
            int reason = channel.getExitStatus();
            throw reason > 0 ? new RefusedException(reason) : new IOException("the host did not answer", e);
        }
    }

    /** How long ago something was heard of the server, in nanoseconds. */
    long silence() {
        return System.nanoTime() - wire.heard();
    }

    /** Has the server answer something; blocks while nothing can be sent. */
    void ping() {
        try {
            session.sendKeepAliveMsg();
        } catch (Exception e) {
            // The library's reader thread finds out what is wrong.
        }
    }

    /** Ends it at once, whatever it is doing. */
    void end(String why) {
        ending.because(why);
        wire.close();
        session.disconnect();
    }

    @Override
    public void close() {
        ending.because("the connection was closed");
        if (!session.isConnected()) {
            wire.close();
            return;
        }
        // The farewell cannot be sent when the other end takes nothing.
        SshWatch.Timer timer = watch.after(GRACE_MILLIS, TimeUnit.MILLISECONDS, wire::close);
        session.disconnect();
        timer.close();
        wire.close();
    }
}
