package tplctl.report;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Ansible's recap, a line a host: {@code o41 : ok=8 changed=2 unreachable=0 failed=0 skipped=0}, the columns aligned. */
final class RecapText {
    private record Column(String word, Style.Tone tone, ToLongFunction<Tally> count) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("ok", Style.Tone.OK, t -> t.ok() + t.changed()),
            new Column("changed", Style.Tone.CHANGED, Tally::changed),
            new Column("unreachable", Style.Tone.FAILED, Tally::unreachable),
            new Column("failed", Style.Tone.FAILED, Tally::failed),
            new Column("skipped", Style.Tone.SKIPPED, Tally::skipped));

    private RecapText() {}

    static String render(Map<String, Tally> hosts, Style style) {
        int widest = hosts.keySet().stream()
                .mapToInt(h -> Cells.width(Cells.clean(h)))
                .max()
                .orElse(0);
        int[] widths = COLUMNS.stream()
                .mapToInt(column -> hosts.values().stream()
                        .mapToInt(t -> cell(column, t).length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder out = new StringBuilder();
        hosts.forEach((host, tally) -> {
            boolean bad = tally.failed() + tally.unreachable() > 0;
            Style.Tone tone = bad ? Style.Tone.FAILED : tally.changed() > 0 ? Style.Tone.CHANGED : Style.Tone.OK;
            out.append(style.paint(tone, Cells.padded(Cells.clean(host), widest)))
                    .append(" :");
            for (int i = 0; i < COLUMNS.size(); i++) {
                Column column = COLUMNS.get(i);
                String cell = cell(column, tally);
                boolean last = i == COLUMNS.size() - 1;
                out.append(' ')
                        .append(column.count().applyAsLong(tally) > 0 ? style.paint(column.tone(), cell) : cell)
                        .append(" ".repeat(last ? 0 : widths[i] - cell.length()));
            }
            out.append('\n');
        });
        return out.toString();
    }

    private static String cell(Column column, Tally tally) {
        return column.word() + "=" + column.count().applyAsLong(tally);
    }
}
