package tplctl.kind;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A number of bytes, written as QEMU and mount(8) write it: digits and an optional K, M, G or T, in powers of 1024. */
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})([KMGT]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT";

    /** Reads a size; empty when it is none, or more than 2^63-1 bytes. */
    public static Optional<ByteSize> parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(m.group(1));
        int shift = m.group(2).isEmpty()
                ? 0
                : 10 * (UNITS.indexOf(Character.toUpperCase(m.group(2).charAt(0))) + 1);
        if (number > Long.MAX_VALUE >> shift) {
            return Optional.empty();
        }
        return Optional.of(new ByteSize(number << shift));
    }

    public static ByteSize mebi(long count) {
        return new ByteSize(count << 20);
    }

    /** How many units of that many bytes hold it, rounded up. */
    public long in(long unit) {
        return bytes / unit + (bytes % unit == 0 ? 0 : 1);
    }

    /** The shortest exact form: {@code 1G}, {@code 500M}, {@code 4097}. */
    @Override
    public String toString() {
        for (int i = UNITS.length() - 1; i >= 0; i--) {
            long unit = 1L << (10 * (i + 1));
            if (bytes >= unit && bytes % unit == 0) {
                return bytes / unit + UNITS.substring(i, i + 1);
            }
        }
        return Long.toString(bytes);
    }

    // Spelled out, because a record's own are linked at run time, which costs a start-up tens of milliseconds.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteSize that && bytes == that.bytes;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bytes);
    }
}
