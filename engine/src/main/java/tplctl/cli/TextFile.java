package tplctl.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Sources;
import tplctl.text.Node;
import tplctl.text.YamlReader;

/** Reads files that the user named, so that whatever stands in the way is said in the user's words. */
final class TextFile {
    private TextFile() {}

    /** A YAML file's tree; what is wrong with its text goes to {@code errors}. */
    static Optional<Node> yaml(String name, Sources sources, Diagnostics errors) {
        byte[] content = bytes(name);
        Optional<String> text = YamlReader.decode(name, content, errors);
        text.ifPresent(t -> sources.add(name, t));
        return text.flatMap(t -> YamlReader.read(name, t, errors));
    }

    /** A whole file. */
    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    /** A file's lines that say something: not the empty ones, and none that begin with {@code #}. */
    static List<String> lines(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty() && !l.startsWith("#"))
                .toList();
    }

    private static byte[] bytes(String name) {
        Path path = Path.of(name);
        try {
            if (Files.isDirectory(path)) {
                throw new InputFileException(name, "is a directory, not a file");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new InputFileException(name, "no such file");
        } catch (AccessDeniedException e) {
            throw new InputFileException(name, "may not be read by this user");
        } catch (IOException e) {
            throw new InputFileException(name, "cannot be read: " + e.getMessage());
        }
    }
}
