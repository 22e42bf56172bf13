package tplctl.relay;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** A job of the relay failed. Its message says what is wrong, where, and what would be right. */
public final class RelayException extends IOException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is, for whoever gave the job; the text is for people. */
    public enum Code {
        /** The job does not make sense. */
        USAGE,
        /** A file, a socket or a process failed. */
        IO,
        /** A file system, or the pool of huge pages, is full. */
        NO_SPACE,
        /** There is a file already where one was to be made. */
        EXISTS,
        /** The content is not what the digest says. */
        DIGEST,
        /** The other relay failed, or went away. */
        PEER,
        /** Something took too long. */
        TIMEOUT,
        /** The migration stream holds what the filter does not know; a full migration may do. */
        REFUSED,
        /** The job was cancelled. */
        CANCELLED;

        /** As in an answer: {@code no-space}. */
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private final Code code;
    private final String text;

    public RelayException(Code code, String message) {
        super(message);
        this.code = code;
        this.text = message;
    }

    public RelayException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.text = message;
    }

    @Override
    public String getMessage() {
        return text;
    }

    /** The code of a word; {@link Code#PEER} for one that is none. */
    static Code code(String word) {
        for (Code each : Code.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        return Code.PEER;
    }

    public Code code() {
        return code;
    }

    /** The same failure as a {@code RelayException}; what it was attempted on comes before the reason. */
    static RelayException of(String attempted, IOException cause) {
        if (cause instanceof RelayException known) {
            return known;
        }
        String reason = reason(cause);
        // strerror(3) of ENOSPC; the relay is started in a locale that leaves it as it is.
        Code code = reason.contains("No space left on device") ? Code.NO_SPACE : Code.IO;
        return new RelayException(code, attempted + ": " + reason, cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return "interrupted";
        }
        if (cause instanceof NoSuchFileException missing) {
            return "no such file or directory: " + missing.getFile();
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
