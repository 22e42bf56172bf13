package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.HostException;
import tplctl.host.LocalHost;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

class FactsTest {
    @Test
    void dottedNamesAreNested() {
        Node facts = Facts.parse(
                "h1",
                List.of(
                        "cpus 4",
                        "kvm false",
                        "os.id debian",
                        "os.name Debian GNU/Linux 13 (trixie)",
                        "hugepages.2M.total 512",
                        "hugepages.2M.free 12",
                        "hugepages.1G.total 0",
                        "qemu.banner QEMU emulator version 10.0.3 (Debian)",
                        "",
                        "noise"));
        assertThat(text(facts, "cpus")).isEqualTo("4");
        assertThat(text(facts, "os", "name")).isEqualTo("Debian GNU/Linux 13 (trixie)");
        assertThat(text(facts, "hugepages", "2M", "free")).isEqualTo("12");
        assertThat(text(facts, "hugepages", "1G", "total")).isEqualTo("0");
        assertThat(text(facts, "qemu", "version")).isEqualTo("10.0.3");
    }

    @Test
    void thisMachineTellsTheirs() {
        try (LocalHost host = new LocalHost("here")) {
            Node facts = Facts.gather(host);
            assertThat(Integer.parseInt(text(facts, "cpus")))
                    .isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(Long.parseLong(text(facts, "memory"))).isGreaterThan(1L << 20);
            assertThat(text(facts, "kvm")).isIn("true", "false");
            assertThat(text(facts, "arch")).isNotEmpty();
            assertThat(text(facts, "os", "id")).isNotEmpty();
        }
    }

    @Test
    void aScriptThatFailsIsAnErrorOfTheHost() {
        FakeHost host = new FakeHost("h1").onAny(s -> new CommandResult(2, "cpus 1\n", "sh: syntax"));
        assertThatThrownBy(() -> Facts.gather(host))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("gather facts")
                .hasMessageContaining("sh: syntax");
    }

    private static String text(Node node, String... path) {
        Node here = node;
        for (String name : path) {
            here = ((MapNode) here).get(name).orElseThrow();
        }
        return ((Scalar) here).text();
    }
}
