package tplctl.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import tplctl.host.KnownHostsFile.Entry;
import tplctl.host.KnownHostsFile.Marker;

/** The known_hosts files of a run, each read once, however many hosts look into it. Any number of threads may call it. */
final class KnownHosts {
    private static final KnownHostsFile EMPTY = new KnownHostsFile("", "");

    private record Added(Path file, String name, Entry entry) {}

    private final Map<Path, KnownHostsFile> files = new ConcurrentHashMap<>();
    private final List<Added> added = new CopyOnWriteArrayList<>();

    /** What these files say of a name, in their order; one that cannot be read says nothing. */
    List<Entry> find(String name, List<Path> from) {
        List<Entry> found = new ArrayList<>();
        for (Path file : from) {
            found.addAll(files.computeIfAbsent(file, KnownHosts::read).find(name));
            added.stream()
                    .filter(a -> a.file().equals(file) && a.name().equals(name))
                    .forEach(a -> found.add(a.entry()));
        }
        return found;
    }

    /** Adds a line to a file, which is made when there is none, for its owner only. */
    synchronized void add(String name, String type, String key, Path file) throws IOException {
        if (find(name, List.of(file)).stream().anyMatch(e -> e.key().equals(key) && e.marker() == Marker.NONE)) {
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        String line = name + " " + type + " " + key + "\n";
        try (FileChannel out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            // One write of one line: other programs append too.
            out.write(ByteBuffer.wrap(((endsInLine(file) ? "" : "\n") + line).getBytes(StandardCharsets.UTF_8)));
        }
        added.add(new Added(file, name, new Entry(Marker.NONE, type, key, file.toString(), 0)));
    }

    private static boolean endsInLine(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) == 0) {
            return true;
        }
        try (FileChannel in = FileChannel.open(file)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            in.read(last, in.size() - 1);
            return last.get(0) == '\n';
        }
    }

    private static KnownHostsFile read(Path file) {
        try {
            return new KnownHostsFile(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return EMPTY;
        } catch (IOException e) {
            return EMPTY;
        }
    }
}
