package tplctl.kind;

import java.util.List;

/** What a probe's script answered: its exit status and both streams, free of any other probe's noise. */
public record ProbeOutput(int exit, String stdout, String stderr) {
    public ProbeOutput(int exit, List<String> lines) {
        this(exit, lines.isEmpty() ? "" : String.join("\n", lines) + "\n", "");
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
