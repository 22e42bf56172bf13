package tplctl.host;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Digests of a host's files, made by its own tools.
 *
 * <p>Java's would do locally, but it is fast only in code that the C2 compiler made: with the C1 compiler alone, as for a
 * quick start, a GiB took it 12 s, sha256sum 3.3 s and openssl, which uses the processor's instructions, 0.9 s.
 */
final class Sha256 {
    /** For the largest file on the slowest disk. */
    static final Duration LIMIT = Duration.ofHours(6);

    private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{64}) .*\\n");

    private Sha256() {}

    static Script script(String path) {
        // Opening a pipe would wait for its writer.
        String text = ScriptFrame.set("file", path) + """
                if [ -e "$file" ] && [ ! -f "$file" ]; then
                echo "not a regular file: $file" >&2
                exit 1
                fi
                openssl dgst -sha256 -r <"$file" 2>/dev/null || sha256sum <"$file"
                """;
        return new Script(text, "digest " + path);
    }

    static String parse(String host, Script script, CommandResult result) {
        Matcher digest = DIGEST.matcher(result.stdout());
        if (!result.ok() || !digest.matches()) {
            throw HostException.unexpected(host, script, result);
        }
        return digest.group(1);
    }
}
