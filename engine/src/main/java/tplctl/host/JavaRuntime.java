package tplctl.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Java with no more than the relay needs, made from the JDK that runs this program by its jlink, packed, and kept for the
 * next time. It runs on machines with the same processor and the same C library.
 */
final class JavaRuntime {
    private static final String MODULES = "java.base,jdk.crypto.ec";
    private static final int NEW_COMPRESSION = 21;

    private final Path home;
    private final Path cache;

    /**
     * @param home of the JDK to make it from
     * @param cache directory for what was made; made itself when it is missing
     */
    JavaRuntime(Path home, Path cache) {
        this.home = home;
        this.cache = cache;
    }

    /** It cannot be made; the message says why. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        UnavailableException(String message) {
            super(message);
        }

        /** Why, for people. */
        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** A tar.gz with {@code bin/java} in it: the one made earlier, or a new one, which takes some seconds. */
    byte[] archive() throws UnavailableException {
        Path jlink = home.resolve("bin/jlink");
        if (!Files.isExecutable(jlink)) {
            throw new UnavailableException("the Java here, " + home + ", is no JDK: it has no jlink");
        }
        try {
            synchronized (JavaRuntime.class) {
                Files.createDirectories(cache);
                Path kept = cache.resolve(key() + ".tar.gz");
                if (!Files.exists(kept)) {
                    make(jlink, kept);
                }
                return Files.readAllBytes(kept);
            }
        } catch (IOException e) {
            throw new UnavailableException("making a Java runtime in " + cache + " failed: " + e.getMessage());
        }
    }

    private List<String> options() {
        boolean newer = Runtime.version().feature() >= NEW_COMPRESSION;
        // Packed again for the way; what this saves is space there. The libraries' own debug symbols need objcopy to
        // strip,
        // and distributions ship them apart.
        return List.of(
                "--add-modules",
                MODULES,
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                newer ? "--compress=zip-6" : "--compress=2");
    }

    private String key() throws IOException {
        String made = Files.readString(home.resolve("release")) + options();
        return RelayKit.sha256(made.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    private void make(Path jlink, Path kept) throws IOException, UnavailableException {
        Path scratch = Files.createTempDirectory(cache, "making-");
        try {
            Path image = scratch.resolve("java");
            List<String> link = new ArrayList<>(List.of(jlink.toString()));
            link.addAll(options());
            link.addAll(List.of("--output", image.toString()));
            run(scratch, link);
            Path packed = scratch.resolve("java.tar.gz");
            run(scratch, List.of("tar", "-czf", packed.toString(), "-C", image.toString(), "."));
            Files.move(packed, kept, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            remove(scratch);
        }
    }

    private static void run(Path scratch, List<String> words) throws IOException, UnavailableException {
        Path said = scratch.resolve("said");
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process.getOutputStream().close();
        int exit;
        try {
            exit = process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            process.onExit().join();
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        }
        if (exit != 0) {
            throw new UnavailableException(words.get(0) + ": exit " + exit
                    + HostException.lastLines(Files.readString(said, StandardCharsets.ISO_8859_1)));
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
