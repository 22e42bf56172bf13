package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tplctl.kind.ProbeOutput;
import tplctl.machine.Answers;
import tplctl.machine.Flavour;
import tplctl.machine.MoveMark;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.VmRecord;

/** Whom a name means, by what the look at hosts printed. */
class VmSearchTest {
    private final Map<String, String> printed = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();
    private Set<String> declared = Set.of();

    private static String record(String name, String template) {
        Platform platform = new Platform("pc-i440fx-7.2", "tcg", "", QemuVersion.UNKNOWN, Flavour.STOCK);
        return "record " + new VmRecord(name, "site", template, "id", "digest", "uuid", List.of(1L), platform).toJson();
    }

    private static String mark(String word, String to) {
        return word + " " + new MoveMark("web-1", "site", to, "uuid", "id", "2026-01-01T00:00:00Z").toJson();
    }

    private void on(String host, String... lines) {
        printed.put(host, String.join("\n", lines));
    }

    private VmSearch.Verdict verdict() {
        return verdict("web-1");
    }

    private VmSearch.Verdict verdict(String name) {
        List<VmSighting> seen = new ArrayList<>();
        printed.forEach((host, lines) -> seen.add(seen(host, name, lines)));
        return new VmSearch(name, seen, absent, declared).verdict();
    }

    private static VmSighting seen(String host, String name, String lines) {
        return VmFinder.parse(host, name, Answers.of(new ProbeOutput(0, lines, "")));
    }

    private String host() {
        return ((VmSearch.Found) verdict()).at().host();
    }

    private void none(VmSearch.Verdict verdict, VmSearch.Why why, String... words) {
        VmSearch.None none = (VmSearch.None) verdict;
        assertThat(none.message()).contains(words);
        assertThat(none.why()).as(none.message()).isEqualTo(why);
    }

    @Test
    void isWhereItRuns() {
        on("o40", record("db", ""));
        on("o41", record("web-1", "base"), "up", "pid 42");
        assertThat(host()).isEqualTo("o41");
        VmSighting at = ((VmSearch.Found) verdict()).at();
        assertThat(at.pid()).isEqualTo(42);
        assertThat(at.wasUp()).isTrue();
    }

    @Test
    void readsWhatTheLookPrints() {
        on(
                "o41",
                record("web-1", ""),
                "pid 42",
                "argument qemu",
                "argument -serial",
                "argument unix:/run/s.sock,server=on",
                "taken /run/s.sock",
                "output aGVs",
                "output bG8K");
        VmSighting at = seen("o41", "web-1", printed.getOrDefault("o41", ""));
        assertThat(at.arguments()).containsExactly("qemu", "-serial", "unix:/run/s.sock,server=on");
        assertThat(at.taken()).containsExactly("/run/s.sock");
        assertThat(at.lastOutput()).isEqualTo("hello\n");
        assertThat(at.closed()).isFalse();
    }

    @Test
    void isStillWhereItWasWhileItMoves() {
        on("o40", record("web-1", "base"), "pid 43", mark("incoming", "o40"));
        on("o41", record("web-1", "base"), "up", "pid 42", mark("moving", "o40"));
        assertThat(host()).isEqualTo("o41");
    }

    @Test
    void isWhereItCameToOnceItLeft() {
        on("o41", "pid 42", mark("moved", "o40"));
        on("o40", record("web-1", "base"), "pid 43", mark("incoming", "o40"));
        assertThat(host()).isEqualTo("o40");
    }

    @Test
    void isFollowedToWhereItMoved() {
        on("o41", mark("moved", "o40"));
        assertThat(verdict()).isEqualTo(new VmSearch.MovedTo("o40", "o41"));
        on("o40", record("web-1", "base"), "up", "pid 7");
        assertThat(host()).isEqualTo("o40");
    }

    @Test
    void cannotBeFollowedToAHostThatIsAway() {
        on("o41", mark("moved", "o40"));
        absent.put("o40", "o40: no route to host");
        none(verdict(), VmSearch.Why.NOT_ASKED, "web-1 moved from o41 to o40: no route");
    }

    @Test
    void isLostWhenTheHostThatItMovedToHasItNoMore() {
        on("o41", mark("moved", "o40"));
        on("o40", record("db", ""));
        none(verdict(), VmSearch.Why.NOT_RUNNING, "web-1 moved from o41 to o40, which has no such VM now");
    }

    @Test
    void hasToBeChosenWhenSeveralHostsRunIt() {
        on("o41", record("web-1", ""), "up", "pid 42");
        on("o40", record("web-1", ""), "up", "pid 43");
        none(verdict(), VmSearch.Why.AMBIGUOUS, "web-1 runs on o41, o40; choose one with -l o41");
    }

    @Test
    void isSaidToBeOff() {
        on("o41", record("web-1", ""), "up");
        none(verdict(), VmSearch.Why.NOT_RUNNING, "web-1 on o41 is off; tplctl apply starts it");
    }

    @Test
    void isSaidToHaveNeverBeenUp() {
        on("o41", record("web-1", ""));
        none(verdict(), VmSearch.Why.NOT_RUNNING, "web-1 on o41 is defined, but was never up");
    }

    @Test
    void isSaidToBeInAMoveThatDidNotEnd() {
        on("o41", record("web-1", ""), "up", mark("moving", "o40"));
        none(verdict(), VmSearch.Why.NOT_RUNNING, "a move of web-1 from o41 to o40 was begun");
    }

    @Test
    void isSuggestedWhenItIsMisspelt() {
        on("o41", record("web-1", ""), record("db", ""));
        none(verdict("wbe-1"), VmSearch.Why.UNKNOWN, "no VM \"wbe-1\" on o41; did you mean \"web-1\"?");
        none(verdict("quite-another"), VmSearch.Why.UNKNOWN, "there are db, web-1");
        printed.clear();
        on("localhost");
        none(verdict(), VmSearch.Why.UNKNOWN, "no VM \"web-1\" on localhost", "-i names other hosts");
    }

    @Test
    void isOneOfACountedEntry() {
        on("o41", record("web-1", "base"), record("web-2", "base"), record("website", ""));
        none(verdict("web"), VmSearch.Why.UNKNOWN, "\"web\" is several VMs", "web-1, web-2");
    }

    @Test
    void isNoTemplate() {
        on("o41", record("web-1", "base"));
        none(verdict("base"), VmSearch.Why.UNKNOWN, "\"base\" is a template; its clones are web-1");
    }

    @Test
    void isSaidToBeDeclaredOnly() {
        declared = Set.of("web-1", "web-2");
        on("o41", record("web-2", "base"));
        none(verdict(), VmSearch.Why.NOT_RUNNING, "web-1 is declared, but was not made yet on o41; tplctl apply");
    }

    @Test
    void mayBeWhereNobodyMayLook() {
        on("o41", "closed");
        none(verdict(), VmSearch.Why.FORBIDDEN, "may not look", "o41", "-b");
    }

    @Test
    void mayBeOnAHostThatCouldNotBeAsked() {
        absent.put("o40", "o40: no route to host");
        none(verdict(), VmSearch.Why.NOT_ASKED, "o40: no route to host");
        on("o41");
        none(verdict(), VmSearch.Why.NOT_ASKED, "no VM \"web-1\" on o41; not asked: o40: no route to host");
    }
}
