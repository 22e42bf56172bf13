package tplctl.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Configuration files on this machine's disk. */
record SshConfigFiles(Path home) implements SshConfig.Source {
    @Override
    public Optional<String> read(String path) {
        try {
            return Optional.of(new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new SshConfig.MalformedException(path + ": cannot be read (" + e + ")");
        }
    }

    @Override
    public List<String> included(String argument) {
        Path path = argument.equals("~") || argument.startsWith("~/")
                ? Path.of(home + argument.substring(1))
                : home.resolve(".ssh").resolve(argument);
        List<Path> found = new ArrayList<>(List.of(path.getRoot()));
        for (Path part : path) {
            List<Path> next = new ArrayList<>();
            found.forEach(each -> next.addAll(within(each, part.toString())));
            found = next;
        }
        Collections.sort(found);
        return found.stream().filter(Files::isRegularFile).map(Path::toString).toList();
    }

    private static List<Path> within(Path directory, String part) {
        if (part.indexOf('*') < 0 && part.indexOf('?') < 0 && part.indexOf('[') < 0) {
            return List.of(directory.resolve(part));
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, part)) {
            for (Path entry : entries) {
                // As glob(7): a leading dot is matched by nothing but a dot.
                if (part.startsWith(".") || !entry.getFileName().toString().startsWith(".")) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }
}
