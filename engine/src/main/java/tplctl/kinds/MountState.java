package tplctl.kinds;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/**
 * What is mounted at a path, from mountinfo. Of mounts stacked on one point the last counts. Only a tmpfs or hugetlbfs is itself
 * asked anything: to look at a file of another type may hang for as long as a server is away.
 */
sealed interface MountState {
    Fstab.Entry fstab();

    /**
     * A file system is mounted there.
     *
     * @param bytes the limit of a tmpfs or hugetlbfs; 0 without one, and for other types
     * @param used how much of it is in use
     * @param mode of its root directory, for a tmpfs or hugetlbfs, else empty
     * @param hidden whether something was mounted over a directory above it later
     * @param sameSource whether the device numbers of the wanted source and of the mount agree
     */
    record Mounted(
            MountInfo mount, long bytes, long used, String mode, boolean hidden, boolean sameSource, Fstab.Entry fstab)
            implements MountState {}

    /**
     * Nothing is mounted there.
     *
     * @param missing how many directories are to be made for the mount point, itself included; 0 when it is there
     * @param full whether the directory has entries, which a mount will hide
     */
    record Vacant(int missing, boolean full, Fstab.Entry fstab) implements MountState {}

    /** The path cannot be mounted at; {@code what} says why. */
    record Obstructed(String what, Fstab.Entry fstab) implements MountState {}

    static Sh look(AbsPath path, String source, Sh fstab) {
        return Sh.of("""
                p={}
                m=$(grep -F -- {} /proc/self/mountinfo); r=$?
                [ $r -le 1 ] || echo "grep $r"
                [ -z "$m" ] || printf '%s\\n' "$m"
                q=${p%/*}
                while [ -n "$q" ]; do [ ! -h "$q" ] || echo link; q=${q%/*}; done
                case ${m##*'
                '} in
                *' - tmpfs '*) stat -c 'root %d %a' -- "$p" && stat -f -c 'blocks %S %b %f' -- "$p" ;;
                *' - hugetlbfs '*) stat -c 'root %d %a' -- "$p" && stat -f -c 'blocks %S %b %f' -- "$p" ;;
                '')
                if [ -h "$p" ]; then echo link
                elif [ -d "$p" ]; then
                v=empty
                for e in "$p"/* "$p"/.[!.]* "$p"/..?*; do if [ -e "$e" ] || [ -h "$e" ]; then v=full; break; fi; done
                echo "$v"
                elif [ -e "$p" ]; then echo file
                else
                {}
                fi ;;
                *) s={}; [ ! -b "$s" ] || stat -L -c 'source %t:%T' -- "$s" ;;
                esac
                {}""", path, " " + MountInfo.escaped(path.text()) + " ", Place.absence(path), source, fstab);
    }

    static MountState read(AbsPath path, ProbeOutput out) {
        Reading reading = new Reading(path, out);
        if (out.exit() != 0) {
            throw out.unexpected("the mounts at " + path);
        }
        out.lines().forEach(reading::line);
        return reading.result();
    }

    /** Collects the lines of one answer. */
    final class Reading {
        private static final Pattern ROOT = Pattern.compile("root ([0-9]{1,19}) ([0-7]{1,4})");
        private static final Pattern BLOCKS = Pattern.compile("blocks ([0-9]{1,10}) (-?[0-9]{1,20}) (-?[0-9]{1,20})");
        private static final Pattern SOURCE = Pattern.compile("source ([0-9a-f]{1,8}):([0-9a-f]{1,8})");

        private final AbsPath path;
        private final ProbeOutput out;
        private Optional<MountInfo> top = Optional.empty();
        private Optional<Fstab.Entry> fstab = Optional.empty();
        private Optional<Matcher> root = Optional.empty();
        private Optional<Matcher> blocks = Optional.empty();
        private Optional<Matcher> source = Optional.empty();
        private String spot = "";
        private boolean linked;

        private Reading(AbsPath path, ProbeOutput out) {
            this.path = path;
            this.out = out;
        }

        private void line(String line) {
            if (!line.isEmpty() && Character.isDigit(line.charAt(0))) {
                MountInfo mount = MountInfo.parse(line).orElseThrow(() -> out.unexpected("lines of mountinfo"));
                if (mount.point().equals(path.text())) {
                    top = Optional.of(mount);
                }
            } else if (line.startsWith("fstab ")) {
                fstab = List.of(Fstab.Entry.values()).stream()
                        .filter(e -> line.substring(6).equals(e.name().toLowerCase(Locale.ROOT)))
                        .findFirst();
            } else if (line.startsWith("root ")) {
                root = matching(ROOT, line);
            } else if (line.startsWith("blocks ")) {
                blocks = matching(BLOCKS, line);
            } else if (line.startsWith("source ")) {
                source = matching(SOURCE, line);
            } else if (line.equals("link")) {
                linked = true;
            } else if (spot.isEmpty()) {
                spot = line;
            } else {
                throw out.unexpected("one word about " + path);
            }
        }

        private Optional<Matcher> matching(Pattern form, String line) {
            Matcher m = form.matcher(line);
            if (!m.matches()) {
                throw out.unexpected("the state of what is mounted at " + path);
            }
            return Optional.of(m);
        }

        private MountState result() {
            Fstab.Entry entry = fstab.orElseThrow(() -> out.unexpected("a line on /etc/fstab"));
            if (linked) {
                return new Obstructed("behind a symbolic link", entry);
            }
            if (top.isPresent() && spot.isEmpty()) {
                return mounted(top.get(), entry);
            }
            return switch (spot) {
                case "empty" -> new Vacant(0, false, entry);
                case "full" -> new Vacant(0, true, entry);
                case "file" -> new Obstructed("a file", entry);
                case "blocked" -> new Obstructed("below something that is no directory", entry);
                default -> new Vacant(Place.missingParents(path, spot, out) + 1, false, entry);
            };
        }

        // A hugetlbfs with min_size alone has no limit, and says so by all ones: as -1 or as a number of 20 digits.
        private static long number(String text) {
            return text.length() > 18 || text.startsWith("-") ? 0 : Long.parseLong(text);
        }

        private MountState mounted(MountInfo mount, Fstab.Entry entry) {
            boolean ours = mount.type().equals("tmpfs") || mount.type().equals("hugetlbfs");
            if (root.isPresent() != ours || blocks.isPresent() != ours) {
                throw out.unexpected("the state of the " + mount.type() + " at " + path);
            }
            long unit = blocks.map(m -> Long.parseLong(m.group(1))).orElse(0L);
            long total = blocks.map(m -> number(m.group(2))).orElse(0L);
            long free = blocks.map(m -> number(m.group(3))).orElse(0L);
            String mode = root.map(m -> "0".repeat(4 - m.group(2).length()) + m.group(2))
                    .orElse("");
            boolean hidden = root.filter(m -> !mount.isDevice(Long.parseLong(m.group(1))))
                    .isPresent();
            boolean same = source.filter(m -> mount.device()
                            .equals(Integer.parseInt(m.group(1), 16) + ":" + Integer.parseInt(m.group(2), 16)))
                    .isPresent();
            return new Mounted(mount, total * unit, (total - free) * unit, mode, hidden, same, entry);
        }
    }
}
