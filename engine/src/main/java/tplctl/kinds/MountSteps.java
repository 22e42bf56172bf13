package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Sh;
import tplctl.kind.Step;

/** The changes that a mount can need, each with its steps or the reason why it must not be made. */
final class MountSteps {
    private MountSteps() {}

    static Change mount(Mounts.Spec want, String described, MountState.Vacant vacant, Duration limit) {
        Sh mount = Sh.of(
                "mount -t {}{} -- {} {}",
                want.type(),
                want.mountOptions().isEmpty() ? Sh.of("") : Sh.of(" -o {}", String.join(",", want.mountOptions())),
                want.source(),
                want.path());
        List<Sh> scripts = new ArrayList<>();
        if (vacant.missing() > 0) {
            scripts.add(Sh.of("mkdir -p -- {}", want.path()));
        }
        scripts.add(mount);
        Change change = new Change(
                Impact.CREATE,
                "path",
                "",
                described,
                List.of(new Step.Run(Place.all(scripts), "mounting " + want.path(), limit)));
        return vacant.full()
                ? change.noting(List.of(
                        want.path() + " is not empty: what is in it stays there, but is hidden while the mount lasts"))
                : change;
    }

    /** The refusal when what is mounted is not what is wanted, and must not be unmounted either. */
    static Optional<Change> otherMount(Mounts.Spec want, MountState.Mounted have) {
        MountInfo mount = have.mount();
        if (!isType(want.type(), mount.type())) {
            return Optional.of(occupied(want, "type", mount.type(), want.type()));
        }
        if (have.hidden()) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "path",
                    "hidden",
                    want.path().text(),
                    "the " + mount.type() + " at " + want.path()
                            + " is hidden by what was mounted later on a directory above it:"
                            + " unmount that, or order the two with \"needs\""));
        }
        if (want.pageSize().isPresent()) {
            Optional<ByteSize> pages = mount.option("pagesize").flatMap(ByteSize::parse);
            if (!pages.equals(want.pageSize())) {
                String shown = pages.map(ByteSize::toString).orElse("unknown");
                return Optional.of(
                        occupied(want, "page_size", shown, want.pageSize().get().toString()));
            }
        }
        if (!isSource(want, have)) {
            return Optional.of(occupied(want, "source", mount.source(), want.source()));
        }
        return Optional.empty();
    }

    private static Change occupied(Mounts.Spec want, String field, String from, String to) {
        String page =
                field.equals("page_size") ? " with pages of " + from : field.equals("source") ? " from " + from : "";
        String type = field.equals("type") ? from : want.type();
        return Change.refused(
                Impact.REPLACE,
                field,
                from,
                to,
                want.path() + " has a mount of type " + type + page
                        + " already, which tplctl does not take away: unmount it, or" + " choose another path");
    }

    // mount(8) shows nfs of version 4 as nfs4, and what a helper mounts through FUSE as fuse.NAME.
    private static boolean isType(String wanted, String found) {
        return found.equals(wanted)
                || found.equals("fuse." + wanted)
                || (wanted.equals("nfs") && found.equals("nfs4"))
                || (wanted.startsWith("ntfs") && found.equals("fuseblk"));
    }

    private static boolean isSource(Mounts.Spec want, MountState.Mounted have) {
        String source = want.source();
        return source.equals(want.type())
                || source.equals(have.mount().source())
                || have.sameSource()
                || source.matches("(UUID|LABEL|PARTUUID|PARTLABEL)=.*")
                || want.options().contains("loop")
                // Devices of btrfs and the like are not those that mountinfo shows.
                || (source.startsWith("/dev/") && have.mount().device().startsWith("0:"));
    }

    /** The refusal when a hugetlbfs has another limit: a remount leaves it as it is, without an error. */
    static Optional<Change> hugetlbfsLimit(Mounts.Spec want, MountState.Mounted have) {
        ByteSize size = want.size().orElseThrow();
        return size.bytes() == have.bytes()
                ? Optional.empty()
                : Optional.of(Change.refused(
                        Impact.REPLACE,
                        "size",
                        have.bytes() == 0 ? "unlimited" : new ByteSize(have.bytes()).toString(),
                        size.toString(),
                        "the hugetlbfs at " + want.path() + " has "
                                + (have.bytes() == 0 ? "no limit" : "a limit of " + new ByteSize(have.bytes()))
                                + ", and Linux does not change that of one that is mounted: unmount it, and it is mounted with "
                                + size));
    }

    static Change resized(Mounts.Spec want, String from) {
        ByteSize size = want.size().orElseThrow();
        return Change.update("size", from, size.toString(), remounting(want, List.of("size=" + size.bytes())));
    }

    static Change chmod(Mounts.Spec want, String from, String mode) {
        return Change.update(
                "mode",
                from,
                mode,
                new Step.Run(Sh.of("chmod -- {} {}", mode, want.path()), "setting the mode of " + want.path()));
    }

    static Optional<Change> remount(Mounts.Spec want, MountState.Mounted have) {
        List<String> lacking = want.options().stream()
                .filter(o -> !MountOptions.holds(o, have.mount()))
                .toList();
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of(Change.update(
                        "options",
                        String.join(",", have.mount().flags()),
                        String.join(",", lacking),
                        remounting(want, want.options())));
    }

    private static Step remounting(Mounts.Spec want, List<String> options) {
        return new Step.Run(
                Sh.of("mount -o {} -- {}", "remount," + String.join(",", options), want.path()),
                "remounting " + want.path());
    }

    static Optional<Change> persist(Mounts.Spec want, Fstab.Entry have, String entry) {
        boolean ours = have == Fstab.Entry.SAME || have == Fstab.Entry.STALE;
        if (!want.persist()) {
            return ours
                    ? Optional.of(Change.update(
                            "persist",
                            "true",
                            "false",
                            new Step.Run(Fstab.remove(want.path()), "taking " + want.path() + " out of /etc/fstab")))
                    : Optional.empty();
        }
        return switch (have) {
            case SAME -> Optional.empty();
            case NONE, STALE ->
                Optional.of(Change.update(
                        "persist",
                        ours ? "another entry" : "false",
                        "true",
                        new Step.Run(Fstab.put(want.path(), entry), "putting " + want.path() + " into /etc/fstab")));
            case FOREIGN ->
                Optional.of(Change.refused(
                        Impact.UPDATE,
                        "persist",
                        "an entry of another hand",
                        "true",
                        "/etc/fstab has an entry for " + want.path()
                                + " that tplctl did not write: remove it, or leave \"persist\" out"));
        };
    }

    static Sh unmount(AbsPath path, String type, int made) {
        boolean exact = type.equals("tmpfs") || type.equals("hugetlbfs");
        Sh tidy = Sh.of("rmdir -- {} 2>/dev/null || :\n{}", path, Place.removeParents(path, made - 1));
        return Sh.of(
                """
                m=$(grep -F -- {} /proc/self/mountinfo); [ $? -le 1 ] || exit
                case ${m##*'
                '} in
                *{}*{}*)
                n=0
                # A process that has just ended may still be letting go of its memory.
                until e=$(umount -- {} 2>&1); do
                case $e in *busy*) n=$((n + 1)) ;; *) n=9 ;; esac
                [ $n -lt 9 ] || break
                sleep 0.$n
                done
                if [ $n -ge 9 ]; then
                printf '%s\\n' "$e" >&2
                u=$(fuser -m {} 2>/dev/null) || u=
                for f in $(grep -lF -- {} /proc/[0-9]*/maps 2>/dev/null); do f=${f#/proc/}; u="$u ${f%/maps}"; done
                [ -z "$u" ] || echo "in use by process" $u >&2
                exit 1
                fi ;;
                esac
                {} || exit
                {}""",
                " " + MountInfo.escaped(path.text()) + " ",
                " " + MountInfo.escaped(path.text()) + " ",
                exact ? " - " + type + " " : " - ",
                path,
                path,
                path + "/",
                Fstab.remove(path),
                made > 0 ? tidy : Sh.of(":"));
    }
}
