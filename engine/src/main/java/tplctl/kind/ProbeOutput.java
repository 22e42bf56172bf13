package tplctl.kind;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a probe's script answered: its exit status and both streams, free of any other probe's noise.
 *
 * @param elsewhere what further hosts answered, by host; each that was asked is there
 */
public record ProbeOutput(int exit, String stdout, String stderr, Map<String, Elsewhere> elsewhere) {
    /**
     * Another host's answer.
     *
     * @param output empty when the host could not be reached
     * @param unreachable why not; empty when it could
     */
    public record Elsewhere(Optional<ProbeOutput> output, String unreachable) {
        public static Elsewhere of(ProbeOutput output) {
            return new Elsewhere(Optional.of(output), "");
        }

        public static Elsewhere unreachable(String why) {
            return new Elsewhere(Optional.empty(), why);
        }
    }

    public ProbeOutput {
        elsewhere = Map.copyOf(elsewhere);
    }

    public ProbeOutput(int exit, String stdout, String stderr) {
        this(exit, stdout, stderr, Map.of());
    }

    public ProbeOutput(int exit, List<String> lines) {
        this(exit, lines.isEmpty() ? "" : String.join("\n", lines) + "\n", "");
    }

    /** The same answer together with those of further hosts. */
    public ProbeOutput with(Map<String, Elsewhere> others) {
        return new ProbeOutput(exit, stdout, stderr, others);
    }

    /** Standard output by lines, without their ends. */
    public List<String> lines() {
        int end = stdout.indexOf('\n');
        boolean one = stdout.indexOf('\r') < 0 && end == stdout.length() - 1;
        if (one && end > 0) {
            return List.of(stdout.substring(0, end));
        }
        return stdout.isEmpty() ? List.of() : stdout.lines().toList();
    }

    /** To be thrown when the answer is none that the probe knows. */
    public ProbeException unexpected(String expected) {
        String shown = stdout.length() > 300 ? stdout.substring(0, 300) + "…" : stdout;
        return new ProbeException("expected " + expected + ", got exit " + exit + ", stdout \"" + shown.strip()
                + "\", stderr \"" + stderr.strip() + "\"");
    }
}
