package tplctl.host;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A program that runs on a host beside its caller. It does not end because this one does, or a connection, or a terminal: its stdin
 * ends then, and what it does about that is its own affair. One thread may read while others write.
 */
public interface Program extends AutoCloseable {
    /** Its stdin; every write is passed on at once. */
    OutputStream stdin();

    /** Its stdout; ends when the program does, and when the connection to it is lost. */
    InputStream stdout();

    /**
     * The last lines of its stderr, each indented on a line of its own; empty for none. Waits a moment for what a program that has just
     * ended said last; of one that still runs it is what came so far.
     */
    String lastWords();

    /** Ends its stdin. Whoever reads its stdout reads on to the end. Idempotent. */
    void endInput();

    /** Ends its stdin and lets go of it; whoever reads its stdout gets its end or an error. Idempotent. */
    @Override
    void close();
}
