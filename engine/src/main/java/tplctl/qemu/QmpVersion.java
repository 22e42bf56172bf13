package tplctl.qemu;

/** The emulator's version, from its greeting. */
public record QmpVersion(int major, int minor, int micro) implements Comparable<QmpVersion> {
    public boolean atLeast(int wantedMajor, int wantedMinor) {
        return compareTo(new QmpVersion(wantedMajor, wantedMinor, 0)) >= 0;
    }

    @Override
    public int compareTo(QmpVersion other) {
        if (major != other.major) {
            return Integer.compare(major, other.major);
        }
        return minor != other.minor ? Integer.compare(minor, other.minor) : Integer.compare(micro, other.micro);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + micro;
    }
}
