package tplctl.relay;

/** A migration stream holds something that is not known to be right there. Nothing of it was passed on. */
public final class StreamFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long offset;
    private final String expected;
    private final String found;

    /** {@code offset} counts bytes from the stream's first; {@code expected} and {@code found} complete a sentence. */
    public StreamFormatException(long offset, String expected, String found) {
        super("the migration stream is not understood; at byte " + offset + " is " + found + "; expected " + expected);
        this.offset = offset;
        this.expected = expected;
        this.found = found;
    }

    /** Where it begins, in bytes from the stream's first. */
    public long offset() {
        return offset;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
