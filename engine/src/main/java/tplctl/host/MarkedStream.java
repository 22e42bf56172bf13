package tplctl.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A stream of any bytes, among which stand lines that start with a secret word: the marks. Each mark comes with a newline
 * before it that is no part of what surrounds it. Nobody who does not know the word can imitate one.
 */
final class MarkedStream {
    private static final int LONGEST_MARK = 256;

    /** Takes what stands between marks. The array is only lent. */
    @FunctionalInterface
    interface Sink {
        void take(byte[] bytes, int offset, int length);
    }

    private final InputStream in;
    private final byte[] needle;
    private byte[] buffer = new byte[16 << 10];
    private int start;
    private int end;

    MarkedStream(InputStream in, String word) {
        this.in = in;
        this.needle = ("\n" + word + " ").getBytes(StandardCharsets.US_ASCII);
    }

    /** Hands everything up to the next mark to {@code sink}; what the mark says, or empty at the end of the stream. */
    Optional<String> next(Sink sink) throws IOException {
        while (true) {
            int at = find();
            pass(at, sink);
            if (end - start >= needle.length) {
                int newline = indexOf((byte) '\n', start + needle.length);
                if (newline >= 0) {
                    int from = start + needle.length;
                    String said = new String(buffer, from, newline - from, StandardCharsets.UTF_8);
                    start = newline + 1;
                    return Optional.of(said);
                }
                if (end - start > LONGEST_MARK) {
                    throw new IOException("a mark without an end");
                }
            }
            if (!fill()) {
                pass(end, sink);
                return Optional.empty();
            }
        }
    }

    /** What comes behind the last mark, without any further interpretation. */
    InputStream rest() {
        return new SequenceInputStream(new ByteArrayInputStream(Arrays.copyOfRange(buffer, start, end)), in);
    }

    private void pass(int until, Sink sink) {
        if (until > start) {
            sink.take(buffer, start, until - start);
            start = until;
        }
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int n = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, n);
        return n >= 0;
    }

    /** Where the needle begins, or what may yet become one, or the end. */
    private int find() {
        for (int at = indexOf(needle[0], start); at >= 0; at = indexOf(needle[0], at + 1)) {
            int length = Math.min(needle.length, end - at);
            if (Arrays.equals(buffer, at, at + length, needle, 0, length)) {
                return at;
            }
        }
        return end;
    }

    private int indexOf(byte wanted, int from) {
        for (int i = from; i < end; i++) {
            if (buffer[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
