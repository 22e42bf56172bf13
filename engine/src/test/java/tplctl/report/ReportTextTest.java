package tplctl.report;

import static org.assertj.core.api.Assertions.assertThat;
import static tplctl.report.Samples.id;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        Golden.check("report.txt", ReportText.render(MIXED, RunContext.NONE, true, Style.PLAIN));
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
        assertThat(ReportText.render(report, RunContext.NONE, false, Style.PLAIN))
                .isEqualTo("""
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
        assertThat(ReportText.render(report, RunContext.NONE, false, Style.PLAIN))
                .isEqualTo("localhost : ok=1 changed=0 unreachable=0 failed=0 skipped=0\n");
    }

    @Test
    void alignsTheRecapAndHasALineForAHostThatIsAwayWithoutAnyResource() {
        Report report = new Report(
                List.of(
                        new Outcome.Changed(id("o41", "mounts.a"), ms(1), List.of(), Map.of()),
                        new Outcome.Unreachable(id("o40", "mounts.a"), ms(1), "o40: no route")),
                ms(2),
                false);
        RunContext context = new RunContext(Map.of("o40", "o40: no route", "host-9", "host-9: refused"), Map.of());
        assertThat(ReportText.render(report, context, false, Style.PLAIN)).isEqualTo("""
                        unreachable: [o40] mounts.a
                            o40: no route

                        unreachable: [host-9]
                            host-9: refused

                        o41    : ok=1 changed=1 unreachable=0 failed=0 skipped=0
                        o40    : ok=0 changed=0 unreachable=1 failed=0 skipped=0
                        host-9 : ok=0 changed=0 unreachable=1 failed=0 skipped=0
                        """);
        assertThat(ReportJson.of(report, context).getAsJsonObject("unreachable").toString())
                .isEqualTo("{\"host-9\":\"host-9: refused\",\"o40\":\"o40: no route\"}");
    }

    @Test
    void alignsCountsOfDifferentLengths() {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            outcomes.add(new Outcome.Unchanged(id("o41", "mounts.m" + i), ms(1)));
        }
        outcomes.add(new Outcome.Unchanged(id("o40", "mounts.m"), ms(1)));
        assertThat(ReportText.recap(new Report(outcomes, ms(1), false), RunContext.NONE, Style.PLAIN))
                .isEqualTo("""
                        o41 : ok=12 changed=0 unreachable=0 failed=0 skipped=0
                        o40 : ok=1  changed=0 unreachable=0 failed=0 skipped=0
                        """);
    }

    @Test
    void profilesPhasesResourcesAndHosts() {
        Report report = new Report(
                List.of(
                        new Outcome.Unchanged(id("o41", "mounts.a"), ms(100)),
                        new Outcome.Unchanged(id("o41", "mounts.b"), ms(200)),
                        new Outcome.Unchanged(id("o40", "mounts.a"), ms(700))),
                ms(900),
                false);
        Map<String, Duration> phases = new LinkedHashMap<>();
        phases.put("load", ms(300));
        phases.put("run", ms(900));
        RunContext context = new RunContext(Map.of(), phases);
        assertThat(ReportText.render(report, context, true, Style.PLAIN)).startsWith("""
                        Phases:
                          0.3 s  load
                          0.9 s  run

                        Took longest (0.9 s in all, 1.0 s one after another):
                          0.7 s  o40:mounts.a  ok
                          0.2 s  o41:mounts.b  ok
                          0.1 s  o41:mounts.a  ok

                        Sums of hosts:
                          0.7 s  o40
                          0.3 s  o41

                        """);
        assertThat(ReportJson.of(report, context).getAsJsonObject("phases").toString())
                .isEqualTo("{\"load\":0.3,\"run\":0.9}");
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
