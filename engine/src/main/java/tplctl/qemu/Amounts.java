package tplctl.qemu;

/** Sizes in words. */
final class Amounts {
    private static final long MEBI = 1 << 20;

    private Amounts() {}

    /** How much of how much, as in {@code 12 of 500 MiB}. */
    static String of(long done, long all) {
        return done / MEBI + " of " + Math.max(1, all / MEBI) + " MiB";
    }
}
