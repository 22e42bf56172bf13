package tplctl.report;

import java.util.List;
import java.util.Optional;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostic.Severity;
import tplctl.diag.Sources;

/**
 * Diagnostics with the lines they are about:
 *
 * <pre>
 * site.yml:12:31: error: unknown field "sise"
 *   12 |     ramdisk: { type: tmpfs, sise: 500M }
 *      |                             ^
 *      = did you mean "size"?
 * </pre>
 */
public final class DiagnosticsText {
    private static final int LEAST_EXCERPT = 20;

    private final Sources sources;
    private final Style style;
    private final StringBuilder out = new StringBuilder();

    private DiagnosticsText(Sources sources, Style style) {
        this.sources = sources;
        this.style = style;
    }

    /** All of them in the order given, and a last line that counts them; the empty text for none. */
    public static String render(List<Diagnostic> diagnostics, Sources sources, Style style) {
        DiagnosticsText text = new DiagnosticsText(sources, style);
        diagnostics.forEach(text::add);
        text.count(diagnostics);
        return text.out.toString();
    }

    private void add(Diagnostic diagnostic) {
        boolean error = diagnostic.severity() == Severity.ERROR;
        String label = style.paint(error ? Style.Tone.FAILED : Style.Tone.CHANGED, error ? "error:" : "warning:");
        out.append(Cells.clean(diagnostic.at().toString()))
                .append(": ")
                .append(label)
                .append(' ')
                .append(style.paint(Style.Tone.STRONG, Cells.clean(diagnostic.summary())))
                .append('\n');
        String number = Integer.toString(diagnostic.at().line());
        int gutter = Math.max(4, number.length());
        Optional<String> line =
                sources.line(diagnostic.at().file(), diagnostic.at().line());
        line.ifPresent(l ->
                excerpt(l, diagnostic.at().column(), " ".repeat(gutter - number.length()) + number, gutter));
        String lead = line.isPresent() ? " ".repeat(gutter + 1) + "= " : "    = ";
        for (String detail : Cells.lines(diagnostic.detail())) {
            out.append(lead).append(detail).append('\n');
            lead = " ".repeat(lead.length());
        }
        out.append('\n');
    }

    private void excerpt(String line, int column, String number, int gutter) {
        StringBuilder shown = new StringBuilder();
        int caret = 0;
        int seen = 0;
        for (int i = 0; i < line.length(); ) {
            int c = line.codePointAt(i);
            if (++seen == column) {
                caret = Cells.width(shown.toString());
            }
            shown.append(Cells.shown(c));
            i += Character.charCount(c);
        }
        if (seen < column) {
            caret = Cells.width(shown.toString());
        }
        Window window =
                Window.around(shown.toString(), caret, Math.max(LEAST_EXCERPT, style.width() - gutter - 3), style);
        out.append(style.paint(Style.Tone.FAINT, number + " |"))
                .append(window.text().isEmpty() ? "" : " ")
                .append(window.text().stripTrailing())
                .append('\n')
                .append(style.paint(Style.Tone.FAINT, " ".repeat(gutter) + " |"))
                .append(' ')
                .append(" ".repeat(window.caret()))
                .append(style.paint(Style.Tone.FAILED, "^"))
                .append('\n');
    }

    private void count(List<Diagnostic> diagnostics) {
        long errors =
                diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).count();
        long warnings = diagnostics.size() - errors;
        String counted = Words.count(errors, "error");
        if (warnings > 0) {
            counted =
                    errors == 0 ? Words.count(warnings, "warning") : counted + ", " + Words.count(warnings, "warning");
        }
        if (!diagnostics.isEmpty()) {
            out.append(style.paint(errors > 0 ? Style.Tone.FAILED : Style.Tone.CHANGED, counted))
                    .append('\n');
        }
    }

    /** The part of a line that is shown, and the caret's cell in it. */
    private record Window(String text, int caret) {
        static Window around(String line, int caret, int width, Style style) {
            if (Cells.width(line) <= width) {
                return new Window(line, caret);
            }
            String mark = style.ellipsis();
            int from = caret < width - mark.length() ? 0 : caret - width / 2;
            String head = from == 0 ? "" : mark;
            StringBuilder shown = new StringBuilder(head);
            int cell = 0;
            int caretAt = head.length();
            int used = head.length();
            int i = 0;
            for (; i < line.length(); ) {
                int c = line.codePointAt(i);
                int cells = Cells.width(c);
                if (cell >= from) {
                    if (used + cells > width - mark.length()) {
                        break;
                    }
                    shown.appendCodePoint(c);
                    used += cells;
                }
                cell += cells;
                if (cell <= caret) {
                    caretAt = used;
                }
                i += Character.charCount(c);
            }
            return new Window(i < line.length() ? shown + mark : shown.toString(), caretAt);
        }
    }
}
