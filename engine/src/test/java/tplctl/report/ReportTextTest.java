package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;
import static tplctl.report.Samples.id;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tplctl.engine.Outcome;
import tplctl.engine.Report;
import tplctl.kind.Change;

class ReportTextTest {
    static final Report MIXED = new Report(
            List.of(
                    new Outcome.Removed(id("o41", "mounts.old"), ms(20), List.of()),
                    new Outcome.Unchanged(id("o41", "packages.default"), ms(1)),
                    new Outcome.Changed(
                            id("o41", "mounts.ramdisk"),
                            ms(123),
                            List.of(Change.create("path", "/mnt"), Change.update("mode", "1", "2")),
                            Map.of("boot_ms", 17)),
                    new Outcome.Failed(
                            id("o41", "mounts.hugetlb"),
                            ms(345),
                            "mounting it",
                            "o41: mount -t hugetlbfs none /mnt/h: exit 32\n  mount: permission denied"),
                    new Outcome.Skipped(id("o41", "vms.web-1"), Duration.ZERO, id("o41", "mounts.hugetlb")),
                    new Outcome.Skipped(id("o41", "vms.web-2"), Duration.ZERO, id("o41", "mounts.hugetlb")),
                    new Outcome.Unreachable(id("localhost", "mounts.x"), ms(61_000), "localhost: connection refused")),
            ms(62_345),
            false);

    @Test
    void saysWhatFailedWhatWasSkippedAndTheRecap() {
        Golden.check("report.txt", ReportText.render(MIXED, true, Style.PLAIN));
    }

    @Test
    void saysWhatAnInterruptedRunDidAndDidNot() {
        Report report = new Report(
                List.of(
                        new Outcome.Unchanged(id("localhost", "packages.default"), ms(1)),
                        new Outcome.Changed(id("localhost", "mounts.a"), ms(1), List.of(), Map.of()),
                        new Outcome.Skipped(id("localhost", "mounts.b"), Duration.ZERO, id("localhost", "mounts.b")),
                        new Outcome.Skipped(id("localhost", "mounts.c"), Duration.ZERO, id("localhost", "mounts.c"))),
                ms(100),
                true);
        assertThat(ReportText.render(report, false, Style.PLAIN)).isEqualTo("""
                        Interrupted.
                          done: mounts.a
                          held already: packages.default
                          not done: mounts.b, mounts.c
                          The same command takes it up where it stopped.

                        localhost : ok=2 changed=1 unreachable=0 failed=0 skipped=2
                        """);
    }

    @Test
    void endsWithAnsiblesRecapLine() {
        Report report = new Report(List.of(new Outcome.Unchanged(id("localhost", "mounts.a"), ms(1))), ms(2), false);
        assertThat(ReportText.render(report, false, Style.PLAIN))
                .isEqualTo("localhost : ok=1 changed=0 unreachable=0 failed=0 skipped=0\n");
    }

    @Test
    void writesOneLineForEachOutcomeAsItHappens() {
        assertThat(OutcomeWords.line(MIXED.outcomes().get(2), Style.PLAIN))
                .isEqualTo("changed: [o41] mounts.ramdisk (0.1 s)");
        assertThat(OutcomeWords.line(MIXED.outcomes().get(6), Style.PLAIN))
                .isEqualTo("unreachable: [localhost] mounts.x (1m01s)");
    }

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }
}
