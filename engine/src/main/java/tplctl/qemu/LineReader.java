package tplctl.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Cuts a stream into UTF-8 lines of bounded length. Not thread-safe. */
final class LineReader {
    private final InputStream in;
    private final int limit;
    private final byte[] chunk = new byte[8192];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int next;
    private int end;

    LineReader(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /**
     * The next line without its end; empty at the end of the stream, which drops a line that is not complete.
     *
     * @throws LineTooLongException when it is longer than the limit, in bytes
     */
    Optional<String> next() throws IOException {
        while (true) {
            int start = next;
            while (next < end && chunk[next] != '\n') {
                next++;
            }
            line.write(chunk, start, next - start);
            if (line.size() > limit) {
                throw new LineTooLongException(limit);
            }
            if (next < end) {
                next++;
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                return Optional.of(text);
            }
            next = 0;
            end = in.read(chunk);
            if (end < 0) {
                end = 0;
                return Optional.empty();
            }
        }
    }

    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1;

        LineTooLongException(int limit) {
            super("a line is longer than " + limit + " bytes");
        }
    }
}
