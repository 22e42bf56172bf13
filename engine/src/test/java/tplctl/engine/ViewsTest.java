package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tplctl.host.CommandResult;
import tplctl.host.FakeHost;
import tplctl.host.Host;
import tplctl.host.HostException;
import tplctl.host.Script;
import tplctl.model.Observations;
import tplctl.model.Playbooks;
import tplctl.model.Project;

/** Which resources are asked about with whose rights, and in how many scripts. */
@Timeout(60)
class ViewsTest {
    private static final String MIXED = "things: { a: { become: true }, b: , c: { become: true }, d: }";

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final ThingHosts plain = new ThingHosts((host, script) -> heard("plain", script));
    private final ThingHosts become = new ThingHosts((host, script) -> heard("become", script));
    private boolean sudoFails;

    @Test
    void asksWithEachRightsOnceForWhatIsSeenWithThem() {
        Observations seen = observe(Playbooks.play(MIXED));
        assertThat(asked)
                .containsExactlyInAnyOrder(
                        "become records", "become look a", "become look c", "plain look b", "plain look d");
        assertThat(plain.host("h1").calls("query")).hasSize(1);
        assertThat(become.host("h1").calls("query")).hasSize(1);
        assertThat(seen.seen()).hasSize(4);
    }

    @Test
    void asksOnceWhereNobodyBecomesAnybody() {
        observe(Playbooks.play("things: { a: , b: }"));
        assertThat(asked).containsExactly("plain records", "plain look a", "plain look b");
        assertThat(plain.host("h1").calls("query")).hasSize(1);
    }

    @Test
    void asksOnceWhereAllBecome() {
        observe(Playbooks.play("things: { a: { become: true } }"));
        assertThat(asked).containsExactly("become records", "become look a");
        assertThat(become.host("h1").calls("query")).hasSize(1);
    }

    @Test
    void whatCannotBecomeDoesNotFailTheRest() {
        sudoFails = true;
        Observations seen = observe(Playbooks.play(MIXED));
        assertThat(seen.failed()).containsOnlyKeys(Playbooks.id("things.a"), Playbooks.id("things.c"));
        assertThat(seen.seen()).containsOnlyKeys(Playbooks.id("things.b"), Playbooks.id("things.d"));
    }

    @Test
    void worksOnEachWithItsOwnRights() {
        Project project = Playbooks.play("things: { a: { become: true }, b: }");
        Report report = new Runner(
                        this::view,
                        RunListener.SILENT,
                        new Runner.Options(2, host -> 2, host -> true, RetryDelay.none(), false),
                        System::nanoTime)
                .run(
                        Playbooks.seen(project, "things.a=create", "things.b=create")
                                .plan(),
                        project,
                        List.of());
        assertThat(report.hasFailures()).isFalse();
        assertThat(become.made).containsExactly("h1:a");
        assertThat(plain.made).containsExactly("h1:b");
        assertThat(report.outcomes()).hasSize(2).allSatisfy(o -> assertThat(o).isInstanceOf(Outcome.Changed.class));
    }

    @Test
    void tellsEveryScriptOfEitherViewWithoutItsSecrets() {
        List<String> told = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void script(String host, String shown, String result, Duration took) {
                told.add(host + " " + result + " " + shown);
            }
        };
        FakeHost one = new FakeHost("h1").onAny(s -> new CommandResult(3, "", ""));
        FakeHost other = new FakeHost("h1").onAny(s -> {
            throw new HostException("h1", "x", "no sudo");
        });
        TracedLink link = new TracedLink(
                new Connections.Link() {
                    @Override
                    public Host view(boolean becoming) {
                        return becoming ? other : one;
                    }

                    @Override
                    public void interrupt() {}

                    @Override
                    public void close() {}
                },
                listener);
        assertThat(link.view(false)).isSameAs(link.view(false));
        link.view(false).query(new Script("echo hunter2", "echo ***"), Duration.ZERO);
        try {
            link.view(true).change("id", Duration.ZERO);
        } catch (HostException e) {
            told.add("thrown on");
        }
        assertThat(told).containsExactly("h1 exit 3 echo ***", "h1 HostException id", "thrown on");
    }

    private Observations observe(Project project) {
        return new Observer(this::view, 1, RunListener.SILENT)
                .observe(project.graph().order(), List.of("h1"));
    }

    private Host view(String name, boolean becoming) {
        return (becoming ? become : plain).host(name);
    }

    private Optional<CommandResult> heard(String view, String fragment) {
        if (sudoFails && view.equals("become")) {
            throw new HostException("h1", "observe", "sudo: a password is required");
        }
        if (fragment.startsWith("look ")) {
            asked.add(view + " " + fragment);
        } else if (fragment.startsWith("cat /dev/null")) {
            asked.add(view + " records");
        }
        return Optional.empty();
    }
}
