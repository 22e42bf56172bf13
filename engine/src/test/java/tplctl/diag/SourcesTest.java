package tplctl.diag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourcesTest {
    private final Sources sources = new Sources();

    @Test
    void findsALineWhateverTheLineBreak() {
        sources.add("f", "\uFEFFone\r\ntwo\nthree");

        assertThat(sources.line("f", 1)).contains("one");
        assertThat(sources.line("f", 2)).contains("two");
        assertThat(sources.line("f", 3)).contains("three");
    }

    @Test
    void hasNothingForALineOrFileThatIsNotThere() {
        sources.add("f", "one");

        assertThat(sources.line("f", 0)).isEmpty();
        assertThat(sources.line("f", 2)).isEmpty();
        assertThat(sources.line("g", 1)).isEmpty();
    }
}
