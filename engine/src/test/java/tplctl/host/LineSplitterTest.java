package tplctl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private final List<String> told = new ArrayList<>();
    private final LineSplitter lines = new LineSplitter((line, whole) -> told.add(line + (whole ? "." : "…")));

    private List<String> after(String piece) {
        told.clear();
        byte[] bytes = ("x" + piece + "x").getBytes(StandardCharsets.UTF_8);
        lines.add(bytes, 1, bytes.length - 2);
        return List.copyOf(told);
    }

    @Test
    void tellsEachLineAndHowFarTheLastHasGot() {
        assertThat(after("one\ntw")).containsExactly("one.", "tw…");
        assertThat(after("o")).containsExactly("two…");
        assertThat(after("\n")).containsExactly("two.");
        assertThat(after("\n\n")).containsExactly(".", ".");
    }

    @Test
    void keepsOfARepaintedLineWhatStandsThereInTheEnd() {
        assertThat(after("1%\r")).containsExactly("1%…");
        assertThat(after("10%\r100%")).containsExactly("100%…");
        assertThat(after("\r\n")).containsExactly("100%.");
        assertThat(after("dos\r\n")).containsExactly("dos.");
    }

    @Test
    void tellsTheBeginningOfALongLine() {
        assertThat(after("a".repeat(5000) + "\nb\n")).containsExactly("a".repeat(4096) + ".", "b.");
    }

    @Test
    void showsBytesThatAreNoText() {
        byte[] bytes = {'a', (byte) 0xff, '\n'};
        lines.add(bytes, 0, 3);
        assertThat(told).containsExactly("a\ufffd.");
    }
}
