package tplctl.cli;

/** What the program's exit codes mean; scripts rely on them. */
final class ExitCode {
    static final int DONE = 0;
    static final int INTERNAL = 1;

    /** Something failed, or {@code plan --detailed-exitcode} found changes. */
    static final int FAILED = 2;

    static final int INVALID = 3;

    /** Unreachable hosts, and nothing else went wrong. */
    static final int UNREACHABLE = 4;

    static final int USAGE = 5;
    static final int LOCKED = 6;

    /** The user declined, or nobody was there to agree. */
    static final int DECLINED = 7;

    private ExitCode() {}
}
