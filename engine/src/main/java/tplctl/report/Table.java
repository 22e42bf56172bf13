package tplctl.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns as wide as their widest cell; numbers to the right. */
final class Table {
    private final int indent;
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /** {@code right} says for each column whether it is aligned to the right. */
    Table(int indent, boolean... right) {
        this.indent = indent;
        this.right = right.clone();
    }

    void row(String... cells) {
        if (cells.length != right.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
        }
        rows.add(Arrays.stream(cells).map(Cells::clean).toArray(String[]::new));
    }

    String text() {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], Cells.width(row[i]));
            }
        }
        StringBuilder out = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(indent));
            for (int i = 0; i < row.length; i++) {
                String space = " ".repeat(widths[i] - Cells.width(row[i]));
                line.append(right[i] ? space + row[i] : row[i] + space).append("  ");
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
