package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.HostException;
import tplctl.host.HostUnreachableException;
import tplctl.model.Observations;
import tplctl.model.Playbooks;
import tplctl.model.Project;

class ObserverTest {
    private static final Pattern FRAME =
            Pattern.compile("tplctl_mark 'begin (\\d+)'\\n\\(\\n(.*?)\\n\\)\\n", Pattern.DOTALL);
    private static final Pattern NONCE = Pattern.compile("tplctl-[0-9a-f]+");

    @Test
    void asksEachHostOnceForAllOfItsResources() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { a: , b: , c: }\n");
        Map<String, FakeHost> hosts = Map.of("h1", host("h1", "create"), "h2", host("h2", "ok"));
        Observations seen = new Observer(
                        (name, become) -> Optional.ofNullable(hosts.get(name)).orElseThrow(), 5, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1", "h2"));
        assertThat(seen.seen()).hasSize(6);
        assertThat(seen.of(Playbooks.id("h1:things.a")).orElseThrow().changes()).hasSize(1);
        assertThat(seen.of(Playbooks.id("h2:things.c")).orElseThrow().changes()).isEmpty();
        hosts.values().forEach(h -> assertThat(h.calls("query")).hasSize(1));
    }

    @Test
    void readsWhatTheHostRemembersAndPassesGarbageOver() {
        String record = Playbooks.record("site", "things.old").toJson();
        FakeHost host = new FakeHost("h1").onAny(s -> answers(s, record + "\n{\"half\n\n", p -> "ok"));
        Observations seen =
                new Observer((name, become) -> host, 1, RunListener.SILENT).observe(List.of(), List.of("h1"));
        assertThat(seen.owned()).containsExactly(Playbooks.record("site", "things.old"));
    }

    @Test
    void aHostThatCannotBeReachedDoesNotKeepTheOthersBack() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { a: }\n");
        FakeHost up = host("h1", "ok");
        Observations seen = new Observer(
                        (name, become) -> {
                            if (name.equals("h2")) {
                                throw new HostUnreachableException(
                                        "h2", "no route", new java.io.IOException("no route"));
                            }
                            return up;
                        },
                        5,
                        RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1", "h2"));
        assertThat(seen.seen()).containsOnlyKeys(Playbooks.id("h1:things.a"));
        assertThat(seen.unreachable()).containsOnlyKeys("h2");
        assertThat(seen.failed()).isEmpty();
    }

    @Test
    void aScriptThatFailsFailsEveryResourceOfThatHost() {
        Project project = Playbooks.play("things: { a: , b: }");
        FakeHost host = new FakeHost("h1").onAny(s -> {
            throw new HostException("h1", "observe", "too much output");
        });
        Observations seen = new Observer((name, become) -> host, 1, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
        assertThat(seen.failed())
                .hasSize(2)
                .allSatisfy((id, why) -> assertThat(why).contains("too much output"));
    }

    @Test
    void aProbeThatCannotBeReadFailsAlone() {
        Project project = Playbooks.play("things: { a: , b: }");
        FakeHost host = new FakeHost("h1").onAny(s -> answers(s, "", p -> p.equals("look a") ? "!7" : "ok"));
        Observations seen = new Observer((name, become) -> host, 1, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
        assertThat(seen.failed()).containsOnlyKeys(Playbooks.id("things.a"));
        assertThat(seen.seen()).containsOnlyKeys(Playbooks.id("things.b"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 40, 120})
    void aShellThatEndedInTheMiddleFailsWhatItDidNotGetTo(int kept) {
        Project project = Playbooks.play("things: { a: }");
        FakeHost host = new FakeHost("h1").onAny(s -> {
            CommandResult whole = answers(s, "", p -> "ok");
            return new CommandResult(137, whole.stdout().substring(0, kept), whole.stderr());
        });
        Observations seen = new Observer((name, become) -> host, 1, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
        assertThat(seen.failed()).containsOnlyKeys(Playbooks.id("things.a"));
        assertThat(seen.failed().values()).singleElement().asString().contains("before it answered");
    }

    @Test
    void whatIsAskedOfAFurtherHostIsInThatHostsOneScript() {
        Project project =
                Playbooks.project("- hosts: h1\n  things: { a: { also: h2 }, b: }\n- hosts: h2\n  things: { c: }\n");
        FakeHost h1 = host("h1", "ok");
        FakeHost h2 = new FakeHost("h2").onAny(s -> answers(s, "", p -> p.equals("look a-there") ? "create" : "ok"));
        Map<String, FakeHost> hosts = Map.of("h1", h1, "h2", h2);
        Observer observer = new Observer(
                (name, become) -> Optional.ofNullable(hosts.get(name)).orElseThrow(), 5, RunListener.SILENT);
        Observations seen = observer.observe(project.graph().order(), List.of("h1", "h2"));
        assertThat(seen.of(Playbooks.id("h1:things.a")).orElseThrow().changes()).hasSize(1);
        assertThat(seen.seen()).hasSize(3);
        hosts.values().forEach(h -> assertThat(h.calls("query")).hasSize(1));
    }

    @Test
    void aFurtherHostThatCannotBeReachedIsToldToTheProbeAndOneThatFailsFailsIt() {
        Project project = Playbooks.project("- hosts: h1\n  things: { a: { also: h2 }, b: }\n");
        FakeHost h1 = host("h1", "ok");
        Observations unreachable = new Observer(
                        (name, become) -> {
                            if (name.equals("h2")) {
                                throw new HostUnreachableException(
                                        "h2", "no route", new java.io.IOException("no route"));
                            }
                            return h1;
                        },
                        5,
                        RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
        assertThat(unreachable.seen()).hasSize(2);
        assertThat(unreachable.unreachable()).containsOnlyKeys("h2");
        FakeHost broken = new FakeHost("h2").onAny(s -> {
            throw new HostException("h2", "observe", "too much output");
        });
        Observations failed = new Observer((name, become) -> name.equals("h2") ? broken : h1, 5, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
        assertThat(failed.seen()).containsOnlyKeys(Playbooks.id("h1:things.b"));
        assertThat(failed.failed()).containsOnlyKeys(Playbooks.id("h1:things.a"));
    }

    @Test
    void oneResourceIsAskedAgainOnBothItsHosts() {
        Project project = Playbooks.project("- hosts: h1\n  things: { a: { also: h2 } }\n");
        Map<String, FakeHost> hosts = Map.of(
                "h1", new FakeHost("h1").on("look a", new CommandResult(0, "ok", "")),
                "h2", new FakeHost("h2").on("look a-there", new CommandResult(0, "update", "")));
        Observer observer = new Observer(
                (name, become) -> Optional.ofNullable(hosts.get(name)).orElseThrow(), 1, RunListener.SILENT);
        assertThat(observer.again(project.graph().order().get(0)).changes()).hasSize(1);
    }

    @Test
    void everyObservationHasANonceOfItsOwn() {
        FakeHost host = host("h1", "ok");
        Observer observer = new Observer((name, become) -> host, 1, RunListener.SILENT);
        observer.observe(List.of(), List.of("h1"));
        observer.observe(List.of(), List.of("h1"));
        assertThat(host.calls("query").stream().map(ObserverTest::nonce)).doesNotHaveDuplicates();
    }

    private static FakeHost host(String name, String answer) {
        return new FakeHost(name).onAny(s -> answers(s, "", p -> answer));
    }

    private static String nonce(String script) {
        Matcher m = NONCE.matcher(script);
        assertThat(m.find()).isTrue();
        return m.group();
    }

    /** What a shell would print for the script, given what each probe says; {@code !7} exits with 7. */
    private static CommandResult answers(String script, String records, UnaryOperator<String> probe) {
        String nonce = nonce(script);
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        Matcher frame = FRAME.matcher(script);
        while (frame.find()) {
            String text = frame.group(1).equals("0") ? records : probe.apply(frame.group(2));
            int exit = text.startsWith("!") ? Integer.parseInt(text.substring(1)) : 0;
            String begin = "\n" + nonce + " begin " + frame.group(1) + "\n";
            String end = "\n" + nonce + " end " + frame.group(1) + " " + exit + "\n";
            out.append(begin).append(text).append(end);
            err.append(begin).append(end);
        }
        return new CommandResult(0, out.toString(), err.toString());
    }
}
