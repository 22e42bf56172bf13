package tplctl.cli;

import java.nio.file.Path;
import java.util.Map;

/** Where what can be made again is kept for the user. */
final class CacheDirectory {
    private static final String NAME = "tplctl";

    private CacheDirectory() {}

    /**
     * {@code $XDG_CACHE_HOME/tplctl}, else {@code ~/.cache/tplctl}, as bin/tplctl has it; the XDG Base Directory Specification
     * takes absolute paths only. Not made.
     */
    static Path of(Map<String, String> env) {
        String set = env.getOrDefault("XDG_CACHE_HOME", "");
        if (set.startsWith("/")) {
            return Path.of(set, NAME);
        }
        String home = env.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home", "/") : home, ".cache", NAME);
    }
}
