package tplctl.cli;

/** The command line cannot be used as it is; the message says why and what would be right. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
