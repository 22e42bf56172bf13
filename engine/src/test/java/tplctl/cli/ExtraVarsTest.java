package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Sources;
import tplctl.text.ListNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

class ExtraVarsTest {
    private final Sources sources = new Sources();
    private final Diagnostics errors = new Diagnostics();

    @Test
    void readsAssignments() {
        assertThat(texts("a=1", "b=two words", "c=x d='y z'", "e=", "f=a=b"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("a", "1", "b", "two words", "c", "x", "d", "y z", "e", "", "f", "a=b"));
        assertThat(errors.sorted()).isEmpty();
    }

    @Test
    void readsMappingsAndFilesAndTheLastWins(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("vars.yml"), "a: 2\nlist: [x]\n");
        Map<String, Node> vars = vars("a=1", "@" + file, "{\"b\": true, c: 3}");
        assertThat(vars)
                .extractingByKey("a")
                .extracting(n -> ((Scalar) n).text())
                .isEqualTo("2");
        assertThat(vars).extractingByKey("list").isInstanceOf(ListNode.class);
        assertThat(vars).containsKeys("b", "c");
    }

    @Test
    void givesEachOptionALineOfItsOwn() {
        Map<String, Node> vars = vars("a=1", "b=2 c=3", "{d: 4}");
        assertThat(vars).extractingByKey("a").extracting(Node::at).isEqualTo(new Position("-e", 1, 1));
        assertThat(vars).extractingByKey("c").extracting(Node::at).isEqualTo(new Position("-e", 2, 5));
        assertThat(vars).extractingByKey("d").extracting(Node::at).isEqualTo(new Position("-e", 3, 5));
        assertThat(sources.line("-e", 2)).contains("b=2 c=3");
    }

    @Test
    void reportsWhatIsNoVariable() {
        vars("oops", "[1]");
        assertThat(errors.sorted())
                .extracting(Diagnostic::summary)
                .containsExactly("not a variable: \"oops\"", "variables are a mapping, not a list");
    }

    private Map<String, Node> vars(String... options) {
        return ExtraVars.of(List.of(options), sources, errors);
    }

    private Map<String, String> texts(String... options) {
        Map<String, String> texts = new HashMap<>();
        vars(options).forEach((name, node) -> texts.put(name, ((Scalar) node).text()));
        return texts;
    }
}
