package tplctl.machine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A QEMU release. */
public record QemuVersion(int major, int minor, int micro) {
    public static final QemuVersion UNKNOWN = new QemuVersion(0, 0, 0);
    private static final Pattern BANNER = Pattern.compile("QEMU emulator version (\\d+)\\.(\\d+)\\.(\\d+).*");
    private static final Pattern PLAIN = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

    /** Reads the first line of {@code --version}; empty when it is not QEMU's. */
    public static Optional<QemuVersion> ofBanner(String line) {
        return of(BANNER.matcher(line));
    }

    public static Optional<QemuVersion> parse(String text) {
        return of(PLAIN.matcher(text));
    }

    public boolean atLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    private static Optional<QemuVersion> of(Matcher m) {
        return m.matches()
                ? Optional.of(new QemuVersion(
                        Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + micro;
    }
}
