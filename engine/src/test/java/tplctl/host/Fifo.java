package tplctl.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A named pipe between a test and a script: opening, reading and its end all wait for the other side. */
final class Fifo {
    private final Path path;

    Fifo(Host host, Path path) {
        this.path = path;
        host.query("mkfifo '" + path + "'", Duration.ofSeconds(10));
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Opens it, once a script writes to it. */
    BufferedReader reader() {
        try {
            return Files.newBufferedReader(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a line, once a script reads from it. */
    void write(String line) {
        try {
            Files.writeString(path, line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
