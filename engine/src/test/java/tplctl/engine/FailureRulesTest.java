package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.HostTimeoutException;
import tplctl.host.HostUnreachableException;
import tplctl.model.Playbooks;
import tplctl.model.Project;

/** The table of {@code docs/running.md}: what goes wrong with one thing, and what becomes of it and of the others. */
@Timeout(60)
class FailureRulesTest {
    /** h1: a, b after a, c by itself; h2: d by itself, e after h1's a. */
    private static final String PLAYBOOK = """
            - hosts: h1
              things: { a: { retries: %d }, b: { ref: a }, c: }
            - hosts: h2
              things: { d: , e: { needs: h1:things.a } }
            """;

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, FakeHost> fakes = new ConcurrentHashMap<>();
    private final Map<String, Boolean> lost = new ConcurrentHashMap<>();
    private String event = "";
    private int tries;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    # what befalls a        | retries | a           | b           | c           | d       | e
                    nothing                 | 0       | Changed     | Changed     | Changed     | Changed | Changed
                    its step fails          | 0       | Failed      | Skipped:a   | Changed     | Changed | Skipped:a
                    its step fails          | 2       | Failed      | Skipped:a   | Changed     | Changed | Skipped:a
                    its step fails once     | 1       | Changed     | Changed     | Changed     | Changed | Changed
                    its step times out      | 0       | Failed      | Skipped:a   | Changed     | Changed | Skipped:a
                    its step does nothing   | 0       | Failed      | Skipped:a   | Changed     | Changed | Skipped:a
                    unreachable before      | 0       | Unreachable | Unreachable | Unreachable | Changed | Skipped:a
                    connection lost in step | 0       | Unreachable | Unreachable | Unreachable | Changed | Skipped:a
                    connection lost in step | 5       | Unreachable | Unreachable | Unreachable | Changed | Skipped:a
                    lock lost before        | 0       | Failed      | Skipped:a   | Failed      | Changed | Skipped:a
                    """)
    void holds(String befalls, int retries, String a, String b, String c, String d, String e) {
        event = befalls;
        Project project = Playbooks.project(PLAYBOOK.formatted(retries));
        Playbooks.Seen seen = Playbooks.seen(
                project,
                "h1:things.a=create",
                "h1:things.b=create",
                "h1:things.c=create",
                "h2:things.d=create",
                "h2:things.e=create");
        if (befalls.equals("unreachable before")) {
            seen = seen.unreachable("h1");
        }
        Report report = new Runner(
                        this::host,
                        RunListener.SILENT,
                        new Runner.Options(
                                2,
                                host -> 1,
                                host -> !(event.equals("lock lost before") && host.equals("h1")),
                                RetryDelay.none(),
                                false),
                        System::nanoTime)
                .run(seen.plan(), project, List.of());
        Map<String, String> outcomes =
                report.outcomes().stream().collect(Collectors.toMap(o -> o.id().name(), FailureRulesTest::shown));
        assertThat(outcomes).isEqualTo(Map.of("a", a, "b", b, "c", c, "d", d, "e", e));
        assertThat(report.hasFailures()).isEqualTo(outcomes.containsValue("Failed"));
        assertThat(report.hasUnreachable()).isEqualTo(outcomes.containsValue("Unreachable"));
        int expected = befalls.startsWith("its step fails") ? 1 + retries : befalls.contains(" before") ? 0 : 1;
        assertThat(tries).as("tries of a's step").isEqualTo(expected);
    }

    @Test
    void whatALostConnectionLeavesOpenIsSaid() {
        event = "connection lost in step";
        Project project = Playbooks.play("things: { a: }");
        Report report = new Runner(
                        this::host,
                        RunListener.SILENT,
                        new Runner.Options(2, host -> 1, host -> true, RetryDelay.none(), false),
                        System::nanoTime)
                .run(Playbooks.seen(project, "things.a=create").plan(), project, List.of());
        assertThat(((Outcome.Unreachable) report.outcomes().get(0)).message())
                .isEqualTo(
                        "h1: connection reset\nThe connection broke during \"create it\", which may or may not have been"
                                + " done; the next run looks and goes on from there.");
    }

    @Test
    void whatNeedsAnotherHostFailsWhenThatOneIsLost() {
        List<String> told = new ArrayList<>();
        HostStates states = new HostStates(host -> true, new RunListener() {
            @Override
            public void host(String name, HostEvent state, String message) {
                told.add(name + " " + state + " " + message);
            }
        });
        HostUnreachableException lost = new HostUnreachableException("h2", "reset", new IOException("reset"));
        Outcome outcome = states.lost(Playbooks.id("h1:things.a"), Duration.ZERO, "copy it", lost);
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcome).message()).startsWith("h2: ");
        assertThat(states.foregone(Playbooks.id("h2:things.b"))).containsInstanceOf(Outcome.Unreachable.class);
        assertThat(states.foregone(Playbooks.id("h1:things.b"))).isEmpty();
        states.lost(Playbooks.id("h1:things.c"), Duration.ZERO, "copy it", lost);
        assertThat(told).containsExactly("h2 UNREACHABLE h2: reset");
    }

    @Test
    void whatNeedsNoChangeIsSoWithoutALock() {
        Project project = Playbooks.play("things: { a: , b: }");
        done.add("b");
        Report report = new Runner(
                        this::host,
                        RunListener.SILENT,
                        new Runner.Options(2, host -> 1, host -> false, RetryDelay.none(), false),
                        System::nanoTime)
                .run(Playbooks.seen(project, "things.a=create").plan(), project, List.of());
        assertThat(report.outcomes()).extracting(FailureRulesTest::shown).containsExactly("Failed", "Unchanged");
    }

    @Test
    void waitsLongerFromTryToTryUpToALimitAndNeverTheSameForAll() {
        RetryDelay least = RetryDelay.standard(() -> 0);
        RetryDelay most = RetryDelay.standard(() -> 0.9999);
        assertThat(least.before(1)).isEqualTo(Duration.ofMillis(500));
        assertThat(most.before(1)).isBetween(Duration.ofMillis(990), Duration.ofMillis(1000));
        assertThat(least.before(3)).isEqualTo(Duration.ofSeconds(2));
        assertThat(most.before(100)).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
    }

    private Host host(String name, boolean become) {
        if (lost.containsKey(name)) {
            throw new HostUnreachableException(name, "connection reset", new IOException("reset"));
        }
        return fakes.computeIfAbsent(name, n -> new FakeHost(n).onAny(script -> answer(n, script)));
    }

    private CommandResult answer(String host, String script) {
        if (script.equals("create a")) {
            tries++;
            switch (event) {
                case "its step fails" -> throw new HostException(host, script, "exit 1");
                case "its step fails once" -> {
                    if (tries == 1) {
                        throw new HostException(host, script, "exit 1");
                    }
                }
                case "its step times out" -> throw new HostTimeoutException(host, script, "still running after 1m");
                case "connection lost in step" -> {
                    lost.put(host, true);
                    throw new HostUnreachableException(host, "connection reset", new IOException("reset"));
                }
                default -> {}
            }
        }
        if ((script.startsWith("create") && !event.equals("its step does nothing"))
                || script.equals("create c")
                || script.equals("create d")) {
            done.add(script.substring("create ".length()));
        }
        if (script.startsWith("look ")) {
            return new CommandResult(0, done.contains(script.substring("look ".length())) ? "ok\n" : "create\n", "");
        }
        return new CommandResult(0, "", "");
    }

    private static String shown(Outcome outcome) {
        return outcome instanceof Outcome.Skipped skipped
                ? "Skipped:" + skipped.because().name()
                : outcome.getClass().getSimpleName();
    }
}
