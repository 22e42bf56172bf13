package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tplctl.kind.Impact;

class PlannerTest {
    private static final Planner.Options PLAIN = Planner.Options.PLAIN;
    private static final Planner.Options PRUNE = new Planner.Options(Selection.ALL, true, false, false);
    private static final Planner.Options FORCE = new Planner.Options(Selection.ALL, true, true, false);
    private static final Planner.Options ADOPT = new Planner.Options(Selection.ALL, false, false, true);

    @Test
    void listsEveryResourceInOrderWithWhatChanges() {
        Project project = Playbooks.play("things:", "  a: { ref: b }", "  b:", "  c:");
        Plan plan = Playbooks.seen(project, "things.b=create", "things.c=update create")
                .plan();
        assertThat(lines(plan)).containsExactly("things.b CREATE", "things.a", "things.c CREATE");
        assertThat(plan.isEmpty()).isFalse();
        assertThat(plan.unchanged()).isEqualTo(1);
        assertThat(plan.count(Impact.CREATE)).isEqualTo(2);
        assertThat(plan.asks()).isFalse();
    }

    @Test
    void aPlanThatOnlyFindsThingsAsTheyShouldBeIsEmpty() {
        assertThat(Playbooks.seen(Playbooks.play("things: { a: , b: }")).plan().isEmpty())
                .isTrue();
    }

    @Test
    void takesOnlyWhatIsTagged() {
        Project project = Playbooks.play("things:", "  a: { tags: x }", "  b: { tags: y }", "  c: { tags: always }");
        Playbooks.Seen seen = Playbooks.seen(project, "things.a=create", "things.b=create");
        assertThat(lines(seen.plan(tags(Set.of("x"), Set.of())))).containsExactly("things.a CREATE", "things.c");
        assertThat(lines(seen.plan(tags(Set.of(), Set.of("x"))))).containsExactly("things.b CREATE", "things.c");
    }

    @Test
    void anUnselectedDependencyThatDoesNotHoldFails() {
        Project project = Playbooks.play("things:", "  a: { tags: x, ref: b }", "  b:");
        Planner.Options onlyA = tags(Set.of("x"), Set.of());
        assertThat(Playbooks.seen(project, "things.a=create", "things.b=create")
                        .plan(onlyA)
                        .inOrder())
                .singleElement()
                .satisfies(p -> assertThat(p.failure()).isEqualTo("needs h1:things.b, not selected"));
        assertThat(lines(Playbooks.seen(project, "things.a=create").plan(onlyA)))
                .containsExactly("things.a CREATE");
        assertThat(lines(Playbooks.seen(project, "things.a=create", "things.b=unknown")
                        .plan(onlyA)))
                .containsExactly("things.a CREATE");
    }

    @Test
    void anObservationThatFailedIsAFailure() {
        Project project = Playbooks.play("things: { a: , b: }");
        Plan plan = Playbooks.seen(project).failing("things.a", "no stat").plan();
        assertThat(plan.failures())
                .singleElement()
                .satisfies(p -> assertThat(p.failure()).isEqualTo("no stat"));
        assertThat(plan.isEmpty()).isFalse();
    }

    @Test
    void aHostThatCannotBeReachedIsSaidOfEachOfItsResources() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { a: }\n");
        Plan plan = Playbooks.seen(project).unreachable("h2").plan();
        assertThat(plan.failures())
                .singleElement()
                .satisfies(p -> assertThat(p.id()).hasToString("h2:things.a"))
                .satisfies(p -> assertThat(p.unreachable()).isTrue());
    }

    @Test
    void whatIsProtectedIsNotReplacedWithoutForce() {
        Project project = Playbooks.play("things: { a: { protect: true } }");
        Playbooks.Seen seen = Playbooks.seen(project, "things.a=replace");
        assertThat(problems(seen.plan())).containsExactly("things.a is protected and would be replaced");
        assertThat(problems(seen.plan(FORCE))).isEmpty();
        assertThat(problems(Playbooks.seen(project, "things.a=update").plan())).isEmpty();
    }

    @Test
    void aRefusedChangeIsAProblemOfTheWholePlan() {
        Project project = Playbooks.play("things: { a: }");
        assertThat(problems(Playbooks.seen(project, "things.a=refused").plan()))
                .containsExactly("things.a it must not be");
    }

    @Test
    void whatAnotherOwnerHoldsIsAConflictUnlessItIsAdopted() {
        Project project = Playbooks.play("things: { a: }", "firsts: { f: }");
        Playbooks.Seen seen = Playbooks.seen(project).owns("other", "things.a").owns("other", "firsts.f");
        assertThat(problems(seen.plan())).containsExactly("things.a is held by another owner, other");
        assertThat(problems(seen.plan(ADOPT))).isEmpty();
    }

    @Test
    void aPathThatAnotherOwnersResourceProvidesIsAConflict() {
        Project project = Playbooks.play("firsts: { f: { path: /x } }");
        OwnedRecord theirs =
                new OwnedRecord(Playbooks.id("lasts.z"), "other", List.of(), List.of("/x"), false, Map.of());
        assertThat(problems(Playbooks.seen(project).remembers(theirs).plan()))
                .containsExactly("firsts.f provides /x, which lasts.z of another owner, other, holds");
        OwnedRecord elsewhere =
                new OwnedRecord(Playbooks.id("h2:lasts.z"), "other", List.of(), List.of("/x"), false, Map.of());
        assertThat(problems(Playbooks.seen(project).remembers(elsewhere).plan()))
                .isEmpty();
    }

    @Test
    void whatIsReplacedTakesItsUsersAlong() {
        Project project = Playbooks.play("things:", "  base:", "  web: { ref: base }");
        Plan plan = Playbooks.seen(project, "things.base=replace>web").plan();
        assertThat(lines(plan)).containsExactly("things.base REPLACE", "things.web REPLACE");
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.asks()).isTrue();
    }

    @Test
    void aReplacementUnderWhatIsNotReplacedIsRefused() {
        Project project = Playbooks.play("things:", "  base: { tags: x }", "  web: { ref: base }");
        Playbooks.Seen ours = Playbooks.seen(project, "things.base=replace>web").owns("site", "things.web");
        assertThat(problems(ours.plan(tags(Set.of("x"), Set.of()))))
                .containsExactly("things.base would be replaced under things.web (made by site),"
                        + " which this run does not replace");
        Playbooks.Seen theirs =
                Playbooks.seen(project, "things.base=replace>db").owns("other", "things.db");
        assertThat(problems(theirs.plan()))
                .containsExactly("things.base would be replaced under things.db (made by other),"
                        + " which this run does not replace");
    }

    @Test
    void aReplacementUnderWhatIsPrunedInTheSameRunIsNot() {
        Project project = Playbooks.play("things: { base: }");
        Playbooks.Seen seen = Playbooks.seen(project, "things.base=replace>db").owns("site", "things.db");
        assertThat(problems(seen.plan())).hasSize(1);
        assertThat(problems(seen.plan(PRUNE))).isEmpty();
    }

    @Test
    void addsUpWhatIsTakenAndGivenOnEachHost() {
        String[] play = {"things:", "  a: { takes: 8 }", "  b: { takes: 7 }", "  c: { gives: 4 }"};
        Project project = Playbooks.play(play);
        assertThat(Playbooks.seen(project, "things.a=create", "things.b=create")
                        .plan()
                        .problems())
                .singleElement()
                .satisfies(p -> assertThat(p.message())
                        .isEqualTo("not enough the pool on h1: the plan takes 15 (things.a 8, things.b 7),"
                                + " there will be 10"))
                .satisfies(p -> assertThat(p.advice()).contains("by 5"));
        assertThat(problems(Playbooks.seen(project, "things.a=create", "things.b=create", "things.c=create")
                        .plan()))
                .containsExactly("things.a not enough the pool on h1: the plan takes 15 (things.a 8, things.b 7),"
                        + " there will be 14");
        assertThat(problems(Playbooks.seen(project, "things.a=create").plan())).isEmpty();
    }

    @Test
    void poolsOfTwoHostsAreTwo() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { a: { takes: 8 } }\n");
        assertThat(problems(Playbooks.seen(project, "h1:things.a=create", "h2:things.a=create")
                        .plan()))
                .isEmpty();
    }

    @Test
    void orphansAreThisOwnersOnThePlaybooksHostsThatItDoesNotDeclare() {
        Project project = Playbooks.play("things:", "  a:", "  off: { when: false }");
        Playbooks.Seen seen = Playbooks.seen(project)
                .owns("site", "things.a")
                .owns("site", "things.old")
                .owns("site", "things.off")
                .owns("site", "h2:things.far")
                .owns("other", "things.theirs");
        assertThat(seen.plan().orphans()).extracting(r -> r.id().toString()).containsExactly("h1:things.old");
        assertThat(seen.plan().removals()).isEmpty();
        assertThat(seen.plan(PRUNE).removals())
                .extracting(r -> r.id().toString())
                .containsExactly("h1:things.old");
        assertThat(seen.plan(PRUNE).asks()).isTrue();
    }

    @Test
    void removesWhatStandsOnSomethingBeforeIt() {
        Project project = Playbooks.play("firsts: { keep: }");
        Plan plan = Playbooks.seen(project)
                .owns("site", "things.a")
                .owns("site", "things.b", "h1:things.a")
                .owns("site", "things.c", "h1:things.b", "h1:things.a")
                .plan(PRUNE);
        assertThat(plan.removals()).extracting(r -> r.id().name()).containsExactly("c", "b", "a");
        assertThat(plan.removals().get(2).after())
                .containsExactlyInAnyOrder(Playbooks.id("things.b"), Playbooks.id("things.c"));
    }

    @Test
    void thePathOfWhatWasRenamedStays() {
        Project project = Playbooks.play("things: { now: { path: /x } }");
        OwnedRecord before =
                new OwnedRecord(Playbooks.id("things.before"), "site", List.of(), List.of("/x"), false, Map.of());
        OwnedRecord gone =
                new OwnedRecord(Playbooks.id("things.gone"), "site", List.of(), List.of("/y"), false, Map.of());
        Plan plan = Playbooks.seen(project).remembers(before).remembers(gone).plan(PRUNE);
        assertThat(plan.removals().get(0).removal().steps()).isEmpty();
        assertThat(plan.removals().get(0).removal().notes()).containsExactly("/x stays: things.now provides it now");
        assertThat(plan.removals().get(1).removal().steps()).hasSize(1);
    }

    @Test
    void aCircleInTheRecordsIsCut() {
        Project project = Playbooks.play("firsts: { keep: }");
        Plan plan = Playbooks.seen(project)
                .owns("site", "things.a", "h1:things.b")
                .owns("site", "things.b", "h1:things.a")
                .plan(PRUNE);
        assertThat(plan.removals()).hasSize(2);
        assertThat(plan.removals().get(0).after()).isEmpty();
    }

    @Test
    void doesNotRemoveWhatSomethingThatStaysStandsOn() {
        Project project = Playbooks.play("things: { mine: }");
        Playbooks.Seen theirs =
                Playbooks.seen(project).owns("site", "things.base").owns("other", "things.db", "h1:things.base");
        assertThat(problems(theirs.plan(PRUNE)))
                .as("another owner's needs are of its own things")
                .isEmpty();
        Project switchedOff = Playbooks.play("things: { db: { when: false } }");
        Playbooks.Seen off =
                Playbooks.seen(switchedOff).owns("site", "things.base").owns("site", "things.db", "h1:things.base");
        assertThat(problems(off.plan(PRUNE)))
                .containsExactly("things.base would be removed, but things.db (made by site) stands on it");
        Playbooks.Seen redeclared =
                Playbooks.seen(project).owns("site", "things.base").owns("site", "things.mine", "h1:things.base");
        assertThat(problems(redeclared.plan(PRUNE))).isEmpty();
    }

    @Test
    void anOrphanThatWasProtectedStaysWithoutForce() {
        Project project = Playbooks.play("firsts: { keep: }");
        OwnedRecord kept = new OwnedRecord(Playbooks.id("things.old"), "site", List.of(), List.of(), true, Map.of());
        Playbooks.Seen seen = Playbooks.seen(project).remembers(kept);
        assertThat(problems(seen.plan(PRUNE))).containsExactly("things.old is protected and would be removed");
        assertThat(problems(seen.plan(FORCE))).isEmpty();
    }

    @Test
    void destroyTakesWhatIsDeclaredAndWasMadeInReverse() {
        Project project = Playbooks.play("things:", "  a:", "  b: { ref: a }", "  c:");
        Plan plan = Playbooks.seen(project)
                .owns("site", "things.a")
                .owns("site", "things.b", "h1:things.a")
                .owns("site", "things.old")
                .owns("other", "things.c")
                .destroy(PLAIN);
        assertThat(plan.removals()).extracting(r -> r.id().name()).containsExactly("b", "a");
        assertThat(plan.inOrder()).isEmpty();
    }

    @Test
    void destroyKeepsToTheSelectionAndRefusesToPullTheGroundAway() {
        Project project = Playbooks.play("things:", "  a: { tags: x }", "  b: { ref: a }");
        Playbooks.Seen seen = Playbooks.seen(project).owns("site", "things.a").owns("site", "things.b", "h1:things.a");
        assertThat(problems(seen.destroy(tags(Set.of("x"), Set.of()))))
                .containsExactly("things.a would be removed, but things.b (made by site) stands on it");
    }

    @Test
    void destroyHeedsTheProtectionThatThePlaybookSaysNow() {
        OwnedRecord before = new OwnedRecord(Playbooks.id("things.a"), "site", List.of(), List.of(), false, Map.of());
        Project guarded = Playbooks.play("things: { a: { protect: true } }");
        assertThat(problems(Playbooks.seen(guarded).remembers(before).destroy(PLAIN)))
                .containsExactly("things.a is protected and would be removed");
        OwnedRecord once = new OwnedRecord(Playbooks.id("things.a"), "site", List.of(), List.of(), true, Map.of());
        Project free = Playbooks.play("things: { a: }");
        assertThat(problems(Playbooks.seen(free).remembers(once).destroy(PLAIN)))
                .isEmpty();
    }

    @Test
    void destroySaysWhichHostsDidNotAnswer() {
        Project project = Playbooks.project("- hosts: [h1, h2]\n  things: { a: }\n");
        Plan plan = Playbooks.seen(project)
                .owns("site", "h1:things.a")
                .unreachable("h2")
                .destroy(PLAIN);
        assertThat(plan.removals()).hasSize(1);
        assertThat(plan.failures())
                .singleElement()
                .satisfies(p -> assertThat(p.unreachable()).isTrue());
        Plan broken = Playbooks.seen(Playbooks.play("things: { a: }"))
                .failing("things.a", "the shell ended")
                .destroy(PLAIN);
        assertThat(broken.failures()).hasSize(1);
    }

    @Test
    void destroyNeedsNoObservationOfWhatTheHostRemembers() {
        Plan plan = Playbooks.seen(Playbooks.play("things: { a: }"))
                .owns("site", "things.a")
                .failing("things.a", "strange")
                .destroy(PLAIN);
        assertThat(plan.removals()).hasSize(1);
        assertThat(plan.failures()).isEmpty();
    }

    private static Planner.Options tags(Set<String> tags, Set<String> skipped) {
        return new Planner.Options(new Selection(tags, skipped, Set.of()), false, false, false);
    }

    private static List<String> lines(Plan plan) {
        return plan.inOrder().stream()
                .map(p ->
                        (p.id().local() + " " + p.action().map(Impact::toString).orElse("")).strip())
                .toList();
    }

    private static List<String> problems(Plan plan) {
        return plan.problems().stream()
                .map(p -> p.id().local() + " " + p.message())
                .toList();
    }
}
