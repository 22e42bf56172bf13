package tplctl.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Sources;
import tplctl.inventory.SourceFiles;
import tplctl.text.YamlReader;

/** The inventories on this machine's disk, relative to the current directory. */
record Inventories(Sources sources) implements SourceFiles {
    /** Names an inventory where {@code -i} names none. */
    static final String VARIABLE = "TPLCTL_INVENTORY";

    @Override
    public Type type(String path) {
        Path file = Paths.get(path);
        if (Files.isDirectory(file)) {
            return Type.DIRECTORY;
        }
        if (!Files.exists(file)) {
            return Type.NONE;
        }
        return Files.isExecutable(file) && isProgram(file) ? Type.PROGRAM : Type.FILE;
    }

    // On some file systems every file may be executed; an inventory of text is still read.
    private static boolean isProgram(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(4);
            return head.length > 1
                    && ((head[0] == '#' && head[1] == '!')
                            || (head.length > 3 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L'));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public List<String> names(String directory) {
        Path path = Paths.get(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        } catch (IOException e) {
            throw new InputFileException(directory, "cannot be listed: " + e.getMessage());
        }
    }

    @Override
    public Optional<String> text(String path, Diagnostics errors) {
        try {
            Optional<String> text = YamlReader.decode(path, Files.readAllBytes(Paths.get(path)), errors);
            text.ifPresent(t -> sources.add(path, t));
            return text;
        } catch (NoSuchFileException e) {
            errors.error(new Position(path, 1, 1), "no such file");
        } catch (AccessDeniedException e) {
            errors.error(new Position(path, 1, 1), "may not be read by this user");
        } catch (IOException e) {
            errors.error(new Position(path, 1, 1), "cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> output(String path, List<String> arguments, String name, Diagnostics errors) {
        Optional<byte[]> printed = InventoryProgram.run(path, arguments, errors);
        Optional<String> text = printed.flatMap(bytes -> YamlReader.decode(name, bytes, errors));
        text.ifPresent(t -> sources.add(name, t));
        return text;
    }

    @Override
    public boolean same(String one, String other) {
        return real(one).equals(real(other));
    }

    private static Path real(String path) {
        Path file = Paths.get(path).toAbsolutePath().normalize();
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file;
        }
    }
}
