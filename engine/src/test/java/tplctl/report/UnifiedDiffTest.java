package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
    @Test
    void isEmptyForEqualTexts() {
        assertThat(UnifiedDiff.of("/x", "a\n", "a\n")).isEmpty();
    }

    @Test
    void showsThreeLinesAroundAChange() {
        assertThat(UnifiedDiff.of("/x", numbers(1, 10), numbers(1, 10).replace("5\n", "five\n")))
                .isEqualTo("""
                        --- /x
                        +++ /x
                        @@ -2,7 +2,7 @@
                         2
                         3
                         4
                        -5
                        +five
                         6
                         7
                         8
                        """);
    }

    @Test
    void splitsChangesThatAreFarApart() {
        String after = numbers(1, 30).replace("\n3\n", "\n").replace("\n28\n", "\n28\nx\n");
        assertThat(UnifiedDiff.of("/x", numbers(1, 30), after)).isEqualTo("""
                        --- /x
                        +++ /x
                        @@ -1,6 +1,5 @@
                         1
                         2
                        -3
                         4
                         5
                         6
                        @@ -26,5 +25,6 @@
                         26
                         27
                         28
                        +x
                         29
                         30
                        """);
    }

    @Test
    void showsANewFile() {
        assertThat(UnifiedDiff.of("/x", "", "a\nb\n")).isEqualTo("--- /x\n+++ /x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    }

    @Test
    void tellsAMissingLineBreakAtTheEnd() {
        assertThat(UnifiedDiff.of("/x", "a\n", "a"))
                .isEqualTo("--- /x\n+++ /x\n@@ -1 +1 @@\n-a\n+a  \\ no newline at end of file\n");
    }

    @Test
    void staysRightForTextsTooLargeToCompareFinely() {
        String before = "same\n" + numbers(0, 3000);
        String after = "same\n" + numbers(10_000, 13_000);
        assertThat(UnifiedDiff.of("/x", before, after).lines().filter(l -> l.startsWith("+1")))
                .hasSize(3001);
    }

    private static String numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }
}
