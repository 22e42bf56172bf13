package tplctl.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads lines from a stream byte by byte, so that what follows a line is still in the stream. */
final class Lines {
    /** For a job: paths, numbers and a certificate. */
    static final int LIMIT = 64 << 10;

    private Lines() {}

    /**
     * The next line without its end; empty at the end of the stream, which drops a line that is not complete.
     *
     * @throws RelayException when it is longer than {@link #LIMIT} bytes
     */
    static Optional<String> next(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return Optional.empty();
            }
            if (line.size() == LIMIT) {
                throw new RelayException(RelayException.Code.USAGE, "a line is longer than " + LIMIT + " bytes");
            }
            line.write(next);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }
}
