package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Shape;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.FileSystem;

/**
 * A file system at a path. What is mounted there already is used when it is of the wanted sort, resized or remounted when it only
 * differs in size or options, and never unmounted to make room.
 */
final class Mounts implements Kind<Mounts.Spec, MountState> {
    /** @param source the first argument of mount(8); the type's name when the user gave none */
    record Spec(
            String type,
            AbsPath path,
            Optional<ByteSize> size,
            Optional<ByteSize> pageSize,
            String source,
            List<String> options,
            Optional<String> mode,
            boolean persist) {
        boolean isTmpfs() {
            return type.equals("tmpfs");
        }

        boolean isHugetlbfs() {
            return type.equals("hugetlbfs");
        }

        /** What {@code mount -o} is given. A tmpfs of the kernel's own mode 1777 would let every user fill it. */
        List<String> mountOptions() {
            List<String> all = new ArrayList<>();
            size.ifPresent(s -> all.add("size=" + s.bytes()));
            pageSize.ifPresent(s -> all.add("pagesize=" + s));
            if (isTmpfs() || isHugetlbfs()) {
                all.add("mode=" + mode.orElse("0755"));
            }
            all.addAll(options);
            return all;
        }
    }

    /** Linux has no larger base page; a tmpfs is rounded up to it. */
    private static final List<Long> PAGE_SIZES = List.of(4096L, 16384L, 65536L);

    private static final ByteSize USUAL_HUGE_PAGE = ByteSize.mebi(2);

    private static final Field<String> TYPE = Field.required(
            "type",
            Types.scalar(
                    "a file system type such as tmpfs",
                    new Shape.Text("[a-z0-9][a-z0-9._-]*"),
                    s -> Optional.of(s.text()).filter(t -> t.matches("[a-z0-9][a-z0-9._-]{0,62}"))),
            "hugetlbfs, tmpfs, or any other type that mount(8) knows");
    private static final Field<AbsPath> PATH = Field.required(
            "path", Types.PROVIDED_PATH, "the mount point; it and missing directories above it are made, mode 0755");
    private static final Field<Optional<ByteSize>> SIZE = Field.optional(
            "size",
            Types.SIZE,
            "the limit of a tmpfs, rounded up to pages; left out, the kernel's: half of the memory. Or of a hugetlbfs, in whole huge"
                    + " pages, reserved ones included; left out, there is none");
    private static final Field<Optional<ByteSize>> PAGE_SIZE = Field.optional(
            "page_size", Types.SIZE, "the page size of a hugetlbfs; left out, the kernel's default, 2M on x86");
    private static final Field<Optional<String>> SOURCE = Field.optional(
            "source", Types.WORD, "what is mounted: a device, UUID=…, server:/path; not for tmpfs and hugetlbfs");
    private static final Field<List<String>> OPTIONS = Field.withDefault(
            "options",
            Types.list(Types.WORD, true),
            List.of(),
            "options of mount(8); afterwards compared are ro, rw, nosuid, nodev, noexec, noatime, their reverse, and huge=…");
    private static final Field<Optional<String>> MODE = Field.optional(
            "mode", Types.MODE, "mode of the root of a tmpfs or hugetlbfs; left out, a new one gets 0755");
    private static final Field<Boolean> PERSIST =
            Field.withDefault("persist", Types.BOOL, false, "whether /etc/fstab mounts it again after a reboot");

    @Override
    public String name() {
        return "mounts";
    }

    @Override
    public String doc() {
        return "A file system of that type and size is mounted at the path.";
    }

    @Override
    public String example() {
        return """
                mounts:
                  hugetlb: { type: hugetlbfs, path: /mnt/hugetlb, page_size: 2M }
                  ramdisk: { type: tmpfs, path: /mnt/ramdisk, size: 500M }
                  data: { type: ext4, path: /srv/data, source: /dev/vdb1, options: [noatime], persist: true }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>(
                "a mount", List.of(TYPE, PATH, SIZE, PAGE_SIZE, SOURCE, OPTIONS, MODE, PERSIST), Mounts::build);
    }

    private static Spec build(Values v, Decoding to) {
        String type = v.get(TYPE);
        Spec spec = new Spec(
                type,
                v.get(PATH),
                v.get(SIZE),
                v.get(PAGE_SIZE),
                v.get(SOURCE).orElse(type),
                v.get(OPTIONS),
                v.get(MODE),
                v.get(PERSIST));
        if (List.of("none", "auto", "bind", "swap").contains(type)) {
            to.error(v.at(TYPE), "\"" + type + "\" is no file system type", "name the type of what is mounted");
        }
        if (spec.path.isRoot()) {
            to.error(v.at(PATH), "nothing can be mounted at \"/\"", "choose a directory below it");
        }
        onlyFor(spec.isTmpfs() || spec.isHugetlbfs(), SIZE, "a tmpfs or hugetlbfs", v, to);
        onlyFor(spec.isHugetlbfs(), PAGE_SIZE, "a hugetlbfs", v, to);
        onlyFor(spec.isTmpfs() || spec.isHugetlbfs(), MODE, "a tmpfs or hugetlbfs", v, to);
        onlyFor(!spec.isTmpfs() && !spec.isHugetlbfs(), SOURCE, "types that have one", v, to);
        spec.pageSize
                .filter(s -> Long.bitCount(s.bytes()) != 1)
                .ifPresent(s ->
                        to.error(v.at(PAGE_SIZE), "\"page_size\" takes a power of two, not " + s, "such as 2M or 1G"));
        if (spec.isHugetlbfs()) {
            wholePages(spec, v, to);
        }
        spec.options.forEach(o -> MountOptions.check(o, v.at(OPTIONS), to));
        AbsPath.parse(spec.source).filter(p -> !p.text().startsWith("/dev/")).ifPresent(p -> to.uses(p, v.at(SOURCE)));
        if (spec.isHugetlbfs()) {
            to.follows("hugepages/" + spec.pageSize.orElse(USUAL_HUGE_PAGE));
        }
        return spec;
    }

    // The kernel rounds down (fs/hugetlbfs/inode.c, hugetlbfs_size_to_hpages), which nobody means.
    private static void wholePages(Spec spec, Values v, Decoding to) {
        ByteSize page = spec.pageSize.orElse(USUAL_HUGE_PAGE);
        spec.size
                .filter(s -> s.bytes() % page.bytes() != 0)
                .ifPresent(s -> to.error(
                        v.at(SIZE),
                        "\"size\" of a hugetlbfs takes whole huge pages, and " + s + " is none of " + page,
                        "give it a multiple of " + page));
    }

    private static void onlyFor(boolean fits, Field<?> field, String what, Values v, Decoding to) {
        if (!fits && v.isSet(field)) {
            to.error(
                    v.at(field),
                    "\"" + field.name() + "\" is for " + what + ", not for " + v.get(TYPE),
                    "leave it out, or put what " + v.get(TYPE) + " calls it into \"options\"");
        }
    }

    @Override
    public Object exports(Subject self, Spec spec) {
        return new FileSystem(spec.path, spec.type, spec.size, spec.pageSize);
    }

    @Override
    public boolean sameOnEveryHost() {
        return true;
    }

    @Override
    public Probe<MountState> probe(Subject self, Spec want) {
        return new Probe<>(
                MountState.look(want.path, want.source, Fstab.look(want.path, fstab(want))),
                out -> MountState.read(want.path, out));
    }

    private static String fstab(Spec want) {
        return Fstab.entry(want.source, want.path, want.type, want.mountOptions());
    }

    @Override
    public List<Change> changes(Subject self, Spec want, MountState have) {
        List<Change> changes = new ArrayList<>();
        if (have instanceof MountState.Obstructed obstructed) {
            String refusal = obstructed.what().equals("behind a symbolic link")
                    ? want.path
                            + " leads through a symbolic link, and mounts are known by their real path: write that one,"
                            + " which \"readlink -f\" shows"
                    : Place.refusal(want.path, obstructed.what());
            return List.of(Change.refused(Impact.CREATE, "path", obstructed.what(), described(want), refusal));
        }
        if (have instanceof MountState.Vacant vacant) {
            changes.add(MountSteps.mount(want, described(want), vacant, self.limit(Step.DEFAULT_LIMIT)));
        } else {
            MountState.Mounted mounted = (MountState.Mounted) have;
            Optional<Change> refused = MountSteps.otherMount(want, mounted);
            if (refused.isPresent()) {
                return List.of(refused.get());
            }
            resize(want, mounted).ifPresent(changes::add);
            want.mode
                    .filter(m -> !m.equals(mounted.mode()))
                    .ifPresent(m -> changes.add(MountSteps.chmod(want, mounted.mode(), m)));
            MountSteps.remount(want, mounted).ifPresent(changes::add);
        }
        MountSteps.persist(want, have.fstab(), fstab(want)).ifPresent(changes::add);
        return changes;
    }

    private static String described(Spec want) {
        String size = want.size.or(() -> want.pageSize).map(s -> ", " + s).orElse("");
        return want.type + (want.source.equals(want.type) ? "" : " from " + want.source) + size;
    }

    private static Optional<Change> resize(Spec want, MountState.Mounted mounted) {
        if (want.size.isEmpty()) {
            return Optional.empty();
        }
        long wanted = want.size.get().bytes();
        if (want.isHugetlbfs()) {
            return MountSteps.hugetlbfsLimit(want, mounted);
        }
        if (PAGE_SIZES.stream().anyMatch(page -> new ByteSize(wanted).in(page) * page == mounted.bytes())) {
            return Optional.empty();
        }
        String from = mounted.bytes() == 0 ? "unlimited" : new ByteSize(mounted.bytes()).toString();
        if (wanted < mounted.used()) {
            return Optional.of(Change.refused(
                    Impact.UPDATE,
                    "size",
                    from,
                    want.size.get().toString(),
                    "the tmpfs at " + want.path + " cannot shrink to " + wanted + " bytes: " + mounted.used()
                            + " bytes of it are in use; remove files, or give it a larger size"));
        }
        return Optional.of(MountSteps.resized(want, from));
    }

    @Override
    public List<Claim> claims(Subject self, Spec want, MountState have, List<Change> changes) {
        if (changes.stream().anyMatch(Change::isRefused)) {
            return List.of();
        }
        if (want.isHugetlbfs() && want.size.isPresent()) {
            return List.of(hugePages(want, have));
        }
        if (!want.isTmpfs()) {
            return List.of();
        }
        String pool = FileSystem.tmpfsPool(want.path);
        long wanted = want.size.map(ByteSize::bytes).orElse(0L);
        if (have instanceof MountState.Mounted m) {
            boolean limited = m.bytes() > 0;
            long change = want.size.isEmpty() || !limited ? 0 : new ByteSize(wanted).in(4096) * 4096 - m.bytes();
            return limited || want.size.isPresent()
                    ? List.of(new Claim(
                            pool,
                            "bytes",
                            limited ? m.bytes() - m.used() : wanted - m.used(),
                            Math.max(0, -change),
                            Math.max(0, change)))
                    : List.of();
        }
        return want.size.isPresent() ? List.of(new Claim(pool, "bytes", 0, 0, wanted)) : List.of();
    }

    private static Claim hugePages(Spec want, MountState have) {
        long page = want.pageSize.orElse(USUAL_HUGE_PAGE).bytes();
        String pool = FileSystem.hugetlbfsPool(want.path);
        return have instanceof MountState.Mounted m
                ? new Claim(pool, "pages", (m.bytes() - m.used()) / page, 0, 0)
                : new Claim(pool, "pages", 0, 0, want.size.orElseThrow().bytes() / page);
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, MountState have) {
        return have instanceof MountState.Vacant vacant
                ? Optional.of(
                        Map.of("path", want.path.text(), "type", want.type, "made", Integer.toString(vacant.missing())))
                : Optional.empty();
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        AbsPath path = traced.path("path");
        return new Removal(
                path.text(),
                new Step.Run(
                        MountSteps.unmount(path, traced.text("type"), traced.number("made")),
                        "unmounting " + path,
                        self.limit(Step.DEFAULT_LIMIT)));
    }
}
