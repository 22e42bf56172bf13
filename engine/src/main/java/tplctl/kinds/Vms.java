package tplctl.kinds;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Position;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.ConsoleFields;
import tplctl.machine.GuestIdentity;
import tplctl.machine.Layout;
import tplctl.machine.Listener;
import tplctl.machine.Machine;
import tplctl.machine.MachineFields;
import tplctl.machine.Ready;
import tplctl.machine.Room;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** A virtual machine that runs: a clone of a template, or one that boots on its own. */
final class Vms implements Kind<VmSpec, VmState> {
    private static final Field<Optional<Ref>> TEMPLATE =
            Field.optional("template", Types.ref("templates"), "the template that it is a clone of");
    private static final Field<Optional<Machine>> MACHINE =
            Field.optional("machine", Types.fields(MachineFields.SCHEMA), "its hardware, when it is no clone");
    private static final Field<Boolean> RUNNING =
            Field.withDefault("running", Types.BOOL, true, "false keeps it defined but off");
    private static final Field<String> RESTART = Field.withDefault(
            "restart",
            Types.oneOf("boot", "fresh"),
            "boot",
            "what happens to a clone that was up and is found off: boot from its own disk, or a fresh clone that drops the disk");
    private static final Field<Optional<GuestIdentity>> GUEST = Field.optional(
            "guest",
            Types.fields(GuestIdentity.SCHEMA),
            "who the guest is, told to it through qemu-guest-agent, once, before \"ready\"; its machine needs \"agent: true\"");
    private static final Field<Optional<Ready>> READY =
            Field.optional("ready", Types.fields(Ready.SCHEMA), "when it counts as up; when it runs, if left out");
    private static final Field<Optional<Duration>> GRACE = Field.optional(
            "shutdown_timeout",
            Types.DURATION,
            "how long the guest may take to shut down before it is ended; 10s when left out");
    private static final Field<Optional<String>> SERIAL =
            Field.optional("serial", Types.WORD, "a clone's own -serial device in place of the template's");
    private static final Field<Optional<String>> MONITOR =
            Field.optional("monitor", Types.WORD, "likewise its -monitor device");
    private static final Field<Optional<String>> QMP =
            Field.optional("qmp", Types.WORD, "likewise a QMP server of your own");

    @Override
    public String name() {
        return "vms";
    }

    @Override
    public String doc() {
        return "The VM runs, as a clone of a template or as a plain boot.";
    }

    @Override
    public String example() {
        return """
                vms:
                  web: { template: base, count: 3 }
                """;
    }

    @Override
    public Schema<VmSpec> schema() {
        return new Schema<>(
                "a VM",
                List.of(
                        TEMPLATE,
                        MACHINE,
                        MachineFields.NICS,
                        RUNNING,
                        RESTART,
                        GUEST,
                        READY,
                        GRACE,
                        SERIAL,
                        MONITOR,
                        QMP),
                Vms::build);
    }

    private static VmSpec build(Values v, Decoding to) {
        if (v.get(TEMPLATE).isPresent() == v.get(MACHINE).isPresent()) {
            to.error(
                    v.at(),
                    v.get(TEMPLATE).isPresent()
                            ? "\"template\" and \"machine\" at once"
                            : "neither \"template\" nor \"machine\"",
                    "a VM is a clone of a template, or has a machine of its own");
        }
        if (v.get(MACHINE).filter(m -> !m.nics().isEmpty()).isPresent() && v.isSet(MachineFields.NICS)) {
            to.error(v.at(MachineFields.NICS), "\"nics\" in the VM and in its machine", "write them once");
        }
        Optional<Position> agentUse = agentUse(v);
        v.get(MACHINE).filter(m -> !m.agent()).flatMap(m -> agentUse).ifPresent(at -> noAgent(at, "its machine", to));
        List.of(SERIAL, MONITOR, QMP).forEach(console -> ConsoleFields.check(v, console, to));
        ConsoleFields.waited(v, READY, v.get(SERIAL).or(() -> v.get(MACHINE).flatMap(Machine::serial)), to);
        to.occupies("the VM " + v.name(), v.at());
        if (v.get(RUNNING)) {
            for (Field<Optional<String>> console : List.of(SERIAL, MONITOR, QMP)) {
                v.get(console).flatMap(Listener::parse).ifPresent(port -> port.occupy(v.at(console), to));
            }
            v.get(MACHINE).map(Listener::of).orElse(List.of()).forEach(port -> port.occupy(v.at(MACHINE), to));
        }
        return new VmSpec(
                v.get(TEMPLATE),
                Optional.empty(),
                v.get(MACHINE),
                v.get(MACHINE).map(Machine::nics).filter(n -> !n.isEmpty()).orElse(v.get(MachineFields.NICS)),
                v.get(RUNNING),
                v.get(RESTART).equals("fresh"),
                v.get(GUEST),
                agentUse,
                v.get(READY).orElse(v.isSet(GUEST) ? Ready.RUNNING_GUEST : Ready.RUNNING),
                v.get(GRACE).orElse(VmTask.StopVm.DEFAULT_GRACE),
                new VmSpec.Consoles(v.get(SERIAL), v.get(MONITOR), v.get(QMP)),
                false);
    }

    private static Optional<Position> agentUse(Values v) {
        if (v.get(GUEST).isPresent()) {
            return Optional.of(v.at(GUEST));
        }
        return v.get(READY).filter(Ready::agent).map(r -> v.at(READY));
    }

    private static void noAgent(Position at, String machine, Decoding to) {
        to.error(
                at,
                "this takes qemu-guest-agent in the guest, which " + machine + " has no channel for",
                "write \"agent: true\" in " + machine);
    }

    @Override
    public boolean counted() {
        return true;
    }

    @Override
    public boolean namedHostWide() {
        return true;
    }

    @Override
    public Set<String> after() {
        return Set.of("packages", "builds");
    }

    @Override
    public VmSpec link(Subject self, VmSpec spec, Links links, Decoding errors) {
        Optional<TemplateInfo> template = spec.templateRef().flatMap(ref -> links.of(ref, TemplateInfo.class));
        template.filter(t -> !t.machine().agent())
                .ifPresent(t -> spec.agentUse()
                        .ifPresent(at -> noAgent(at, "the machine of the template " + t.name(), errors)));
        VmSpec linked =
                spec.linked(template, spec.machine().map(m -> MachineFields.link(m, links)), links.isStoodFor());
        if (spec.running()) {
            linked.inherited()
                    .forEach(console -> Listener.parse(console)
                            .ifPresent(port ->
                                    port.occupy(spec.templateRef().orElseThrow().at(), errors)));
        }
        return linked;
    }

    @Override
    public Probe<VmState> probe(Subject self, VmSpec want) {
        return new Probe<>(
                VmState.script(self.name(), want, self.id().host()),
                out -> VmState.parse(self.id().host(), out));
    }

    @Override
    public List<Change> changes(Subject self, VmSpec want, VmState have) {
        return new VmChanges(self, want, have).changes();
    }

    @Override
    public List<Change> displaced(Subject self, VmSpec want, VmState have) {
        return new VmChanges(self, want, have).displaced();
    }

    @Override
    public List<Claim> claims(Subject self, VmSpec want, VmState have, List<Change> changes) {
        boolean clones = changes.stream()
                .flatMap(c -> c.steps().stream())
                .anyMatch(s -> s instanceof Step.Emulator e
                        && e.task() instanceof VmTask.StartVm start
                        && start.state().isPresent());
        if (!clones || want.template().isEmpty()) {
            return List.of();
        }
        TemplateInfo template = want.template().get();
        boolean huge = template.hugePages().isPresent()
                || have.room().filter(Room::isHugetlbfs).isPresent();
        if (!huge) {
            return List.of(); // a private mapping of a tmpfs file takes ordinary memory, page by page
        }
        long ram = template.machine().ram().bytes();
        return Room.claims(template, have.room(), 1, have.isAlive() ? ram : 0);
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, VmSpec want, VmState have) {
        return Optional.of(Map.of(
                "template",
                want.template().map(TemplateInfo::name).orElse(""),
                "manifest",
                want.template().map(t -> t.manifest().text()).orElse(""),
                "grace_ms",
                Long.toString(want.grace().toMillis())));
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Layout.Dirs dirs = Layout.vm(self.name());
        Duration grace = Duration.ofMillis(Long.parseLong(trace.getOrDefault("grace_ms", "10000")));
        return new Removal(
                dirs.lib(),
                new Step.Emulator(new VmTask.StopVm(self.name(), dirs, grace)),
                new Step.Run(
                        VmScripts.remove(
                                self.name(), trace.getOrDefault("template", ""), trace.getOrDefault("manifest", "")),
                        "remove the VM and its disk"));
    }
}
