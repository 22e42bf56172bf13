package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tplctl.host.FakeHost;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Playbooks;
import tplctl.model.Project;
import tplctl.model.Selection;

final class RunnerRecordsTest extends RunnerCase {
    @Test
    void remembersWhatIsMadeBeforeItsFirstStepAndNothingElse() {
        Project project = Playbooks.play("things:", "  made: { path: /m }", "  mended: { ref: made }", "  there:");
        World world = new World().found("mended=update");
        List<String> before = new ArrayList<>();
        world.onStep = name -> {
            if (name.equals("made")) {
                before.addAll(((FakeHost) world.get("h1", false)).calls("put"));
            }
        };
        run(
                world,
                project,
                Playbooks.seen(project, "things.made=create", "things.mended=update")
                        .plan());
        FakeHost host = (FakeHost) world.get("h1", false);
        assertThat(before).hasSize(1);
        String record = before.get(0);
        assertThat(record).startsWith("/var/lib/tplctl/owned/site/things.made");
        assertThat(host.calls("put")).containsExactly(record);
        assertThat(OwnedRecord.parse("h1", text(host, record)))
                .contains(new OwnedRecord(
                        Playbooks.id("things.made"), "site", List.of(), List.of("/m"), false, Map.of("name", "made")));
        assertThat(host.mode(record)).contains("0600");
    }

    @Test
    void bringsItsRecordUpToWhatThePlaybookSaysNow() {
        Project project = Playbooks.play("things:", "  a: { protect: true, ref: b }", "  b:");
        OwnedRecord old = Playbooks.record("site", "things.a");
        World world = new World();
        Report report = run(world, project, Playbooks.seen(project).plan(), List.of(old), 4, RunListener.SILENT);
        assertThat(outcomes(report)).allMatch(o -> o.endsWith("Unchanged"));
        FakeHost host = (FakeHost) world.get("h1", false);
        assertThat(OwnedRecord.parse("h1", text(host, "/var/lib/tplctl/owned/site/things.a.json")))
                .contains(new OwnedRecord(
                        Playbooks.id("things.a"), "site", List.of("h1:things.b"), List.of(), true, old.trace()));
        assertThat(host.calls("put")).hasSize(1);
    }

    @Test
    void doesNotTouchAHostWhereAllIsAsItShouldBe() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }");
        World world = new World();
        OwnedRecord known = new OwnedRecord(
                Playbooks.id("things.b"), "site", List.of("h1:things.a"), List.of(), false, Map.of("name", "b"));
        run(world, project, Playbooks.seen(project).plan(), List.of(known), 4, RunListener.SILENT);
        assertThat(world.hosts).isEmpty();
    }

    @Test
    void adoptingTakesTheOthersRecordAwayAfterOursIsWritten() {
        Project project = Playbooks.play("things: { a: }");
        OwnedRecord theirs = Playbooks.record("other", "things.a");
        World world = new World();
        Planner.Options options = new Planner.Options(Selection.ALL, false, false, true);
        Plan plan = Playbooks.seen(project).owns("other", "things.a").plan(options);
        new Runner(world, RunListener.SILENT, options(4, true), System::nanoTime).run(plan, project, List.of(theirs));
        FakeHost host = (FakeHost) world.get("h1", false);
        assertThat(host.calls("put")).containsExactly("/var/lib/tplctl/owned/site/things.a.json");
        assertThat(world.log).last().isEqualTo("forget");
    }

    @Test
    void forgetsWhatItRemovesLastAndKeepsInMindWhatItCouldNotRemove() {
        Project project = Playbooks.play("firsts: { keep: }");
        Plan plan = Playbooks.seen(project)
                .owns("site", "things.a")
                .owns("site", "things.b", "h1:things.a")
                .owns("site", "things.c")
                .plan(new Planner.Options(Selection.ALL, true, false, false));
        World world = new World().failing("c", 1);
        Report report = run(world, project, plan);
        assertThat(outcomes(report))
                .containsExactly("things.b Removed", "things.a Removed", "things.c Failed", "firsts.keep Unchanged");
        assertThat(world.count("forget")).isEqualTo(2);
        List<String> ofB = world.log.subList(world.log.indexOf("remove b"), world.log.size());
        assertThat(ofB.indexOf("remove a")).isGreaterThan(ofB.indexOf("forget"));
    }

    private static String text(FakeHost host, String path) {
        return new String(host.read(path).orElseThrow(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
