package tplctl.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that tell whose a machine is; each change outlasts a power cut when the call returns. */
final class Marks {
    private Marks() {}

    /** Makes the file with this content, or replaces it; nobody sees half of it. */
    static void write(Path mark, String content) throws IOException {
        Path part = mark.resolveSibling("." + mark.getFileName() + ".part");
        try (FileChannel file = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer rest = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                file.write(rest);
            }
            file.force(true);
        }
        rename(part, mark);
    }

    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(to);
    }

    /** It may be gone already. */
    static void remove(Path mark) throws IOException {
        if (Files.deleteIfExists(mark)) {
            syncDirectory(mark);
        }
    }

    private static void syncDirectory(Path entry) throws IOException {
        Path directory = entry.getParent();
        if (directory != null) {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }
}
