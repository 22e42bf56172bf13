package tplctl.kinds;

/**
 * What was found at a path.
 *
 * @param <T> what is known of the thing when it is of the wanted sort
 */
sealed interface Seen<T> {
    /** Nothing; {@code parents} of the directories above it are missing too. */
    record Missing<T>(int parents) implements Seen<T> {}

    /** Something else, in words: "a symbolic link". */
    record Obstacle<T>(String what) implements Seen<T> {}

    /** The wanted sort of thing. */
    record Here<T>(T it) implements Seen<T> {}
}
