package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventory;
import tplctl.kind.Change;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.machine.VmTask;
import tplctl.model.Observations;
import tplctl.model.Observed;
import tplctl.model.OwnedRecord;
import tplctl.model.Plan;
import tplctl.model.Planner;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.text.Node;
import tplctl.text.YamlReader;

/** A playbook with a VM that moves from o41 to o40. */
abstract class MigrationsCase {
    static final String HOSTS = """
            - hosts: { o41: { ansible_host: 10.0.0.41 }, o40: { ansible_host: 10.0.0.40, rate: 100M } }
              packages: [qemu-system-x86]
            """;

    static final String VM = """
            - hosts: o41
              vms: { web: { machine: { ram: 1G } } }
            """;

    static final String MOVE = """
            - migrations: { web: { from: o41, to: o40 } }
            """;

    static final ResourceId MIGRATION = new ResourceId("o40", "migrations", "web");

    static final ResourceId WEB = new ResourceId("o41", "vms", "web");

    static OwnedRecord record() {
        return new OwnedRecord(
                MIGRATION,
                "site",
                List.of(WEB.toString()),
                List.of(),
                false,
                Map.of("stands_for", WEB.toString(), "template", "", "memory", "", "state", "", "grace_ms", "1000"));
    }

    static VmTask.MoveVm move(List<Change> changes) {
        return (VmTask.MoveVm) ((Step.Emulator) changes.get(0).steps().get(0)).task();
    }

    static ProbeOutput output(String stdout) {
        return new ProbeOutput(0, stdout, "");
    }

    static Resource<?, ?> resource(Project project) {
        return project.graph().find(MIGRATION).orElseThrow();
    }

    static Observed<?, ?> observed(Project project, String there, String here) {
        return resource(project).observed(output(there).with(Map.of("o41", ProbeOutput.Elsewhere.of(output(here)))));
    }

    static Plan plan(Project project, List<OwnedRecord> owned, String there, String here) {
        return Planner.plan(project, observations(project, owned, there, here), Planner.Options.PLAIN, Kinds.named());
    }

    static Observations observations(Project project, List<OwnedRecord> owned, String there, String here) {
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

    static List<String> errors(String yaml) {
        Diagnostics errors = new Diagnostics();
        decode(yaml, errors);
        List<String> shown = new ArrayList<>();
        errors.sorted()
                .forEach(d -> shown.add(d.at().line() + ":" + d.at().column() + " " + d.summary()
                        + (d.detail().isEmpty() ? "" : " | " + d.detail())));
        return shown;
    }

    static Project project(String yaml) {
        Diagnostics errors = new Diagnostics();
        Project project = decode(yaml, errors);
        assertThat(errors.sorted()).isEmpty();
        return project;
    }

    static Project decode(String yaml, Diagnostics errors) {
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
