package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tplctl.engine.Status;

class StatusTextTest {
    @Test
    void alignsHostsTemplatesAndVms() {
        List<Status> hosts = List.of(
                new Status(
                        "o41",
                        List.of(new Status.Template("base", "site", "3f2a9c0011223344", 1L << 30, "")),
                        List.of(
                                new Status.Vm("web-1", "site", "base", "running", 4711, 192, 40_000_000, 1_000_000_000),
                                new Status.Vm("web-10", "site", "base", "off", 0, 0, 0, 0),
                                new Status.Vm("plain", "other", "", "paused", 12, 90_000, 1023, 0))),
                new Status("o40", List.of(), List.of()));
        Golden.check("status.txt", StatusText.render(hosts, Style.PLAIN));
    }

    @Test
    void showsWhatVerifyingFound() {
        Status status = new Status(
                "o41", List.of(new Status.Template("base", "site", "3f2a", 4096, "memory: digest differs")), List.of());
        assertThat(StatusText.render(List.of(status), Style.PLAIN)).isEqualTo("""
                        HOST  TEMPLATE  OWNER  DIGEST   RAM  VERIFIED
                        o41   base      site   3f2a    4.0K  memory: digest differs
                        """);
    }

    @Test
    void saysThatThereIsNothing() {
        assertThat(StatusText.render(List.of(new Status("localhost", List.of(), List.of())), Style.PLAIN))
                .isEqualTo("No templates and no VMs on localhost.\n");
    }

    @Test
    void writesSizesWithThreeDigits() {
        assertThat(Words.bytes(0)).isEqualTo("0B");
        assertThat(Words.bytes(1023)).isEqualTo("1023B");
        assertThat(Words.bytes(1024)).isEqualTo("1.0K");
        assertThat(Words.bytes((1 << 20) - 1)).isEqualTo("1.0M");
        assertThat(Words.bytes(Long.MAX_VALUE)).isEqualTo("8.0E");
    }
}
