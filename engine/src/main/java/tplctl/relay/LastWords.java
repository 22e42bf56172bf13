package tplctl.relay;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** What an emulator said of a migration that failed: over QMP, and in its log. */
final class LastWords {
    private static final int LENGTH = 600;

    private final Emulator emulator;
    private final Optional<Path> log;

    LastWords(Emulator emulator, Optional<Path> log) {
        this.emulator = emulator;
        this.log = log;
    }

    /** To be put behind a sentence; empty when there are none. */
    String last() {
        Optional<String> said = Optional.empty();
        try {
            said = emulator.migration().error();
        } catch (IOException gone) {
            // Then only its log tells.
        }
        String tail = log.map(LastWords::tail).orElse("");
        return said.map(text -> ": " + text).orElse("") + (tail.isEmpty() ? "" : "; its last words: " + tail);
    }

    private static String tail(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - LENGTH));
            byte[] end = new byte[LENGTH];
            int n = Math.max(0, file.read(end));
            return new String(end, 0, n, StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", " / ");
        } catch (IOException e) {
            return "";
        }
    }
}
