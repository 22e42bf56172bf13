package tplctl.report;

import java.util.ArrayList;
import java.util.List;

/** The difference of two texts, line by line, in diff(1)'s unified format with three lines of context. */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    // Above it, everything between the first and the last difference counts as changed: right, only less fine.
    private static final long MOST_CELLS = 4_000_000;

    private record Line(char sign, String text) {}

    private UnifiedDiff() {}

    /** Empty when the texts are equal. */
    public static String of(String path, String before, String after) {
        if (before.equals(after)) {
            return "";
        }
        List<Line> script = script(split(before), split(after));
        StringBuilder out = new StringBuilder("--- " + path + "\n+++ " + path + "\n");
        int from = 0;
        while ((from = nextChange(script, from)) < script.size()) {
            int begin = Math.max(0, from - CONTEXT);
            int end = from;
            int quiet = 0;
            while (end < script.size() && quiet <= 2 * CONTEXT) {
                quiet = script.get(end).sign() == ' ' ? quiet + 1 : 0;
                end++;
            }
            end = Math.min(end, end - quiet + CONTEXT);
            hunk(script, begin, end, out);
            from = end;
        }
        return out.toString();
    }

    private static int nextChange(List<Line> script, int from) {
        int i = from;
        while (i < script.size() && script.get(i).sign() == ' ') {
            i++;
        }
        return i;
    }

    private static void hunk(List<Line> script, int begin, int end, StringBuilder out) {
        out.append("@@ -")
                .append(range(script, begin, end, '+'))
                .append(" +")
                .append(range(script, begin, end, '-'))
                .append(" @@\n");
        for (Line line : script.subList(begin, end)) {
            out.append(line.sign()).append(line.text()).append('\n');
        }
    }

    // As POSIX has it: the first line's number, and the count unless it is one; an empty range is named by the line
    // before it.
    private static String range(List<Line> script, int begin, int end, char without) {
        long before = count(script.subList(0, begin), without);
        long length = count(script.subList(begin, end), without);
        long first = length == 0 ? before : before + 1;
        return length == 1 ? Long.toString(first) : first + "," + length;
    }

    private static long count(List<Line> lines, char without) {
        return lines.stream().filter(l -> l.sign() != without).count();
    }

    private static List<String> split(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        String last = lines.remove(lines.size() - 1);
        if (!last.isEmpty()) {
            lines.add(last + "  \\ no newline at end of file");
        }
        return lines;
    }

    private static List<Line> script(List<String> before, List<String> after) {
        int head = 0;
        int shorter = Math.min(before.size(), after.size());
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        List<Line> script = new ArrayList<>();
        before.subList(0, head).forEach(l -> script.add(new Line(' ', l)));
        middle(before.subList(head, before.size() - tail), after.subList(head, after.size() - tail), script);
        before.subList(before.size() - tail, before.size()).forEach(l -> script.add(new Line(' ', l)));
        return script;
    }

    private static void middle(List<String> before, List<String> after, List<Line> script) {
        int n = before.size();
        int m = after.size();
        int[][] common = (long) n * m > MOST_CELLS ? new int[0][] : longestCommon(before, after);
        int i = 0;
        int j = 0;
        while (common.length > 0 && i < n && j < m) {
            if (before.get(i).equals(after.get(j))) {
                script.add(new Line(' ', before.get(i)));
                i++;
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                script.add(new Line('-', before.get(i++)));
            } else {
                script.add(new Line('+', after.get(j++)));
            }
        }
        before.subList(i, n).forEach(l -> script.add(new Line('-', l)));
        after.subList(j, m).forEach(l -> script.add(new Line('+', l)));
    }

    private static int[][] longestCommon(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
