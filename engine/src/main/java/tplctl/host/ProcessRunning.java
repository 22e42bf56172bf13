package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A process of this machine as a transport's command. Letting go of it closes its stdin and does not kill it, as with sshd. */
record ProcessRunning(Process process) implements Transport.Running {
    @Override
    public OutputStream in() {
        return process.getOutputStream();
    }

    @Override
    public InputStream out() {
        return process.getInputStream();
    }

    @Override
    public InputStream err() {
        return process.getErrorStream();
    }

    @Override
    public OptionalInt exit(Duration limit) {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)
                    ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    // Closing the others would wait for whoever reads them; they end with the process.
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It does not read any more, so it has ended.
        }
    }
}
