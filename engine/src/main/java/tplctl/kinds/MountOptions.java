package tplctl.kinds;

import java.util.List;
import java.util.Map;
import tplctl.diag.Position;
import tplctl.kind.Decoding;

/** The options of mount(8): which the user may give, and which can be seen to be in force. */
final class MountOptions {
    /** Options that are in force when another is not shown. */
    private static final Map<String, String> REVERSE = Map.of(
            "rw",
            "ro",
            "suid",
            "nosuid",
            "dev",
            "nodev",
            "exec",
            "noexec",
            "atime",
            "noatime",
            "diratime",
            "nodiratime");

    private static final List<String> SHOWN = List.of("nosuid", "nodev", "noexec", "noatime", "nodiratime");

    private static final Map<String, String> FIELDS = Map.of("size", "size", "pagesize", "page_size", "mode", "mode");

    private static final List<String> OTHER_DEEDS =
            List.of("remount", "bind", "rbind", "move", "shared", "slave", "private", "unbindable");

    private MountOptions() {}

    static void check(String option, Position at, Decoding to) {
        String name = option.contains("=") ? option.substring(0, option.indexOf('=')) : option;
        if (option.matches("(?s).*[,\\s].*")) {
            to.error(
                    at,
                    "the option \"" + option + "\" has a comma or blank in it",
                    "write each option as an item of its own");
        } else if (FIELDS.containsKey(name)) {
            to.error(
                    at,
                    "\"" + name + "\" is not given as an option",
                    "write the field \"" + FIELDS.get(name) + "\" instead");
        } else if (OTHER_DEEDS.contains(name)) {
            to.error(
                    at,
                    "\"" + name + "\" does not mount a file system",
                    "mounts knows file systems only; use a command for anything else that mount(8) does");
        }
    }

    /** Whether the option is in force, as far as that can be seen; one that cannot be seen counts as in force. */
    static boolean holds(String option, MountInfo mount) {
        String off = REVERSE.get(option);
        if (off != null) {
            return !mount.flags().contains(off);
        }
        if (option.equals("ro")) {
            return mount.flags().contains("ro") || mount.superOptions().contains("ro");
        }
        if (option.startsWith("huge=")) {
            return option.substring("huge=".length())
                    .equals(mount.option("huge").orElse("never"));
        }
        return !SHOWN.contains(option) || mount.flags().contains(option);
    }
}
