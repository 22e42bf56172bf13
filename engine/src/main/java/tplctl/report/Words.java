package tplctl.report;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
public final class Words {
    private static final String UNITS = "KMGTPE";

    private Words() {}

    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code 0.1 s}, {@code 42.0 s}, {@code 3m12s}, {@code 1h04m}. */
    public static String took(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(1)) < 0
                ? String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0)
                : elapsed(duration);
    }

    /** Whole seconds: {@code 40s}, {@code 3m12s}, {@code 1h04m}, {@code 2d05h}. */
    public static String elapsed(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "m", seconds % 60, "s");
        }
        return seconds < 86400
                ? two(seconds / 3600, "h", seconds / 60 % 60, "m")
                : two(seconds / 86400, "d", seconds / 3600 % 24, "h");
    }

    /** {@code 512B}, {@code 38.2M}, {@code 1.0G}: powers of 1024, three digits at most. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        double value = bytes;
        int unit = -1;
        // 1023.95 would print as 1024.0.
        while (value >= 1023.95) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f%c", value, UNITS.charAt(unit));
    }

    private static String two(long big, String bigUnit, long small, String smallUnit) {
        return big + bigUnit + (small < 10 ? "0" : "") + small + smallUnit;
    }
}
