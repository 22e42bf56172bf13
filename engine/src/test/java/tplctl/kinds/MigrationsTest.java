package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventory;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.ProbeOutput;
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
import tplctl.text.Node;
import tplctl.text.YamlReader;

/** Migrations in a playbook: where they are, what they come after, what is remembered and taken away. */
class MigrationsTest {
    private static final String HOSTS = """
            - hosts: { o41: { ansible_host: 10.0.0.41 }, o40: { ansible_host: 10.0.0.40, rate: 100M } }
              packages: [qemu-system-x86]
            """;
    private static final String VM = """
            - hosts: o41
              vms: { web: { machine: { ram: 1G } } }
            """;
    private static final String MOVE = """
            - migrations: { web: { from: o41, to: o40 } }
            """;
    private static final ResourceId MIGRATION = new ResourceId("o40", "migrations", "web");
    private static final ResourceId WEB = new ResourceId("o41", "vms", "web");

    @Test
    void isOnTheHostItNamesAndComesAfterTheVmAndWhatThatHostNeeds() {
        Project project = project(HOSTS + VM + MOVE);
        assertThat(project.graph().dependencies(MIGRATION))
                .containsExactlyInAnyOrder(WEB, new ResourceId("o40", "packages", "default"));
        assertThat(project.playbook().hosts()).containsExactly("o41", "o40");
        assertThat(resource(project).elsewhere()).containsExactly("o41");
    }

    @Test
    void takesItsDestinationsVariablesAndTheAddressOfTheInventory() {
        Project project = project(HOSTS + VM + """
                - vars: { destination: o40 }
                  migrations: { web: { from: o41, to: "{{ destination }}", bandwidth: "{{ rate }}" } }
                """);
        VmTask.MoveVm move = move(observed(project, "", "").changes());
        assertThat(move.transfer().address()).isEqualTo("10.0.0.40");
        assertThat(move.transfer().bandwidth()).contains(100L << 20);
        assertThat(move.from() + " " + move.to()).isEqualTo("o41 o40");
    }

    @Test
    void isNotThereWhenItsConditionIsFalse() {
        Project project = project(HOSTS + VM + """
                - migrations: { web: { from: o41, to: o40, when: false } }
                """);
        assertThat(project.graph().find(MIGRATION)).isEmpty();
        assertThat(project.playbook().unmanaged()).contains(MIGRATION);
    }

    @Test
    void isRefusedWithThePlaceOfTheMistake() {
        assertThat(errors(HOSTS + VM + """
                        - migrations:
                            a: { from: o41, to: o42 }
                            b: { from: o41, to: o40 }
                            c: { from: o40, to: o40, vm: web }
                            d: { to: o40 }
                            e: { from: o41, to: "{{ nowhere }}" }
                          mounts: { ram: { path: /mnt, type: tmpfs } }
                        - hosts: o40
                          migrations: { f: { from: o41, to: o40 } }
                        """))
                .containsExactly(
                        "6:25 no host \"o42\" in the inventory | did you mean \"o40\"?",
                        "7:16 there is no o41:vms.b | did you mean \"o41:vms.web\"?",
                        "8:25 \"from\" and \"to\" are the same host | a migration is between two",
                        "9:5 missing field \"from\" | a migration needs from: a host of the inventory",
                        "10:29 undefined variable \"nowhere\" | it can be set in vars, in the inventory or with -e",
                        "11:3 \"mounts\" in a play without \"hosts\" | put it into a play of its own that says \"hosts: …\"; only"
                                + " migrations say themselves where they are",
                        "13:3 \"migrations\" in a play with \"hosts\" | each of them says itself where it is, in \"to\"; put them into"
                                + " a play without \"hosts\"");
    }

    @Test
    void oneVmIsMovedOnceAndHasItsNameForItself() {
        assertThat(errors(HOSTS + VM + """
                        - hosts: o40
                          vms: { other: { machine: { ram: 1G } } }
                        - migrations:
                            web: { from: o41, to: o40 }
                            again: { from: o41, to: o40, vm: web }
                            other: { from: o41, to: o40, vm: other }
                        """))
                .contains(
                        "9:38 o41:vms.web is taken up twice | o40:migrations.web does so at p.yml:8:18; leave one of them",
                        "10:5 the VM other is declared twice for o40 | vms.other is the other, at p.yml:6:10; give one of them another"
                                + " name");
        assertThat(errors(HOSTS + """
                        - hosts: [o41, o40]
                          vms: { web: { machine: { ram: 1G } } }
                        """ + MOVE))
                .containsExactly(
                        "5:17 the VM web is declared twice for o40 | vms.web is the other, at p.yml:4:10; give one of them another name");
        assertThat(errors(HOSTS + """
                        - hosts: o41
                          vms: { web: { machine: { ram: 1G }, count: 2 } }
                        """ + MOVE))
                .containsExactly("5:30 vms.web is counted, and this is about one | name one of them, such as web-1");
    }

    @Test
    void aVmThatMovesHasItsPortsOnBothHosts() {
        String serial = "{ machine: { ram: 1G, serial: \"telnet:127.0.0.1:7000,server,nowait\" } }";
        assertThat(errors(HOSTS + """
                        - hosts: o41
                          vms:
                            web: %s
                            stays: %s
                        - hosts: o40
                          vms:
                            there: %s
                        """.formatted(serial, serial, serial) + MOVE))
                .containsExactlyInAnyOrder(
                        "6:23 127.0.0.1:7000 is declared twice for o41 | vms.web is the other, at p.yml:5:21; give one of them another"
                                + " port (vms.web is made here before o40:migrations.web takes it elsewhere)",
                        "10:30 127.0.0.1:7000 is declared twice for o40 | vms.there is the other, at p.yml:9:23; give one of them"
                                + " another port");
    }

    @Test
    void aClonesInheritedPortIsTakenWhereItMovesTo() {
        String template = """
                  templates:
                    base:
                      machine: { ram: 1G, serial: "telnet::7000,server,nowait" }
                      memory: /mnt/memory
                      state: /mnt/state
                """.indent(2).replaceAll("(?m)^    ", "  ");
        assertThat(errors(HOSTS + "- hosts: o41\n" + template + "  vms: { web: { template: base } }\n" + """
                        - hosts: o40
                          vms: { there: { machine: { ram: 1G, monitor: "tcp:127.0.0.1:7000,server=on" } } }
                        """ + MOVE))
                .singleElement()
                .asString()
                .contains(
                        "port 7000 is declared twice for o40 | vms.there is the other, with 127.0.0.1:7000, at p.yml:");
    }

    @Test
    void knowsNoAddressOfThisMachineForAnother() {
        assertThat(errors("""
                - hosts: { o41: }
                  vms: { web: { machine: { ram: 1G } } }
                - migrations: { web: { from: o41, to: localhost } }
                """))
                .containsExactly(
                        "3:39 no address is known under which o41 reaches localhost | say it in \"address\", or in the inventory as"
                                + " its ansible_host");
    }

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

    private static OwnedRecord record() {
        return new OwnedRecord(
                MIGRATION,
                "site",
                List.of(WEB.toString()),
                List.of(),
                false,
                Map.of("stands_for", WEB.toString(), "template", "", "memory", "", "state", "", "grace_ms", "1000"));
    }

    private static VmTask.MoveVm move(List<Change> changes) {
        return (VmTask.MoveVm) ((Step.Emulator) changes.get(0).steps().get(0)).task();
    }

    private static ProbeOutput output(String stdout) {
        return new ProbeOutput(0, stdout, "");
    }

    private static Resource<?, ?> resource(Project project) {
        return project.graph().find(MIGRATION).orElseThrow();
    }

    private static Observed<?, ?> observed(Project project, String there, String here) {
        return resource(project).observed(output(there).with(Map.of("o41", ProbeOutput.Elsewhere.of(output(here)))));
    }

    private static Plan plan(Project project, List<OwnedRecord> owned, String there, String here) {
        return Planner.plan(project, observations(project, owned, there, here), Planner.Options.PLAIN, Kinds.named());
    }

    private static Observations observations(Project project, List<OwnedRecord> owned, String there, String here) {
        Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
        for (Resource<?, ?> r : project.graph().order()) {
            if (r.id().equals(MIGRATION)) {
                seen.put(r.id(), observed(project, there, here));
            } else if (r.id().kind().equals("vms")) {
                seen.put(r.id(), r.observed(output(here)));
            } else {
                seen.put(r.id(), r.observed(output("apt\nqemu-system-x86 amd64 installed\n")));
            }
        }
        return new Observations(seen, Map.of(), Map.of(), owned);
    }

    private static List<String> errors(String yaml) {
        Diagnostics errors = new Diagnostics();
        decode(yaml, errors);
        List<String> shown = new ArrayList<>();
        errors.sorted()
                .forEach(d -> shown.add(d.at().line() + ":" + d.at().column() + " " + d.summary()
                        + (d.detail().isEmpty() ? "" : " | " + d.detail())));
        return shown;
    }

    private static Project project(String yaml) {
        Diagnostics errors = new Diagnostics();
        Project project = decode(yaml, errors);
        assertThat(errors.sorted()).isEmpty();
        return project;
    }

    private static Project decode(String yaml, Diagnostics errors) {
        Node root = YamlReader.read("p.yml", yaml, errors).orElseThrow();
        Project.Context context = new Project.Context(
                "site",
                Inventory.implicit(),
                Map.of(),
                Kinds.named(),
                path -> Optional.empty(),
                false,
                host -> Optional.of(root));
        return Project.of(root, context, errors);
    }
}
