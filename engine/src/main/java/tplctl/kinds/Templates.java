package tplctl.kinds;

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
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.ConsoleFields;
import tplctl.machine.Machine;
import tplctl.machine.MachineFields;
import tplctl.machine.Ready;
import tplctl.machine.TemplateInfo;
import tplctl.machine.TemplateScripts;

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
        return new TemplateChanges(self, want, have).changes();
    }

    @Override
    public List<Claim> claims(Subject self, Spec want, TemplateState have, List<Change> changes) {
        return new TemplateChanges(self, want, have).claims(changes);
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
