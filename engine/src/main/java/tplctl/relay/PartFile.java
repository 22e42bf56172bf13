package tplctl.relay;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file in the making: under a temporary name beside the one it is to get, all holes at first, mode 0600. Closing it
 * removes it, unless it was published before. Whoever writes one holds a lock on it (fcntl(2)), so that what a killed relay
 * left is known by its being free; it is removed before the next one is made. Not thread-safe.
 */
final class PartFile implements Closeable {
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path temporary;
    private final RandomAccessFile file;
    private final Content content;
    private boolean published;

    /** How bytes get into a file. */
    interface Content {
        void write(long offset, byte[] bytes, int length) throws IOException;

        /** Makes them outlast a power cut, where the file system can. */
        void sync() throws IOException;
    }

    private PartFile(Path path, Path temporary, RandomAccessFile file, Content content) {
        this.path = path;
        this.temporary = temporary;
        this.file = file;
        this.content = content;
    }

    /**
     * Makes one of {@code size} bytes.
     *
     * @throws RelayException with {@link RelayException.Code#EXISTS} when the path is taken, and with
     *     {@link RelayException.Code#NO_SPACE} when the pool of huge pages has too few for it
     */
    static PartFile create(Path path, long size) throws IOException {
        Path directory = path.getParent();
        Path name = path.getFileName();
        if (!path.isAbsolute() || directory == null || name == null) {
            throw new RelayException(RelayException.Code.USAGE, path + " is not an absolute path of a file");
        }
        if (Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw taken(path);
        }
        String prefix = "." + name + ".tplctl-";
        removeLeftovers(directory, prefix);
        Path temporary = directory.resolve(
                prefix + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
        OURS.add(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        // The only descriptor of this file here, as closing any other would give the lock up; a channel cannot lengthen
        // one.
        RandomAccessFile file = new RandomAccessFile(temporary.toFile(), "rw");
        boolean done = false;
        try {
            if (file.getChannel().tryLock() == null) {
                throw new IOException("somebody else has locked " + temporary);
            }
            FileStore store = Files.getFileStore(directory);
            Content content = store.type().equals("hugetlbfs")
                    ? HugePageContent.of(file, size, store.getBlockSize())
                    : SparseContent.of(file, size);
            done = true;
            return new PartFile(path, temporary, file, content);
        } finally {
            if (!done) {
                discard(file, temporary);
            }
        }
    }

    void write(long offset, byte[] bytes, int length) throws IOException {
        content.write(offset, bytes, length);
    }

    /** Gives the whole file its mode and its name. A file that has come there meanwhile is not replaced. */
    void publish(int mode) throws IOException {
        content.sync();
        Files.setPosixFilePermissions(temporary, permissions(mode));
        try {
            // Unlike a rename, a link fails when the name is taken.
            Files.createLink(path, temporary);
        } catch (FileAlreadyExistsException e) {
            throw taken(path);
        }
        published = true;
        Files.delete(temporary);
        try (FileChannel names = FileChannel.open(directory(path), StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        if (published) {
            file.close();
            OURS.remove(temporary);
        } else {
            discard(file, temporary);
        }
    }

    private static void discard(RandomAccessFile file, Path temporary) throws IOException {
        try (file) {
            // Mapped pages stay until the mapping is collected; cut off, they go at once.
            file.setLength(0);
        } finally {
            Files.deleteIfExists(temporary);
            OURS.remove(temporary);
        }
    }

    private static void removeLeftovers(Path directory, String prefix) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                directory, each -> String.valueOf(each.getFileName()).startsWith(prefix))) {
            for (Path each : entries) {
                // Opening and closing one of our own would give its lock up.
                if (!OURS.contains(each) && Files.isRegularFile(each, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                    removeUnlessInUse(each);
                }
            }
        }
    }

    private static void removeUnlessInUse(Path leftover) throws IOException {
        try (FileChannel open = FileChannel.open(leftover, StandardOpenOption.WRITE);
                FileLock lock = open.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(leftover);
            }
        } catch (OverlappingFileLockException | java.nio.file.NoSuchFileException e) {
            // In use by this very process, or gone meanwhile.
            return;
        }
    }

    private static RelayException taken(Path path) {
        return new RelayException(
                RelayException.Code.EXISTS, path + " exists already; nothing is replaced, so remove it first");
    }

    private static Path directory(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] fromTheLeft = PosixFilePermission.values();
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < fromTheLeft.length; i++) {
            if ((mode & (0400 >> i)) != 0) {
                set.add(fromTheLeft[i]);
            }
        }
        return set;
    }
}
