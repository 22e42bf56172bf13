package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostic.Severity;
import tplctl.diag.Position;
import tplctl.diag.Sources;

class DiagnosticsTextTest {
    private final Sources sources = new Sources();

    @Test
    void showsEachWithItsLineCaretAndAdvice() {
        sources.add(
                "site.yml", "- hosts: localhost\n  mounts:\n    ramdisk: { type: tmpfs, sise: 500M }\n  vms: [1]\n");
        Golden.check(
                "diagnostics.txt",
                render(
                        error(3, 29, "unknown field \"sise\"", "did you mean \"size\"?"),
                        new Diagnostic(
                                Severity.WARNING, new Position("site.yml", 4, 8), "an odd list", "write a mapping"),
                        error(
                                2,
                                3,
                                "dependency cycle: a → b → a",
                                "each of these comes after the next:\n  a needs b\n  b needs a"),
                        error(99, 1, "a line that is not there", ""),
                        new Diagnostic(Severity.ERROR, new Position("other.yml", 7, 1), "an unread file", "read it")));
    }

    @Test
    void putsTheCaretUnderTheColumnBehindTabsWideAndCombiningCharacters() {
        sources.add("site.yml", "\tкey: x\n日本: x\ne\u0301a: x\n");
        assertThat(caretLine(render(error(1, 7, "x", "")))).isEqualTo("         ^");
        assertThat(caretLine(render(error(2, 5, "x", "")))).isEqualTo("      ^");
        assertThat(caretLine(render(error(3, 5, "x", "")))).isEqualTo("   ^");
    }

    @Test
    void putsTheCaretBehindTheLastCharacterWhenTheColumnIsThere() {
        sources.add("site.yml", "abc");
        assertThat(caretLine(render(error(1, 4, "x", "")))).isEqualTo("   ^");
        assertThat(caretLine(render(error(1, 40, "x", "")))).isEqualTo("   ^");
    }

    @Test
    void cutsALongLineAroundTheCaret() {
        String line = "a".repeat(300) + "HERE" + "b".repeat(300);
        sources.add("site.yml", line);
        String text = DiagnosticsText.render(List.of(error(1, 301, "x", "")), sources, new Style(false, 60, false));
        List<String> lines = text.lines().toList();
        assertThat(lines.get(1)).hasSizeLessThanOrEqualTo(60).contains("HERE").endsWith("…");
        assertThat(lines.get(1).charAt(lines.get(2).indexOf('^'))).isEqualTo('H');
    }

    @Test
    void cutsOnlyBehindACaretThatIsNearTheStart() {
        sources.add("site.yml", "HERE" + "b".repeat(300));
        String text = DiagnosticsText.render(List.of(error(1, 2, "x", "")), sources, new Style(false, 60, true));
        List<String> lines = text.lines().toList();
        assertThat(lines.get(1)).hasSize(60).startsWith("   1 | HERE").endsWith("...");
        assertThat(lines.get(1).charAt(lines.get(2).indexOf('^'))).isEqualTo('E');
    }

    @Test
    void spellsOutWhatWouldActOnTheTerminal() {
        sources.add("site.yml", "a\u001b[31mb");
        String text = render(error(1, 1, "bad \u001b]0;title\u0007", "\u202egnp"));
        assertThat(text)
                .contains("\\x1b]0;title\\x07", "a\\x1b[31mb", "\\u202egnp")
                .doesNotContain("\u001b");
    }

    @Test
    void saysInWordsWhatColoursSay() {
        sources.add("site.yml", "abc");
        Style colour = new Style(true, 80, false);
        List<Diagnostic> diagnostics = List.of(error(1, 2, "x", "y"));
        String coloured = DiagnosticsText.render(diagnostics, sources, colour);
        assertThat(coloured).contains("\u001b[31merror:\u001b[0m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(render(error(1, 2, "x", "y")));
    }

    @Test
    void isEmptyForNone() {
        assertThat(render()).isEmpty();
    }

    private static Diagnostic error(int line, int column, String summary, String detail) {
        return new Diagnostic(Severity.ERROR, new Position("site.yml", line, column), summary, detail);
    }

    private String render(Diagnostic... diagnostics) {
        return DiagnosticsText.render(List.of(diagnostics), sources, Style.PLAIN);
    }

    private static String caretLine(String text) {
        return text.lines().toList().get(2).substring("     | ".length());
    }
}
