package tplctl.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tplctl.engine.HostEvent;
import tplctl.report.Cells;

/** Lines about a host, each beginning with {@code HOST: } and ended by a line break. */
final class HostLines {
    private HostLines() {}

    static String of(String host, HostEvent event, String message) {
        String state = event.name().toLowerCase(Locale.ROOT);
        String prefix = host + ": ";
        String rest = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
        return lines(host, rest.isEmpty() ? state : state + ": " + rest);
    }

    /** {@code o41: exit 0, 12 ms: mkdir -p /mnt}; further lines of the script are indented. */
    static String script(String host, String shown, String result, Duration took) {
        return lines(host, result + ", " + took.toMillis() + " ms: " + shown);
    }

    static String debug(String host, String line) {
        return lines(host, line);
    }

    private static String lines(String host, String text) {
        List<String> lines = text.stripTrailing().lines().toList();
        StringBuilder out = new StringBuilder();
        String lead = Cells.clean(host) + ": ";
        for (String line : lines.isEmpty() ? List.of("") : lines) {
            out.append((lead + Cells.clean(line)).stripTrailing()).append('\n');
            lead = Cells.clean(host) + ":     ";
        }
        return out.toString();
    }
}
