package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;
import static tplctl.report.Samples.id;
import static tplctl.report.Samples.resource;

import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.model.ResourceGraph;

class GraphTextTest {
    private static final ResourceGraph GRAPH = Samples.graph(
            resource(id("o41", "mounts.a")),
            resource(id("o41", "vms.web"), List.of(id("o41", "mounts.a"), id("bad\"\n] host\\", "mounts.b"))),
            resource(id("bad\"\n] host\\", "mounts.b")));

    @Test
    void writesDot() {
        Golden.check("graph.dot.txt", GraphText.dot(GRAPH));
    }

    @Test
    void writesMermaid() {
        Golden.check("graph.mermaid.txt", GraphText.mermaid(GRAPH));
    }

    @Test
    void quotesHostileNames() {
        assertThat(GraphText.dot(GRAPH)).contains("\"bad\\\"\\\\n] host\\\\:mounts.b\"");
        assertThat(GraphText.mermaid(GRAPH)).doesNotContain("bad\"").contains("bad#34;#92;n#93; host#92;");
    }
}
