package tplctl.diag;

/**
 * One thing the user should know about their input.
 *
 * @param summary what is wrong, in one line
 * @param detail what would be right; empty when the summary says it all
 */
public record Diagnostic(Severity severity, Position at, String summary, String detail) {
    /** An error stops the run before anything is touched; a warning does not. */
    public enum Severity {
        ERROR,
        WARNING
    }
}
