package tplctl.machine;

/**
 * What follows from what is found of a VM on the two hosts of its move, whatever went before. Two rules stand above all others: both
 * sides never run, and a source that has handed over ({@code postmigrate}) is never continued.
 */
public final class Remnants {
    /** The emulator on the host that the VM leaves, by QMP's {@code query-status}. */
    public enum Source {
        /** No process. */
        NONE,
        RUNNING,
        /**
         * It runs, or is stopped for its switch-over, and a migration is on its way. Nobody may be left who sees to that: without its
         * relay an emulator waits at {@code pre-switchover} for ever.
         */
        MIGRATING,
        /** Stopped by somebody ({@code paused}, {@code prelaunch}, {@code suspended}). */
        PAUSED,
        /** It has handed over. */
        POSTMIGRATE,
        /** Any other status, {@code io-error} for example, or no answer. */
        OTHER
    }

    /** The emulator on the host that the VM comes to. */
    public enum Destination {
        /** No process. */
        NONE,
        /** Its state is not all there. */
        INMIGRATE,
        /** It has everything and waits to be continued. */
        LOADED,
        RUNNING
    }

    /** The mark on the host that the VM leaves. */
    public enum Mark {
        NONE,
        MOVING,
        MOVED
    }

    /** What to do. */
    public enum Verdict {
        /** It is where it shall be; nothing. */
        DONE,
        /** Cancel the migration that is on its way at the source, and look again: until that has ended, nothing is certain. */
        CANCEL,
        /** Nothing is in the way: move it. */
        MOVE,
        /** End and remove what the destination has, then move it. */
        DISCARD_AND_MOVE,
        /** End and remove what the destination has; start it on the source as one found without a process, then move it. */
        RESTART_AND_MOVE,
        /** It runs at the destination: end what is left of it at the source, and mark it moved. */
        FINISH,
        /** Continue it at the destination, mark it moved, end what is left of it at the source. */
        CONTINUE_THERE,
        /** Mark it moved, end what is left of it at the source, and boot it at the destination from its disk there. */
        BOOT_THERE,
        /** A person must look. */
        REFUSE
    }

    private Remnants() {}

    /**
     * Decides.
     *
     * @param incoming whether the destination has the mark that the VM there is not its own yet
     */
    public static Verdict decide(Source source, Mark mark, Destination destination, boolean incoming) {
        if (destination == Destination.RUNNING) {
            return besideARunningOne(source, mark, incoming);
        }
        return switch (source) {
            case OTHER -> Verdict.REFUSE;
            // One without the mark is somebody else's.
            case MIGRATING -> mark == Mark.MOVING ? Verdict.CANCEL : Verdict.REFUSE;
            // Its RAM may be gone with the destination's emulator; its disk there is whole, for it was flushed and
            // copied first.
            case POSTMIGRATE -> destination == Destination.LOADED ? Verdict.CONTINUE_THERE : Verdict.BOOT_THERE;
            case RUNNING, PAUSED ->
                destination == Destination.NONE && mark != Mark.MOVING && !incoming
                        ? Verdict.MOVE
                        : Verdict.DISCARD_AND_MOVE;
            case NONE -> withoutASource(mark, destination);
        };
    }

    private static Verdict besideARunningOne(Source source, Mark mark, boolean incoming) {
        return switch (source) {
            case NONE -> mark == Mark.MOVED && !incoming ? Verdict.DONE : Verdict.FINISH;
            case POSTMIGRATE -> Verdict.FINISH;
            case RUNNING, MIGRATING, PAUSED, OTHER -> Verdict.REFUSE;
        };
    }

    private static Verdict withoutASource(Mark mark, Destination destination) {
        return switch (mark) {
            // A source that had given the attempt up went on alone: what the destination has is older than its disk.
            case NONE -> Verdict.RESTART_AND_MOVE;
            case MOVING -> destination == Destination.LOADED ? Verdict.CONTINUE_THERE : Verdict.RESTART_AND_MOVE;
            case MOVED -> destination == Destination.LOADED ? Verdict.CONTINUE_THERE : Verdict.BOOT_THERE;
        };
    }
}
