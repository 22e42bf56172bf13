package tplctl.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.host.CommandResult;
import tplctl.host.Host;
import tplctl.host.Script;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;

/** Reads many files of a host in one round trip. */
public final class FileReader {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int ABSENT = 44;
    private static final long MOST_BYTES = 1 << 20;

    // test -e is false also for what lies in a directory that may not be searched, which ls tells apart; LC_ALL is C. A
    // pipe
    // must not be opened: it would be waited for.
    private static final String READ = """
            file={}
            if ! why=$(ls -dL -- "$file" 2>&1); then
              case $why in
                *'No such file or directory'* | *'Not a directory'*) exit %d ;;
              esac
              printf '%%s\\n' "$why" >&2
              exit 1
            fi
            [ -f "$file" ] || { echo 'not a regular file' >&2; exit 1; }
            set -e
            size=$(wc -c < "$file")
            [ "$size" -le %d ] || { echo 'more than 1 MiB' >&2; exit 1; }
            base64 < "$file"
            """.formatted(ABSENT, MOST_BYTES).strip();

    private FileReader() {}

    /**
     * What was found at a path.
     *
     * @param content empty when there is no file, or with a {@code problem}
     * @param problem why it could not be read; empty when it could
     */
    public record Found(Optional<byte[]> content, String problem) {}

    /** The files at these paths; one of more than 1 MiB is a problem. */
    public static Map<String, Found> read(Host host, List<String> paths) {
        Frames frames = new Frames(Observer.nonce());
        List<Integer> numbers = new ArrayList<>();
        for (String path : paths) {
            numbers.add(frames.add(Sh.of(READ, path)));
        }
        CommandResult result = host.query(new Script(frames.script(), "read " + paths.size() + " files"), LIMIT);
        Frames.Answers answers = frames.answers(result.stdout(), result.stderr());
        Map<String, Found> found = new LinkedHashMap<>();
        for (int i = 0; i < paths.size(); i++) {
            found.put(paths.get(i), found(answers.of(numbers.get(i))));
        }
        return found;
    }

    private static Found found(Optional<ProbeOutput> answer) {
        if (answer.isEmpty()) {
            return new Found(Optional.empty(), "the host's shell ended before it answered");
        }
        ProbeOutput output = answer.get();
        if (output.exit() == ABSENT) {
            return new Found(Optional.empty(), "");
        }
        if (output.exit() != 0) {
            return new Found(Optional.empty(), output.stderr().strip());
        }
        return new Found(Optional.of(Base64.getMimeDecoder().decode(output.stdout())), "");
    }
}
