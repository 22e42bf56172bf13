package tplctl.host;

import com.jcraft.jsch.ChannelExec;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/** A command on an SSH channel of its own. */
final class SshCommand implements Transport.Running {
    private static final long LOOK_MILLIS = 10;

    private final ChannelExec channel;
    private final OutputStream in;
    private final Inbox out;
    private final Inbox err;
    private final Runnable closed;
    private final AtomicBoolean done = new AtomicBoolean();

    /** @param closed runs once, when it is let go of */
    SshCommand(ChannelExec channel, OutputStream in, Inbox out, Inbox err, Runnable closed) {
        this.channel = channel;
        this.in = in;
        this.out = out;
        this.err = err;
        this.closed = closed;
    }

    @Override
    public OutputStream in() {
        return in;
    }

    @Override
    public InputStream out() {
        return out.stream();
    }

    @Override
    public InputStream err() {
        return err.stream();
    }

    @Override
    public OptionalInt exit(Duration limit) {
        long start = System.nanoTime();
        try {
            // The library ends stderr with the channel, after the exit code and a moment after it says that it is
            // closed.
            while (!channel.isClosed()) {
                long left = limit.toMillis() - (System.nanoTime() - start) / 1_000_000;
                if (left <= 0) {
                    return OptionalInt.empty();
                }
                err.awaitEnd(Math.min(left, LOOK_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
        int code = channel.getExitStatus();
        return code < 0 ? OptionalInt.empty() : OptionalInt.of(code);
    }

    @Override
    public void close() {
        if (done.compareAndSet(false, true)) {
            channel.disconnect();
            closed.run();
        }
    }
}
