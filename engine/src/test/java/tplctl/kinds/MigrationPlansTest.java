package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tplctl.kind.Impact;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.machine.GuestIdentity;
import tplctl.machine.VmRecord;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.model.Selection;
import tplctl.report.Golden;
import tplctl.report.Json;
import tplctl.report.PlanJson;
import tplctl.report.PlanText;
import tplctl.report.Style;

/** What is planned for a VM that moves, for all that the two hosts may say and remember. */
class MigrationPlansTest extends MigrationsCase {
    @Test
    void isPlannedForAVmThatIsNotThereYet() {
        Project project = project(HOSTS + VM + MOVE);
        Plan plan = plan(project, List.of(), "", "");
        assertThat(plan.asks()).isTrue();
        assertThat(plan.count(Impact.MIGRATE)).isEqualTo(1);
        Golden.check("plan-migrate.txt", PlanText.render(plan, PlanText.Options.PLAIN, Style.PLAIN));
        assertThat(Json.document(PlanJson.of(plan))).contains("\"migrate\": 1", "\"action\": \"migrate\"");
    }

    @Test
    void whatIsRememberedOfItIsNoOrphanWhileItsVmIsDeclared() {
        OwnedRecord record = record();
        assertThat(plan(project(HOSTS + VM), List.of(record), "", "").orphans()).isEmpty();
        String cameBack = VM.replace("o41", "o40");
        assertThat(plan(project(HOSTS + cameBack), List.of(record), "", "").orphans())
                .isEmpty();
        assertThat(plan(project(HOSTS), List.of(record), "", "").orphans()).containsExactly(record);
    }

    @Test
    void isTakenAwayBeforeItsVmAlsoWhenOnlyThatIsDeclared() {
        OwnedRecord vm = new OwnedRecord(
                WEB, "site", List.of(), List.of(), false, Map.of("template", "", "manifest", "", "grace_ms", "1000"));
        for (String playbook : List.of(HOSTS + VM + MOVE, HOSTS + VM)) {
            Plan plan = Planner.destroy(
                    project(playbook),
                    new Observations(Map.of(), Map.of(), Map.of(), List.of(vm, record())),
                    Planner.Options.PLAIN,
                    Kinds.named());
            assertThat(plan.problems()).isEmpty();
            assertThat(plan.removals()).extracting(r -> r.id()).containsExactly(MIGRATION, WEB);
            assertThat(plan.removals().get(1).after()).containsExactly(MIGRATION);
        }
    }

    @Test
    void itsRemovalTakesTheVmFromWhereItIsAndForgetsItsMoveLast() {
        List<Step> steps = new Migrations()
                .removal(new tplctl.kind.Subject(MIGRATION, "site"), record().trace())
                .steps();
        assertThat(steps).hasSize(3);
        assertThat(((Step.Emulator) steps.get(0)).task()).isInstanceOf(VmTask.StopVm.class);
        assertThat(((Step.Emulator) steps.get(2)).task()).isEqualTo(new VmTask.ForgetMove("web", "o41"));
    }

    @Test
    void theVmItStandsForIsNotSelectedWithIt() {
        Project project = project(HOSTS + VM + MOVE);
        Planner.Options onlyThere =
                new Planner.Options(new Selection(Set.of(), Set.of(), Set.of("o40")), false, false, false);
        Plan plan = Planner.plan(project, observations(project, List.of(), "", ""), onlyThere, Kinds.named());
        assertThat(plan.failures())
                .singleElement()
                .satisfies(p -> assertThat(p.failure()).isEqualTo("needs o41:vms.web, not selected"));
    }

    @Test
    void theVmsOfAPlaybookWithAMigrationLeaveAnUnfinishedMoveToIt() {
        String mark = "moving {\"schema\":\"tplctl.move/v1\"}\n";
        Project with = project(HOSTS + VM + MOVE);
        Project without = project(HOSTS + VM);
        assertThat(with.graph().find(WEB).orElseThrow().observed(output(mark)).changes())
                .isEmpty();
        assertThat(without.graph()
                        .find(WEB)
                        .orElseThrow()
                        .observed(output(mark))
                        .changes())
                .singleElement()
                .satisfies(c -> assertThat(c.isRefused()).isTrue());
    }

    @Test
    void aTemplateThatOneHostBuildsComesAfterThatOnesOnTheOthers() {
        String play = """
                - hosts: [o41, o40]
                  templates: { base: { machine: { ram: 1G }, memory: /m, state: /s, build_on: %s } }
                """;
        Project project = project(HOSTS + play.formatted("o41"));
        ResourceId copy = new ResourceId("o40", "templates", "base");
        ResourceId built = new ResourceId("o41", "templates", "base");
        assertThat(project.graph().dependencies(copy)).contains(built);
        assertThat(project.graph().dependencies(built)).doesNotContain(copy);
        assertThat(project.graph().find(copy).orElseThrow().elsewhere()).containsExactly("o41");
        assertThat(errors(HOSTS + play.formatted("localhost")))
                .contains(
                        "4:79 there is no localhost:templates.base | localhost has no resource of the kind \"templates\"");
        assertThat(errors(HOSTS + play.formatted("o42"))).anyMatch(e -> e.contains("did you mean \"o40\"?"));
    }

    @Test
    void aCloneThatCameGoesWithTheTemplateThatIsReplacedUnderIt() {
        String templates = """
                - hosts: [o41, o40]
                  templates: { base: { machine: { ram: 1G }, memory: /m, state: /s } }
                - hosts: o41
                  vms: { web: { template: base } }
                """;
        Project project = project(HOSTS + templates + MOVE);
        Map<ResourceId, Observed<?, ?>> seen =
                new HashMap<>(observations(project, List.of(), "", "").seen());
        ResourceId template = new ResourceId("o40", "templates", "base");
        tplctl.machine.TemplateInfo wanted =
                ((Templates.Spec) project.graph().find(template).orElseThrow().spec()).template();
        String manifest = tplctl.machine.Samples.manifest(wanted).toJson();
        Resource<?, ?> there = project.graph().find(template).orElseThrow();
        seen.put(
                template,
                there.observed(output("manifest " + manifest.replace(wanted.specDigest(), "older") + "\nclone web\n")));
        String digest = ((MigrationSpec) resource(project).spec()).machine().digest();
        String up = "leftovers\nrecord "
                + new tplctl.machine.VmRecord(
                                "web",
                                "site",
                                "base",
                                "b",
                                digest,
                                "u-1",
                                List.of(1L << 30),
                                tplctl.machine.Samples.PLATFORM)
                        .toJson()
                + "\nup\npid 7\nmanifest " + manifest + "\n";
        String moved = "moved {\"schema\":\"tplctl.move/v1\",\"name\":\"web\",\"owner\":\"site\",\"to\":\"o40\","
                + "\"uuid\":\"u-1\",\"id\":\"x\",\"time\":\"t\"}\n";
        seen.put(MIGRATION, observed(project, up, moved));
        Plan plan = Planner.plan(
                project, new Observations(seen, Map.of(), Map.of(), List.of()), Planner.Options.PLAIN, Kinds.named());
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.inOrder().stream().filter(p -> p.id().equals(MIGRATION)))
                .singleElement()
                .satisfies(p -> assertThat(p.action()).contains(Impact.REPLACE));
    }

    @Test
    void whatAGuestWasToldGoesAlongAndItIsNotToldAgain() {
        Project project = project(HOSTS + """
                - hosts: o41
                  vms: { web: { machine: { ram: 1G, agent: true }, guest: { hostname: web-1, machine_id: new } } }
                """ + MOVE);
        VmRecord record = new VmRecord(
                        "web",
                        "site",
                        "",
                        "",
                        ((MigrationSpec) resource(project).spec()).machine().digest(),
                        "u-1",
                        List.of(1L << 30),
                        tplctl.machine.Samples.PLATFORM)
                .told(new GuestIdentity(Optional.of("web-1"), true));
        String up = "leftovers\nrecord " + record.toJson() + "\nup\npid 7\n";
        assertThat(move(observed(project, "", up).changes()).record()).contains(record);

        String moved = "moved {\"schema\":\"tplctl.move/v1\",\"name\":\"web\",\"owner\":\"site\",\"to\":\"o40\","
                + "\"uuid\":\"u-1\",\"id\":\"x\",\"time\":\"t\"}\n";
        assertThat(plan(project, List.of(), up, moved).isEmpty()).isTrue();
        assertThat(VmScripts.prepareClone(record, 1, true).script())
                .as("what the destination keeps of it")
                .contains(record.toJson());
    }
}
