package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tplctl.engine.HostEvent;
import tplctl.engine.Outcome;
import tplctl.kind.ResourceId;
import tplctl.report.Samples;
import tplctl.report.Style;

class ProgressTest {
    private static final ResourceId A = new ResourceId("o41", "templates", "base");
    private static final ResourceId B = new ResourceId("o41", "vms", "web");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    private long now;

    @Test
    void plainlyTellsWhatIsDoneAndEveryTenSecondsWhatIsNot() {
        PlainProgress progress = new PlainProgress(err, Style.PLAIN, 0, () -> now);
        progress.started(A);
        progress.step(A, "wait for login");
        progress.tick();
        assertThat(heard()).isEmpty();
        seconds(11);
        progress.tick();
        progress.tick();
        assertThat(heard()).isEqualTo("still: [o41] templates.base, wait for login 11s\n");
        seconds(30);
        progress.tick();
        assertThat(heard()).isEqualTo("still: [o41] templates.base, wait for login 41s\n");
        progress.finished(new Outcome.Changed(A, Duration.ofSeconds(41), List.of(), Map.of()));
        progress.finished(new Outcome.Unchanged(B, Duration.ZERO));
        seconds(30);
        progress.tick();
        assertThat(heard()).isEqualTo("changed: [o41] templates.base (41.0 s)\n");
    }

    @Test
    void tellsTheLastLineThatAStepWroteUntilTheNextStep() {
        PlainProgress progress = new PlainProgress(err, Style.PLAIN, 0, () -> now);
        progress.started(A);
        progress.step(A, "build it");
        progress.output(A, "cc a.c", true);
        progress.output(A, " 50%", false);
        progress.output(A, "", true);
        assertThat(heard()).isEmpty();
        seconds(11);
        progress.tick();
        assertThat(heard()).isEqualTo("still: [o41] templates.base, build it: 50% 11s\n");
        progress.step(A, "install it");
        seconds(10);
        progress.tick();
        assertThat(heard()).isEqualTo("still: [o41] templates.base, install it 21s\n");
    }

    @Test
    void tellsEachWholeLineThatAStepWroteWhenVerbose() {
        PlainProgress progress = new PlainProgress(err, Style.PLAIN, 1, () -> now);
        progress.started(A);
        progress.output(A, "  cc\u001b a.c", true);
        progress.output(A, "50%", false);
        progress.output(A, "", true);
        assertThat(heard()).isEqualTo("[o41] templates.base:   cc\\x1b a.c\n[o41] templates.base: \n");
    }

    @Test
    void paintsTheLastLineThatAStepWrote() {
        LiveProgress progress = new LiveProgress(err, new Style(false, 60, false), 24, 0, () -> now);
        progress.started(A);
        progress.step(A, "build it");
        progress.output(A, "cc a.c", false);
        progress.tick();
        assertThat(heard()).isEqualTo("  [o41] templates.base, build it: cc a.c  0.0 s\n");
    }

    @Test
    void plainlyTellsMoreWhenVerbose() {
        PlainProgress progress = new PlainProgress(err, Style.PLAIN, 2, () -> now);
        progress.started(A);
        progress.step(A, "wait\u001b[31m");
        progress.finished(new Outcome.Unchanged(A, Duration.ZERO));
        assertThat(heard()).isEqualTo("step: [o41] templates.base, wait\\x1b[31m\nok: [o41] templates.base (0.0 s)\n");
    }

    @Test
    void paintsARunningResourceAnewAndErasesItInTheEnd() {
        LiveProgress progress = new LiveProgress(err, new Style(false, 40, false), 24, 0, () -> now);
        progress.started(A);
        progress.started(B);
        progress.step(A, "wait for a text that is longer than the line");
        assertThat(heard()).isEmpty();
        seconds(2);
        progress.tick();
        assertThat(heard()).isEqualTo("  [o41] templates.base, wait fo…  2.0 s\n  [o41] vms.web  2.0 s\n");
        progress.finished(new Outcome.Changed(B, Duration.ofSeconds(2), List.of(), Map.of()));
        assertThat(heard())
                .isEqualTo(
                        "\r\u001b[2A\u001b[Jchanged: [o41] vms.web (2.0 s)\n  [o41] templates.base, wait fo…  2.0 s\n");
        progress.erase();
        assertThat(heard()).isEqualTo("\r\u001b[1A\u001b[J");
    }

    @Test
    void paintsNoMoreLinesThanFit() {
        LiveProgress progress = new LiveProgress(err, Style.PLAIN, 24, 0, () -> now);
        for (int i = 0; i < 30; i++) {
            progress.started(new ResourceId("h", "vms", "v" + i));
        }
        progress.tick();
        assertThat(heard().lines()).hasSize(13).last().isEqualTo("  and 18 more");
    }

    @Test
    void neverPaintsMoreLinesThanTheTerminalHas() {
        for (int height = 1; height < 40; height++) {
            LiveProgress progress = new LiveProgress(err, new Style(false, 60, false), height, 0, () -> now);
            progress.connecting(IntStream.range(0, 50).mapToObj(i -> "h" + i).toList());
            progress.about(Samples.graph(), 200);
            for (int i = 0; i < 60; i++) {
                progress.started(
                        new ResourceId("h" + i, "vms", "a-rather-long-name-that-does-not-fit-in-the-line" + i));
            }
            progress.tick();
            assertThat(heard().lines())
                    .hasSizeLessThan(Math.max(4, height))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
        }
    }

    @Test
    void countsManyAndShowsThoseThatTakeLongest() {
        LiveProgress progress = new LiveProgress(err, Style.PLAIN, 6, 0, () -> now);
        progress.about(Samples.graph(), 200);
        for (int i = 0; i < 4; i++) {
            progress.started(new ResourceId("h" + i, "vms", "v"));
            seconds(1);
        }
        progress.started(B);
        progress.started(A);
        progress.finished(new Outcome.Unchanged(A, Duration.ZERO));
        progress.finished(new Outcome.Changed(B, Duration.ZERO, List.of(), Map.of()));
        heard();
        progress.tick();
        assertThat(heard().lines())
                .containsExactly(
                        "  [h0] vms.v  4.0 s",
                        "  [h1] vms.v  3.0 s",
                        "  and 2 more; 2 of 200: 1 ok, 1 changed; 4 running");
    }

    @Test
    void tellsHowManyHostsItWaitsFor() {
        LiveProgress live = new LiveProgress(err, Style.PLAIN, 24, 0, () -> now);
        live.connecting(List.of("h1", "h2", "h3"));
        live.host("h2", HostEvent.CONNECTED, "");
        seconds(2);
        live.tick();
        assertThat(heard()).isEqualTo("  connecting to 2 of 3 hosts  2.0 s\n");
        live.host("h1", HostEvent.UNREACHABLE, "h1: no route");
        live.host("h3", HostEvent.CONNECTED, "");
        live.tick();
        assertThat(heard()).isEqualTo("\r\u001b[1A\u001b[J");
        PlainProgress plain = new PlainProgress(err, Style.PLAIN, 0, () -> now);
        plain.connecting(List.of("h1", "h2", "h3"));
        plain.host("h2", HostEvent.CONNECTED, "");
        seconds(9);
        plain.tick();
        assertThat(heard()).isEmpty();
        seconds(31);
        plain.tick();
        plain.tick();
        assertThat(heard()).isEqualTo("still: connecting to 2 of 3 hosts 40s\n");
    }

    @Test
    void saysNothingOfTimeWhenItWasNotTold() {
        PlainProgress plain = new PlainProgress(err, Style.PLAIN, 0, () -> now);
        seconds(100);
        plain.tick();
        assertThat(heard()).isEmpty();
    }

    @Test
    void writesAnEventALine() {
        EventProgress progress = new EventProgress(new TalkStream(said, true, new Redactor()), err, 0, () -> now);
        seconds(1);
        progress.step(A, "boot");
        assertThat(heard())
                .isEqualTo("{\"event\":\"step\",\"at\":1.0,\"id\":\"o41:templates.base\",\"doing\":\"boot\"}\n");
    }

    @Test
    void writesAnEventForEachWholeLineOfAStepWhenVerbose() {
        for (int verbosity = 0; verbosity < 2; verbosity++) {
            EventProgress progress =
                    new EventProgress(new TalkStream(said, true, new Redactor()), err, verbosity, () -> now);
            progress.output(A, "50%", false);
            progress.output(A, "100%", true);
            assertThat(heard())
                    .isEqualTo(
                            verbosity == 0
                                    ? ""
                                    : "{\"event\":\"output\",\"at\":0.0,\"id\":\"o41:templates.base\",\"line\":\"100%\"}\n");
        }
    }

    private void seconds(long count) {
        now += Duration.ofSeconds(count).toNanos();
    }

    private String heard() {
        String text = said.toString(StandardCharsets.UTF_8);
        said.reset();
        return text;
    }
}
