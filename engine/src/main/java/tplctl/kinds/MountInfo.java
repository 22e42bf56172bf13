package tplctl.kinds;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One line of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param device {@code major:minor} of files on it
 * @param flags the options of this mount, such as {@code noexec}
 * @param superOptions the options of the file system, such as {@code size=512000k}
 */
record MountInfo(
        String device, String point, String type, String source, List<String> flags, List<String> superOptions) {
    /** Reads a line; empty when it is none. The fields before the lone dash vary in number. */
    static Optional<MountInfo> parse(String line) {
        List<String> f = List.of(line.split(" ", -1));
        int dash = f.indexOf("-");
        if (dash < 6 || f.size() < dash + 4 || !f.get(2).matches("[0-9]+:[0-9]+")) {
            return Optional.empty();
        }
        return Optional.of(new MountInfo(
                f.get(2),
                unescaped(f.get(4)),
                f.get(dash + 1),
                unescaped(f.get(dash + 2)),
                List.of(f.get(5).split(",")),
                List.of(f.get(dash + 3).split(","))));
    }

    /** The value of a {@code name=value} option of the file system. */
    Optional<String> option(String name) {
        return superOptions.stream()
                .filter(o -> o.startsWith(name + "="))
                .map(o -> o.substring(name.length() + 1))
                .findFirst();
    }

    /** Whether its files are on the device that stat(1) printed as one decimal number: glibc's makedev, turned round. */
    boolean isDevice(long number) {
        long major = (number >>> 8 & 0xfff) | (number >>> 32 & ~0xfffL);
        long minor = (number & 0xff) | (number >>> 12 & ~0xffL);
        return device.equals(major + ":" + (minor & 0xffffffffL));
    }

    /** A mount point as the kernel writes it into mountinfo: blank, tab, line break and backslash in octal. */
    static String escaped(String path) {
        return path.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
    }

    // An escape stands for one byte; the kernel leaves the bytes of other characters alone.
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        int i = 0;
        while (i < in.length) {
            String digits = i + 4 > in.length ? "" : new String(in, i + 1, 3, StandardCharsets.ISO_8859_1);
            boolean escape = in[i] == '\\' && digits.matches("[0-3][0-7]{2}");
            out.write(escape ? Integer.parseInt(digits, 8) : in[i]);
            i += escape ? 4 : 1;
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
