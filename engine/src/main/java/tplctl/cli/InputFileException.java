package tplctl.cli;

/** A file of the user's cannot be read at all. */
final class InputFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InputFileException(String file, String problem) {
        super(file + ": " + problem);
    }
}
