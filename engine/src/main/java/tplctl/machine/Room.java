package tplctl.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Claim;
import tplctl.kind.ProbeException;

/**
 * What a RAM file's file system has free.
 *
 * @param type as {@code stat -f} names it
 * @param freeBytes free blocks by their size; for hugetlbfs, pages that are neither used nor reserved; {@link #UNLIMITED} when the
 *     file system has no limit of its own
 */
public record Room(String type, long blockSize, long freeBytes) {
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Reads the lines that {@link HostScripts#ROOM} prints; empty when there are none. */
    public static Optional<Room> of(Answers answers) {
        return answers.first("room").map(line -> {
            long[] numbers = numbers(line, line.indexOf(' ') + 1, 3);
            long block = numbers[0];
            // Without a limit of its own, a file system says 0 blocks in all, or all ones (fs/hugetlbfs/inode.c,
            // hugetlbfs_statfs; mm/shmem.c, shmem_statfs).
            long limit = numbers[2] > 0 ? saturated(numbers[1], block) : UNLIMITED;
            long unclaimed = answers.first("pages")
                    .map(pages -> numbers(pages, 0, 2))
                    .map(counts -> saturated(Math.max(0, counts[0] - counts[1]), block))
                    .orElse(UNLIMITED);
            return new Room(line.substring(0, line.indexOf(' ')), block, Math.min(limit, unclaimed));
        });
    }

    private static long[] numbers(String line, int from, int count) {
        String[] words = line.substring(from).split(" ");
        long[] numbers = new long[count];
        try {
            for (int i = 0; i < count; i++) {
                numbers[i] = Long.parseUnsignedLong(words[i]);
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new ProbeException("not the room of a file system: \"" + line + "\"");
        }
        return numbers;
    }

    private static long saturated(long blocks, long size) {
        return blocks < 0 || blocks > UNLIMITED / Math.max(1, size) ? UNLIMITED : blocks * size;
    }

    public boolean isHugetlbfs() {
        return type.equals("hugetlbfs");
    }

    public boolean isTmpfs() {
        return type.equals("tmpfs");
    }

    /**
     * What RAM files of a template take, wherever they will lie; nothing when that is not a limited pool.
     *
     * @param copies how often the template's RAM is taken
     * @param gives bytes that are given back first
     */
    public static List<Claim> claims(TemplateInfo template, Optional<Room> room, int copies, long gives) {
        Optional<ByteSize> pages =
                template.hugePages().or(() -> room.filter(Room::isHugetlbfs).map(r -> new ByteSize(r.blockSize())));
        long free = room.map(Room::freeBytes).orElse(-1L);
        if (pages.isPresent()) {
            // Before the mount is there, the room seen is that of the directory beneath it.
            long known = room.filter(Room::isHugetlbfs).isPresent()
                    ? free / pages.get().bytes()
                    : -1;
            List<Claim> claims = new ArrayList<>();
            claims.add(new Claim(
                    FileSystem.hugePagePool(pages.get()),
                    "pages",
                    known,
                    copies * pagesOf(template, pages.get()),
                    gives / pages.get().bytes()));
            template.on()
                    .filter(fs -> fs.isHugetlbfs() && fs.size().isPresent())
                    .ifPresent(fs -> claims.add(new Claim(
                            FileSystem.hugetlbfsPool(fs.path()),
                            "pages",
                            -1,
                            copies * pagesOf(template, pages.get()),
                            gives / pages.get().bytes())));
            template.machine()
                    .nodes()
                    .forEach(node -> node.hostNode()
                            .ifPresent(host -> claims.add(new Claim(
                                    FileSystem.hugePagePool(pages.get(), host),
                                    "pages",
                                    -1,
                                    copies * node.ram().in(pages.get().bytes()),
                                    0))));
            return claims;
        }
        boolean onTmpfs = room.filter(Room::isTmpfs).isPresent();
        if (template.tmpfs().isPresent() || onTmpfs) {
            AbsPath mount = template.tmpfs().orElse(template.memory().parent());
            long known = onTmpfs && free != UNLIMITED ? free : -1;
            long takes = copies * template.machine().ram().bytes();
            return List.of(new Claim(FileSystem.tmpfsPool(mount), "bytes", known, takes, gives));
        }
        return List.of();
    }

    private static long pagesOf(TemplateInfo template, ByteSize page) {
        return template.machine().nodes().stream()
                .mapToLong(node -> node.ram().in(page.bytes()))
                .sum();
    }
}
