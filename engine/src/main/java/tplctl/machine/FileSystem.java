package tplctl.machine;

import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;

/**
 * What a {@code mounts} resource shows to what lies on it.
 *
 * @param type as mount(8) names it
 * @param size the limit of a tmpfs or hugetlbfs, if the user set one
 * @param pageSize the page size of a hugetlbfs, if the user set one
 */
public record FileSystem(AbsPath path, String type, Optional<ByteSize> size, Optional<ByteSize> pageSize) {
    public boolean isHugetlbfs() {
        return type.equals("hugetlbfs");
    }

    public boolean isTmpfs() {
        return type.equals("tmpfs");
    }

    /** The pool that huge pages of that size are claimed from, as all claims on it name it. */
    public static String hugePagePool(ByteSize pageSize) {
        return "huge pages of " + pageSize;
    }

    /** The part of that pool on one of the host's NUMA nodes. */
    public static String hugePagePool(ByteSize pageSize, int node) {
        return hugePagePool(pageSize) + " on NUMA node " + node;
    }

    /** The pool that a hugetlbfs with a limit of its own is. */
    public static String hugetlbfsPool(AbsPath path) {
        return "hugetlbfs " + path;
    }

    /** The pool that a tmpfs at that path is. */
    public static String tmpfsPool(AbsPath path) {
        return "tmpfs " + path;
    }
}
