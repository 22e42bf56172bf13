package tplctl.kinds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.CommandLine;
import tplctl.machine.ConsoleFields;
import tplctl.machine.Identity;
import tplctl.machine.Layout;
import tplctl.machine.Machine;
import tplctl.machine.MachineFields;
import tplctl.machine.Manifest;
import tplctl.machine.Platform;
import tplctl.machine.QemuVersion;
import tplctl.machine.Ready;
import tplctl.machine.Room;
import tplctl.machine.SharingRules;
import tplctl.machine.TakenPorts;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** A machine that was booted once and frozen: its RAM file, its device state, its disk, and the manifest that vouches for them. */
final class Templates implements Kind<Templates.Spec, TemplateState> {
    /**
     * A template.
     *
     * @param template complete once it is linked
     * @param copiedFrom another host that builds it for this one
     * @param address where that one reaches this one
     */
    record Spec(TemplateInfo template, Ready ready, Optional<String> copiedFrom, String address) {}

    private static final Field<Machine> MACHINE =
            Field.required("machine", Types.fields(MachineFields.SCHEMA), "the hardware that clones get too");
    private static final Field<AbsPath> MEMORY =
            Field.required("memory", Types.PROVIDED_PATH, "the RAM file; on a tmpfs or hugetlbfs");
    private static final Field<AbsPath> STATE =
            Field.required("state", Types.PROVIDED_PATH, "the device state's file; the manifest lies beside it");
    private static final Field<Optional<Ready>> READY = Field.optional(
            "ready", Types.fields(Ready.SCHEMA), "when the guest is ready to be frozen; at once when left out");

    private static final Field<Optional<String>> BUILD_ON = Field.optional(
            "build_on",
            Types.HOST,
            "one of the play's hosts, which builds it; the others get a copy, so that all of them have the same");

    @Override
    public String name() {
        return "templates";
    }

    @Override
    public String doc() {
        return "A sealed template exists: RAM file, device state and manifest.";
    }

    @Override
    public String example() {
        return """
                templates:
                  base:
                    machine: { vcpus: 1, ram: 1G, disk: vm }
                    memory: /mnt/hugetlb/memory
                    state: /mnt/ramdisk/state
                    ready: { serial: "login:", timeout: 3m }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>("a template", List.of(MACHINE, MEMORY, STATE, READY, BUILD_ON), Templates::build);
    }

    private static Spec build(Values v, Decoding to) {
        Machine machine = v.get(MACHINE);
        if (!machine.nics().isEmpty()) {
            to.error(
                    v.at(MACHINE),
                    "\"nics\" in a template",
                    "a card's address would be part of the saved state; give the nics to the vms");
        }
        if (v.get(READY).filter(Ready::agent).isPresent() && !machine.agent()) {
            to.error(
                    v.at(READY),
                    "this takes qemu-guest-agent in the guest, which the machine has no channel for",
                    "write \"agent: true\" in the machine");
        }
        ConsoleFields.waited(v, READY, machine.serial(), to);
        if (v.get(MEMORY).equals(v.get(STATE))) {
            to.error(v.at(STATE), "\"memory\" and \"state\" are the same file", "give them two paths");
        }
        TemplateInfo template = new TemplateInfo(v.name(), machine, v.get(MEMORY), v.get(STATE), Optional.empty());
        template.memories().stream().skip(1).forEach(file -> to.provides(file, v.at(MEMORY)));
        Optional<String> builder = v.get(BUILD_ON).filter(host -> !host.equals(to.host()));
        builder.ifPresent(host -> to.refer(new Ref(host, "templates", v.name(), v.at(BUILD_ON))));
        return new Spec(template, v.get(READY).orElse(Ready.RUNNING), builder, address(to));
    }

    private static String address(Decoding to) {
        Optional<Decoding.Peer> own = Optional.ofNullable(to.peers().get(to.host()));
        return own.flatMap(Decoding.Peer::address).orElse(to.host());
    }

    @Override
    public Set<String> after() {
        return Set.of("packages", "builds");
    }

    @Override
    public boolean namedHostWide() {
        return true;
    }

    @Override
    public Object exports(Subject self, Spec spec) {
        return spec.template();
    }

    @Override
    public Spec link(Subject self, Spec spec, Links links, Decoding errors) {
        TemplateInfo t = spec.template();
        TemplateInfo linked = new TemplateInfo(
                t.name(), MachineFields.link(t.machine(), links), t.memory(), t.state(), Optional.empty());
        return new Spec(linked.lyingOn(links), spec.ready(), spec.copiedFrom(), spec.address());
    }

    @Override
    public Probe<TemplateState> probe(Subject self, Spec want) {
        Map<String, Sh> elsewhere = new LinkedHashMap<>();
        want.copiedFrom()
                .ifPresent(host -> elsewhere.put(
                        host,
                        Sh.of(
                                "{ read -r sealed < {}; } 2>/dev/null && printf 'manifest %s\\n' \"$sealed\"\n:",
                                want.template().manifest())));
        return new Probe<>(
                TemplateState.script(want.template(), self.id().host()),
                elsewhere,
                out -> TemplateState.parse(out, want.template().memories().size())
                        .knowing(out, want.template(), want.copiedFrom()));
    }

    @Override
    public Set<String> elsewhere(Subject self, Spec want) {
        return want.copiedFrom().map(Set::of).orElse(Set.of());
    }

    @Override
    public List<Change> changes(Subject self, Spec want, TemplateState have) {
        Optional<TemplateState.Difference> difference = have.difference(want.template());
        if (difference.isEmpty()) {
            return List.of();
        }
        Optional<Change> refused = refusal(want.template(), have, difference.get())
                .or(() -> have.otherVersion()
                        .map(why -> Change.refused(
                                difference.get().impact(),
                                "emulator",
                                difference.get().from(),
                                difference.get().to(),
                                why)));
        if (refused.isPresent()) {
            return List.of(refused.get());
        }
        boolean replaces = difference.get().impact() == Impact.REPLACE;
        if (!have.taken().isEmpty()
                && want.copiedFrom().isEmpty()
                && !(replaces && !have.clones().isEmpty())) {
            return List.of(Change.refused(
                    difference.get().impact(),
                    difference.get().field(),
                    difference.get().from(),
                    difference.get().to(),
                    TakenPorts.refusal(have.taken(), self.id().host(), "the template shall while it is built")));
        }
        List<ResourceId> clones = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        if (replaces) {
            have.clones().forEach(n -> clones.add(new ResourceId(self.id().host(), "vms", n)));
            steps.add(new Step.Run(VmScripts.markStale(have.clones()), "mark the clones of the old template"));
            // The ports that are taken may be theirs.
            if (removesFirst(want.template(), have) || !have.taken().isEmpty()) {
                have.clones().forEach(n -> steps.add(stop(n)));
            }
        }
        if (removesFirst(want.template(), have)) {
            steps.add(removeStep(self.name(), want.template(), have));
        }
        steps.add(new Step.Emulator(
                want.copiedFrom().isPresent()
                        ? copyTask(self, want, have, want.copiedFrom().get())
                        : task(self, want, have)));
        movedFrom(want.template(), have).forEach(old -> steps.add(dropStep(old)));
        Change change = new Change(
                difference.get().impact(),
                difference.get().field(),
                difference.get().from(),
                difference.get().to(),
                steps);
        return List.of(change.displacing(clones).noting(notes(want, have)));
    }

    private static Optional<Change> refusal(
            TemplateInfo template, TemplateState have, TemplateState.Difference difference) {
        Machine machine = template.machine();
        Optional<String> reason = have.emulator()
                .unfit(machine, "templates")
                .or(() ->
                        SharingRules.refusal(machine, have.emulator().version().orElse(QemuVersion.UNKNOWN)));
        return reason.map(why ->
                Change.refused(difference.impact(), difference.field(), difference.from(), difference.to(), why));
    }

    private static VmTask copyTask(Subject self, Spec want, TemplateState have, String from) {
        return new VmTask.CopyTemplate(
                want.template(),
                have.source(),
                from,
                self.id().host(),
                want.address(),
                self.owner(),
                have.emulator().stamp(),
                have.inputs());
    }

    private static VmTask.BuildTemplate task(Subject self, Spec want, TemplateState have) {
        TemplateInfo template = want.template();
        Platform platform =
                have.emulator().platform(template.machine()).orElseGet(() -> Platform.unknown(template.machine()));
        Identity identity = Identity.of(self.id().host(), self.owner(), "template " + self.name());
        List<String> argv = CommandLine.template(
                template.machine(),
                platform,
                Layout.building(self.name()),
                TemplateScripts.draftMemories(template),
                new Identity(self.name(), identity.uuid()));
        return new VmTask.BuildTemplate(
                template,
                platform,
                self.owner(),
                want.ready(),
                have.emulator().stamp(),
                have.inputs(),
                TemplateScripts.prepare(template),
                argv);
    }

    // The new RAM file is made beside the old one, which its clones run on until they are replaced; only where the file
    // system has no room for two does the old one, or what was left of one, go first.
    private static boolean removesFirst(TemplateInfo template, TemplateState have) {
        return have.memoryBytes() > 0
                && have.room()
                        .filter(r -> r.isTmpfs() || r.isHugetlbfs())
                        .filter(r -> r.freeBytes() < template.machine().ram().bytes())
                        .isPresent();
    }

    // A RAM file that the template had elsewhere would take its memory for ever.
    private static List<Manifest.Sealed> movedFrom(TemplateInfo template, TemplateState have) {
        List<String> now = template.memories().stream().map(AbsPath::text).toList();
        return have.manifest().map(Manifest::memory).orElse(List.of()).stream()
                .filter(old -> !now.contains(old.path()))
                .toList();
    }

    private static Step dropStep(Manifest.Sealed old) {
        return new Step.Run(TemplateScripts.dropSealed(old), "remove the RAM file in its old place");
    }

    private static Step stop(String vm) {
        return new Step.Emulator(new VmTask.StopVm(vm, Layout.vm(vm), VmTask.StopVm.DEFAULT_GRACE));
    }

    private static Step removeStep(String name, TemplateInfo template, TemplateState have) {
        List<Manifest.Sealed> old = have.manifest().map(Manifest::memory).orElse(List.of());
        String memory = old.isEmpty() ? template.memory().text() : old.get(0).path();
        int nodes = old.isEmpty() ? template.memories().size() : old.size();
        Sh script = TemplateScripts.remove(name, memory, nodes, template.state().text());
        return new Step.Run(script, "remove the old template, which leaves no room for another");
    }

    private static List<String> notes(Spec want, TemplateState have) {
        List<String> notes = new ArrayList<>();
        if (want.copiedFrom().isPresent()) {
            notes.add("copied from " + want.copiedFrom().get() + ", digests compared");
            return notes;
        }
        Optional<Platform> platform = have.emulator().platform(want.template().machine());
        if (have.emulator().path().isEmpty()) {
            notes.add("the emulator " + want.template().machine().emulator()
                    + " is not there yet; accelerator and machine type are known once it is");
        }
        platform.filter(p -> !p.accelReason().isEmpty())
                .ifPresent(p -> notes.add("runs under tcg: " + p.accelReason()));
        platform.filter(p -> p.accel().equals("kvm"))
                .flatMap(p -> have.emulator().kvm().filter(answer -> !answer.equals("ok")))
                .ifPresent(why -> notes.add("is to run under kvm, but " + why + "; \"accel: auto\" takes tcg then"));
        platform.filter(p -> !p.mapsTemplateReadOnly())
                .ifPresent(p -> notes.add("QEMU " + p.version() + " cannot map the RAM file read-only (8.2 can):"
                        + " devices that give memory back are refused"));
        if (!have.away().isEmpty() && have.manifest().isPresent()) {
            notes.add(String.join(", ", have.away()) + (have.away().size() == 1 ? " is" : " are")
                    + " on another host and not replaced with it");
        }
        return notes;
    }

    @Override
    public List<Claim> claims(Subject self, Spec want, TemplateState have, List<Change> changes) {
        if (changes.isEmpty() || changes.get(0).isRefused()) {
            return List.of();
        }
        boolean first = removesFirst(want.template(), have);
        return Room.claims(want.template(), have.room(), 1, first ? have.memoryBytes() : 0).stream()
                .map(claim -> claim.once("the template " + self.name()))
                .toList();
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, TemplateState have) {
        Map<String, String> trace = new LinkedHashMap<>();
        trace.put("memory", want.template().memory().text());
        trace.put("state", want.template().state().text());
        int nodes = want.template().memories().size();
        if (nodes > 1) {
            trace.put("nodes", Integer.toString(nodes));
        }
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        String memory = trace.getOrDefault("memory", "");
        String state = trace.getOrDefault("state", "");
        int nodes = Integer.parseInt(trace.getOrDefault("nodes", "1"));
        return new Removal(
                memory, new Step.Run(TemplateScripts.remove(self.name(), memory, nodes, state), "remove the template"));
    }
}
