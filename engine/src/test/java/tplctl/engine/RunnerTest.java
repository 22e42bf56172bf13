package tplctl.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import tplctl.kind.ResourceId;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Playbooks;
import tplctl.model.Project;

final class RunnerTest extends RunnerCase {
    @RepeatedTest(50)
    void dependentsOfAFailureAreSkippedForItsSakeAndTheOthersFinish() {
        Project project = Playbooks.play(
                "things:",
                "  d: { ref: c }",
                "  c: { ref: a }",
                "  a:",
                "  x: { ref: y }",
                "  y:",
                "  z: { needs: [things.x, things.c] }");
        World world = new World().failing("a", 1);
        Plan plan = Playbooks.seen(
                        project,
                        "things.a=create",
                        "things.c=create",
                        "things.d=create",
                        "things.x=create",
                        "things.y=create")
                .plan();
        world.found("y=create", "x=create");
        Report report = run(world, project, plan);
        assertThat(outcomes(report))
                .containsExactly(
                        "things.a Failed",
                        "things.c Skipped(things.a)",
                        "things.d Skipped(things.a)",
                        "things.y Changed",
                        "things.x Changed",
                        "things.z Skipped(things.a)");
        assertThat(report.outcomes().get(0).toString()).contains("boom on h1", "create it");
        assertThat(world.log).doesNotContain("create c", "create d");
        assertThat(world.log.indexOf("create y")).isLessThan(world.log.indexOf("create x"));
    }

    @RepeatedTest(50)
    void runsInDependencyOrderWhateverTheTiming() {
        Project project = Playbooks.play(
                "things:",
                "  e: { needs: [things.c, things.d] }",
                "  d: { ref: b }",
                "  c: { ref: a }",
                "  b:",
                "  a:");
        String[] all = {"things.a=create", "things.b=create", "things.c=create", "things.d=create", "things.e=create"};
        World world = new World().found("c=create", "d=create", "e=create");
        run(world, project, Playbooks.seen(project, all).plan());
        List<String> made =
                world.log.stream().filter(l -> l.startsWith("create")).toList();
        assertThat(made).hasSize(5);
        assertThat(made.indexOf("create a")).isLessThan(made.indexOf("create c"));
        assertThat(made.indexOf("create b")).isLessThan(made.indexOf("create d"));
        assertThat(made).last().isEqualTo("create e");
    }

    @Test
    void looksAgainAtWhatStandsOnSomethingThatChangedAndOnlyAtThat() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }", "  c: { ref: b }", "  d:");
        World world = new World();
        Report report =
                run(world, project, Playbooks.seen(project, "things.a=create").plan());
        assertThat(outcomes(report))
                .containsExactly("things.a Changed", "things.b Unchanged", "things.c Unchanged", "things.d Unchanged");
        assertThat(world.log).contains("look b").doesNotContain("look c", "look d");
    }

    @Test
    void changesWhatDiffersOnlyNowThatTheGroundMoved() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }");
        World world = new World().found("b=update");
        Report report =
                run(world, project, Playbooks.seen(project, "things.a=create").plan());
        assertThat(outcomes(report)).containsExactly("things.a Changed", "things.b Changed");
    }

    @Test
    void whatStillDiffersAfterItsStepsFailed() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }");
        World world = new World().stubborn("a");
        world.found("a=unknown create");
        Report report =
                run(world, project, Playbooks.seen(project, "things.a=create").plan());
        assertThat(outcomes(report)).containsExactly("things.a Failed", "things.b Skipped(things.a)");
        assertThat(report.outcomes().get(0).toString())
                .contains("the steps ran, but it still differs: it: as it was → there");
    }

    @Test
    void whatNobodyCanKnowCountsAsDoneWhenItsStepsRan() {
        Project project = Playbooks.play("things: { a: }");
        World world = new World().stubborn("a");
        world.found("a=unknown");
        Report report =
                run(world, project, Playbooks.seen(project, "things.a=unknown").plan());
        assertThat(outcomes(report)).containsExactly("things.a Changed");
    }

    @Test
    void aReplacementThatThePlanDidNotShowIsRefused() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }", "  c: { ref: a }");
        World world = new World().found("b=replace", "c=replace");
        Report report = run(
                world,
                project,
                Playbooks.seen(project, "things.a=create", "things.c=migrate").plan());
        assertThat(outcomes(report)).containsExactly("things.a Changed", "things.b Failed", "things.c Failed");
        assertThat(report.outcomes().get(1).toString()).contains("would now be replaced", "did not show");
        assertThat(world.log).doesNotContain("replace b", "replace c");
    }

    @Test
    void aChangeThatIsRefusedNowIsNotMade() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }");
        World world = new World().found("b=refused");
        Report report = run(
                world,
                project,
                Playbooks.seen(project, "things.a=create", "things.b=create").plan());
        assertThat(report.outcomes().get(1).toString()).contains("it must not be");
    }

    @Test
    void aFailedStepIsTriedAgainAsOftenAsTheUserSaid() {
        Project project = Playbooks.play("things:", "  a: { retries: 2 }", "  b: { retries: 1 }");
        World world = new World().failing("a", 2).failing("b", 2);
        Plan plan =
                Playbooks.seen(project, "things.a=create", "things.b=create").plan();
        assertThat(outcomes(run(world, project, plan))).containsExactly("things.a Changed", "things.b Failed");
        assertThat(world.count("create a")).isEqualTo(3);
        assertThat(world.count("create b")).isEqualTo(2);
    }

    @Test
    void whatWasNotObservedIsReportedAndSkipsItsDependents() {
        Project project = Playbooks.project("""
                - hosts: h1
                  things: { a: { needs: h2:things.b } }
                - hosts: h2
                  things: { b: }
                """);
        Plan plan = Planner.plan(
                project,
                new tplctl.model.Observations(Map.of(), Map.of(), Map.of("h2", "no route"), List.of()),
                Planner.Options.PLAIN,
                tplctl.model.Thing.KINDS);
        assertThat(outcomes(run(new World(), project, plan)))
                .containsExactly("things.b Unreachable", "things.a Skipped(things.b)");
    }

    @RepeatedTest(20)
    void neverWorksOnMoreOfAHostThanItMay() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { web: { count: 12 } }\n");
        World world = new World();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(4);
        RunListener counting = new RunListener() {
            @Override
            public void step(ResourceId id, String doing) {
                if (id.host().equals("h1")) {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                }
                full.countDown();
                awaitQuietly(full);
            }

            @Override
            public void finished(Outcome outcome) {
                if (outcome.id().host().equals("h1")) {
                    running.decrementAndGet();
                }
            }
        };
        String[] all =
                project.graph().order().stream().map(r -> r.id() + "=create").toArray(String[]::new);
        Report report = run(world, project, Playbooks.seen(project, all).plan(), List.of(), 2, counting);
        assertThat(report.outcomes()).hasSize(24).allMatch(Outcome.Changed.class::isInstance);
        assertThat(most.get()).isEqualTo(2);
    }

    @RepeatedTest(20)
    void stoppingLetsWhatRunsEndAndSkipsTheRest() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }", "  c: { ref: b }", "  d:", "  e:");
        World world = new World();
        List<Runner> runner = new ArrayList<>();
        world.onStep = name -> runner.get(0).stop();
        String[] all = {"things.a=create", "things.b=create", "things.c=create", "things.d=create", "things.e=create"};
        runner.add(new Runner(world, RunListener.SILENT, options(1, false), System::nanoTime));
        Report report = runner.get(0).run(Playbooks.seen(project, all).plan(), project, List.of());
        assertThat(report.interrupted()).isTrue();
        assertThat(outcomes(report))
                .containsExactly(
                        "things.a Changed",
                        "things.b Skipped(interrupted)",
                        "things.c Skipped(interrupted)",
                        "things.d Skipped(interrupted)",
                        "things.e Skipped(interrupted)");
    }

    @Test
    void beingEndedItBeginsNoFurtherStepOfWhatRuns() {
        Project project = Playbooks.play("things:", "  a:");
        World world = new World();
        List<Runner> runner = new ArrayList<>();
        world.onStep = name -> runner.get(0).end();
        runner.add(new Runner(world, RunListener.SILENT, options(1, false), System::nanoTime));
        Plan plan = Playbooks.seen(project, "things.a=create update").plan();
        Report report = runner.get(0).run(plan, project, List.of());
        assertThat(outcomes(report)).containsExactly("things.a Failed");
        assertThat(report.outcomes().get(0).toString()).contains("interrupted");
        assertThat(world.log).contains("create a").doesNotContain("update a");
    }

    @Test
    void aDefectInTheWorkDoesNotHangTheRun() {
        Project project = Playbooks.play("things:", "  a:", "  b:");
        World world = new World();
        world.onStep = name -> {
            if (name.equals("a")) {
                throw new IllegalStateException("a defect");
            }
        };
        Report report = run(
                world,
                project,
                Playbooks.seen(project, "things.a=create", "things.b=create").plan());
        assertThat(outcomes(report)).containsExactly("things.a Failed", "things.b Changed");
        assertThat(report.outcomes().get(0).toString()).contains("internal error", "a defect");
    }

    @Test
    void manyThousandsAreScheduledInReasonableTime() {
        Project project = Playbooks.play("things: { web: { count: 10000 } }");
        Report report = run(new World(), project, Playbooks.seen(project).plan());
        assertThat(report.outcomes()).hasSize(10_000).allMatch(Outcome.Unchanged.class::isInstance);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
