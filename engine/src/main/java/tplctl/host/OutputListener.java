package tplctl.host;

/** Is told what a script writes to stdout while it runs, by a thread of the host's; has to return at once. */
@FunctionalInterface
public interface OutputListener {
    /**
     * A line of it, or how far one has got.
     *
     * @param text without the line's end; bytes that are no UTF-8 are replaced by U+FFFD; the first 4 KiB of a longer line
     * @param whole whether a newline ended it; one that is not whole will be told again, longer, or another in its place, as
     *     programs write that show their progress with carriage returns
     */
    void line(String text, boolean whole);
}
