package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.machine.GuestIdentity;
import tplctl.machine.Manifest;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmRecord;
import tplctl.machine.VmTask;
import tplctl.text.MapNode;
import tplctl.text.YamlReader;

/** VMs as they are written, and what may be found of them. */
abstract class VmsCase {
    static final Subject WEB = new Subject(new ResourceId("h1", "vms", "web"), "site");

    static final TemplateInfo BASE = Samples.template(Samples.machine("{ram: 1G, disk: vm}"));

    static final Manifest MANIFEST = Samples.manifest(BASE);

    static final String PLAIN_EMULATOR = """
            emulator /usr/bin/qemu
            emulator_stamp s
            version QEMU emulator version 10.0.3
            machine pc Standard PC (alias of pc-i440fx-10.0)
            kvm ok
            """;

    static final String AGENT =
            "{machine: {ram: 1G, disk: vm, agent: true}, guest: {hostname: web-1, machine_id: new}}";

    static final GuestIdentity TOLD = new GuestIdentity(Optional.of("web-1"), true);

    static VmSpec spec(String yaml) {
        return spec(yaml, new Diagnostics());
    }

    static VmSpec spec(String yaml, Diagnostics errors) {
        MapNode node = (MapNode) YamlReader.read("vm.yml", yaml, errors).orElseThrow();
        tplctl.kind.Decoding decoding = new tplctl.kind.Decoding("h1", errors, Samples.noAssets());
        VmSpec spec = new Vms()
                .schema()
                .decode("web", node, List.of(), decoding)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
        Map<String, Object> exports = Map.of(
                "templates.base",
                BASE,
                "images.vm",
                new tplctl.machine.DiskImage(new tplctl.kind.AbsPath("/img/vm"), "qcow2"));
        return new Vms().link(WEB, spec, new FixedLinks(exports), decoding);
    }

    static String record(String yaml, String build) {
        VmSpec spec = spec(yaml);
        return "record "
                + new VmRecord(
                                "web",
                                "site",
                                spec.template().map(TemplateInfo::name).orElse(""),
                                build,
                                spec.digest(),
                                "u",
                                List.of(1L << 30),
                                Samples.PLATFORM)
                        .toJson()
                + "\n";
    }

    static String told(String yaml, GuestIdentity identity, boolean alive) {
        return whole(yaml, alive)
                .replace(
                        "record " + parsed(yaml).toJson(),
                        "record " + parsed(yaml).told(identity).toJson());
    }

    static VmRecord parsed(String yaml) {
        String line = record(yaml, MANIFEST.id());
        return VmRecord.parse(line.substring("record ".length()).strip()).orElseThrow();
    }

    static String whole(String yaml, boolean alive) {
        return "leftovers\n" + record(yaml, MANIFEST.id()) + "up\n" + (alive ? "pid 77\n" : "");
    }

    static String manifest() {
        return "manifest " + MANIFEST.toJson() + "\n";
    }

    static List<Change> changes(String yaml, String found) {
        return new Vms().changes(WEB, spec(yaml), VmState.parse("h1", new ProbeOutput(0, found, "")));
    }

    static List<Change> displaced(String yaml, String found) {
        return new Vms().displaced(WEB, spec(yaml), VmState.parse("h1", new ProbeOutput(0, found, "")));
    }

    static List<Claim> claims(String yaml, String found) {
        VmState have = VmState.parse("h1", new ProbeOutput(0, found, ""));
        return new Vms().claims(WEB, spec(yaml), have, changes(yaml, found));
    }

    static Change only(List<Change> changes) {
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    static List<VmTask> tasks(Change change) {
        List<VmTask> tasks = new ArrayList<>();
        for (Step step : change.steps()) {
            if (step instanceof Step.Emulator emulator) {
                tasks.add((VmTask) emulator.task());
            }
        }
        return tasks;
    }

    static VmTask.StartVm start(Change change) {
        return tasks(change).stream()
                .filter(VmTask.StartVm.class::isInstance)
                .map(VmTask.StartVm.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
