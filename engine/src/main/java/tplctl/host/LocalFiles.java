package tplctl.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Files of this machine. */
final class LocalFiles {
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
    private static final int READ_BOUND = 16 << 20;

    private final String host;

    LocalFiles(String host) {
        this.host = host;
    }

    void put(String path, byte[] content, String mode) {
        String attempted = "write " + path;
        Set<PosixFilePermission> permissions = permissions(mode);
        Path target = path(path, attempted);
        Path directory = parent(target);
        Path temporary = directory.resolve(".tplctl-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
        try {
            try {
                write(temporary, content, permissions);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(temporary);
                throw e;
            }
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException e) {
            throw failed(attempted, e);
        }
    }

    Optional<byte[]> read(String path) {
        String attempted = "read " + path;
        try (InputStream in = Files.newInputStream(path(path, attempted))) {
            byte[] content = in.readNBytes(READ_BOUND + 1);
            if (content.length > READ_BOUND) {
                throw new HostException(host, attempted, "it is larger than " + (READ_BOUND >> 20) + " MiB");
            }
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed(attempted, e);
        }
    }

    /** The same path, if it is one that this package takes. */
    static String absolute(String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not an absolute path without NUL: " + path);
        }
        return path;
    }

    private Path path(String path, String attempted) {
        try {
            return Path.of(absolute(path));
        } catch (InvalidPathException e) {
            // Java encodes file names as the locale says, not as the file system could.
            throw new HostException(
                    host, attempted, "the locale cannot spell this name; start tplctl with LC_ALL=C.UTF-8", e);
        }
    }

    private static Path parent(Path target) {
        Path parent = target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root directory is no file");
        }
        return parent;
    }

    private static void write(Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        var secret = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel out = FileChannel.open(file, options, secret)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            Files.setPosixFilePermissions(file, permissions);
            out.force(true);
        }
    }

    /** The same mode, if it is one that this package takes. */
    static String mode(String mode) {
        if (!MODE.matcher(mode).matches()) {
            throw new IllegalArgumentException("not an octal file mode like 0644: " + mode);
        }
        return mode;
    }

    private static Set<PosixFilePermission> permissions(String octal) {
        String mode = mode(octal);
        int bits = Integer.parseInt(mode, 8);
        PosixFilePermission[] fromTheLeft = PosixFilePermission.values();
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < fromTheLeft.length; i++) {
            if ((bits & (0400 >> i)) != 0) {
                set.add(fromTheLeft[i]);
            }
        }
        return set;
    }

    private HostException failed(String attempted, IOException e) {
        return new HostException(host, attempted, why(e), e);
    }

    private static String why(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return "interrupted";
        }
        if (e instanceof NoSuchFileException missing) {
            return "no such file or directory: " + missing.getFile();
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        return String.valueOf(e.getMessage());
    }
}
