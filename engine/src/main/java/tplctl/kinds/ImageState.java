package tplctl.kinds;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tplctl.kind.AbsPath;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/**
 * What is known of an image file without running qemu-img.
 *
 * @param qcow2 whether it begins as a qcow2 does
 * @param virtualSize the size of the disk that it is, in bytes
 * @param overlay whether it is a qcow2 with a backing file
 * @param stamp what was remembered when it was made, if it was
 * @param digest its SHA-256, when there is no stamp and the user gave one
 * @param users what stands on it, in words
 */
record ImageState(
        boolean qcow2,
        long virtualSize,
        boolean overlay,
        Optional<Stamp> stamp,
        Optional<String> digest,
        List<String> users) {
    /**
     * What was remembered of an image when it was made.
     *
     * @param origin see {@link ImageSpec#origin}
     * @param content the SHA-256 of the file, or {@code -} where the content is the user's own
     * @param assetStamp the stamp of the local source, or {@code -}
     * @param assetDigest the SHA-256 of the local source, or {@code -}
     * @param altered whether the content is another by now
     */
    record Stamp(String origin, String content, String assetStamp, String assetDigest, boolean altered) {}

    /** The files in which others say what they stand on, one path in a line. */
    private static final Sh LEDGERS = Sh.of(
            "{} /var/lib/tplctl/vms/*/backing /var/lib/tplctl/templates/*/*/backing"
                    + " /var/lib/tplctl/templates/*/.building/backing",
            Stamps.every("images"));

    private static final Pattern SIZE = Pattern.compile("size ([0-9]{1,19})");
    private static final Pattern STAMP =
            Pattern.compile("(same|altered) ([0-9a-f]{64}) ([0-9a-f]{64}|-) ([0-9a-f]{64}|-) (.*)");
    private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{64}) {2}-");
    private static final Pattern LEDGER = Pattern.compile("/var/lib/tplctl/(vms|templates)/([^/]+)/.*");

    /** The magic number, and the version that the header begins with; docs/interop/qcow2.txt of QEMU. */
    private static final String MAGIC = "514649fb";

    static Sh look(ImageSpec want) {
        Sh unstamped = want.sha256().isPresent() ? Sh.of("sha256sum <\"$p\"") : Sh.of(":");
        Sh details = Sh.of(
                """
                i=$({}) || exit
                s=${i#* } s=${s#* }
                echo "size ${s%% *}"
                od -A n -v -t x1 -N 32 <"$p" || exit
                if [ -f {} ]; then
                k= o= c= d= a=
                { IFS= read -r k; IFS= read -r o; IFS= read -r c; IFS= read -r d; IFS= read -r a; } <{}
                w=same
                if [ "$i" != "$k" ] && [ "$c" != - ]; then
                h=$(sha256sum <"$p") || exit
                [ "${h%% *}" = "$c" ] || w=altered
                fi
                printf '%s\\n' "$w $o $c $d $a"
                else
                {}
                fi
                {}""",
                Stamps.identity(Sh.of("\"$p\"")), want.stamp(), want.stamp(), unstamped, users(want.path(), "used "));
        return Place.look(want.path(), Place.Sort.FILE, details);
    }

    /** A script that prints a line for each thing that stands on the image. */
    static Sh users(AbsPath path, String prefix) {
        return Sh.of("""
                for f in $(grep -lxF -- {} {} 2>/dev/null); do
                case $f in
                */stamps/images/*)
                { for n in 1 2 3 4 5 6; do IFS= read -r n; done; IFS= read -r n; } <"$f"
                [ ! -e "${n#image }" ] || printf '%s\\n' {}"$n" ;;
                *) printf '%s\\n' {}"$f" ;;
                esac
                done""", path, LEDGERS, prefix, prefix);
    }

    /**
     * Defines {@code tplctl_holders}, which prints who else has a file open, a line each: processes, by the descriptors that they
     * have, and the kernel, for a loop device.
     */
    static Sh holders() {
        return Sh.of("""
                tplctl_holders() {
                for f in /proc/[0-9]*/fd/*; do
                [ "$f" -ef "$1" ] || continue
                f=${f#/proc/} f=${f%%/*} n=
                { IFS= read -r n </proc/"$f"/comm; } 2>/dev/null
                printf '%s\\n' "$n (pid $f)"
                done
                for f in /sys/block/loop*/loop/backing_file; do
                { IFS= read -r n <"$f"; } 2>/dev/null || continue
                [ "$n" != "$1" ] || { f=${f#/sys/block/}; printf '%s\\n' "/dev/${f%%/*}"; }
                done
                }""");
    }

    static ImageState read(AbsPath path, ProbeOutput out, List<String> lines) {
        Optional<Long> size = Optional.empty();
        StringBuilder head = new StringBuilder();
        Optional<Stamp> stamp = Optional.empty();
        Optional<String> digest = Optional.empty();
        List<String> users = new ArrayList<>();
        for (String line : lines) {
            Matcher bytes = SIZE.matcher(line);
            Matcher stamped = STAMP.matcher(line);
            Matcher hashed = DIGEST.matcher(line);
            if (bytes.matches()) {
                size = Optional.of(Long.parseLong(bytes.group(1)));
            } else if (line.startsWith(" ")) {
                head.append(line.replace(" ", ""));
            } else if (stamped.matches()) {
                stamp = Optional.of(new Stamp(
                        stamped.group(2),
                        stamped.group(3),
                        stamped.group(5),
                        stamped.group(4),
                        stamped.group(1).equals("altered")));
            } else if (hashed.matches()) {
                digest = Optional.of(hashed.group(1));
            } else if (line.startsWith("used ")) {
                users.add(user(line.substring("used ".length())));
            } else {
                throw out.unexpected("size, header, stamp and users of " + path);
            }
        }
        String hex = head.toString();
        if (size.isEmpty() || !hex.matches("([0-9a-f]{2}){0,32}") || hex.length() < 2 * Math.min(size.get(), 32)) {
            throw out.unexpected("size and header of " + path);
        }
        boolean qcow2 = hex.length() == 64 && hex.startsWith(MAGIC);
        return new ImageState(
                qcow2,
                qcow2 ? HexFormat.fromHexDigitsToLong(hex.substring(48)) : size.get(),
                qcow2 && HexFormat.fromHexDigitsToLong(hex.substring(16, 32)) != 0,
                stamp,
                digest,
                List.copyOf(users));
    }

    private static String user(String ledger) {
        Matcher m = LEDGER.matcher(ledger);
        return m.matches() ? m.group(1) + "." + m.group(2) : ledger;
    }

    String format() {
        return qcow2 ? "qcow2" : "raw";
    }
}
