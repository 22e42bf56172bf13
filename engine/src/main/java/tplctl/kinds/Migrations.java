package tplctl.kinds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.ByteSize;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Kind;
import tplctl.kind.Links;
import tplctl.kind.Probe;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;
import tplctl.machine.DiskImage;
import tplctl.machine.Layout;
import tplctl.machine.Listener;
import tplctl.machine.TemplateInfo;
import tplctl.machine.VmScripts;
import tplctl.machine.VmTask;

/** A VM that is declared on one host and runs on another, where it was brought without being shut down. */
final class Migrations implements Kind<MigrationSpec, MigrationState> {
    private static final String VMS = "vms";

    private static final Field<String> FROM =
            Field.required("from", Types.HOST, "the host that the VM is declared on, in vms");
    private static final Field<String> TO = Field.required("to", Types.HOST, "the host that it runs on");
    private static final Field<Optional<String>> VM = Field.optional(
            "vm",
            Types.scalar(
                    "the name of one of vms",
                    new tplctl.kind.Shape.Text(Types.NAME.pattern()),
                    s -> Optional.of(s.text()).filter(t -> Types.NAME.matcher(t).matches())),
            "the VM; the one of the entry's name when left out");
    private static final Field<String> MODE = Field.withDefault(
            "mode",
            Types.oneOf("auto", "template-aware", "full"),
            "auto",
            "what of its RAM is sent: template-aware sends the pages that differ from the template's, or fails; full sends all;"
                    + " auto sends what differs where it can, and all with a warning where it cannot");
    private static final Field<Optional<ByteSize>> BANDWIDTH = Field.optional(
            "bandwidth", Types.SIZE, "how many bytes a second it may take; as many as it can when left out");
    private static final Field<Optional<Duration>> MAX_DOWNTIME = Field.optional(
            "max_downtime",
            Types.DURATION,
            "how long the guest may stand still for the last of its RAM; QEMU's own limit when left out. The copy of its disk"
                    + " comes on top");
    private static final Field<Optional<Integer>> PORT = Field.optional(
            "port",
            Types.integer(1, 65535),
            "the TCP port that the destination listens on; any free one when left out");
    private static final Field<Optional<String>> ADDRESS = Field.optional(
            "address",
            Types.WORD,
            "where the source reaches the destination; its ansible_host, or else its name, when left out");
    private static final Field<String> ENCRYPTION = Field.withDefault(
            "encryption",
            Types.oneOf("tls", "none"),
            "tls",
            "tls between the two hosts, with certificates made for this one move; none sends all of the guest's memory readable");
    private static final Field<String> STORAGE = Field.withDefault(
            "storage",
            Types.oneOf("copy", "shared"),
            "copy",
            "copy takes the VM's own disk along while the guest stands still; shared says that both hosts see the same files"
                    + " in /var/lib/tplctl/vms");

    @Override
    public String name() {
        return "migrations";
    }

    @Override
    public String doc() {
        return "A VM runs on another host than the one that declares it; found there, it is migrated live.";
    }

    @Override
    public String example() {
        return """
                migrations:
                  web-1: { from: o41, to: o40 }
                """;
    }

    @Override
    public Schema<MigrationSpec> schema() {
        return new Schema<>(
                "a migration",
                List.of(FROM, TO, VM, MODE, BANDWIDTH, MAX_DOWNTIME, PORT, ADDRESS, ENCRYPTION, STORAGE),
                Migrations::build);
    }

    private static MigrationSpec build(Values v, Decoding to) {
        String from = v.get(FROM);
        String host = v.get(TO);
        String vm = v.get(VM).orElse(v.name());
        Ref ref = new Ref(from, VMS, vm, v.at(v.isSet(VM) ? VM : FROM));
        if (from.equals(host)) {
            to.error(v.at(TO), "\"from\" and \"to\" are the same host", "a migration is between two");
        } else {
            to.standsFor(ref);
            to.occupies("the VM " + vm, v.at());
        }
        return new MigrationSpec(
                ref,
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                VmTask.MoveVm.Mode.valueOf(v.get(MODE).replace('-', '_').toUpperCase(java.util.Locale.ROOT)),
                v.get(BANDWIDTH),
                v.get(MAX_DOWNTIME),
                v.get(PORT).map(OptionalInt::of).orElse(OptionalInt.empty()),
                address(v, from, host, to),
                v.get(ENCRYPTION).equals("tls"),
                v.get(STORAGE).equals("shared"));
    }

    private static String address(Values v, String from, String host, Decoding to) {
        Optional<Decoding.Peer> peer = Optional.ofNullable(to.peers().get(host));
        boolean both = Optional.ofNullable(to.peers().get(from))
                .filter(Decoding.Peer::isLocal)
                .isPresent();
        boolean local = peer.filter(Decoding.Peer::isLocal).isPresent();
        Optional<String> known = v.get(ADDRESS).or(() -> peer.flatMap(Decoding.Peer::address));
        if (known.isEmpty() && local && !both) {
            to.error(
                    v.at(TO),
                    "no address is known under which " + from + " reaches " + host,
                    "say it in \"address\", or in the inventory as its ansible_host");
        }
        return known.orElse(local ? "127.0.0.1" : host);
    }

    @Override
    public Optional<String> placedBy() {
        return Optional.of(TO.name());
    }

    @Override
    public Set<String> elsewhere(Subject self, MigrationSpec spec) {
        return Set.of(spec.from());
    }

    @Override
    public Set<String> after() {
        return Set.of(
                "packages", "builds", "hugepages", "mounts", "directories", "files", "images", "commands", "templates");
    }

    @Override
    public MigrationSpec link(Subject self, MigrationSpec spec, Links links, Decoding errors) {
        Optional<VmSpec> vm = links.of(spec.vm(), VmSpec.class);
        vm.filter(v -> !v.running())
                .ifPresent(v -> errors.error(
                        spec.vm().at(),
                        spec.from() + ":vms." + spec.name() + " is not to run",
                        "only a VM that runs can be migrated; take \"running: false\" away, or the migration"));
        Set<String> images = new HashSet<>();
        vm.map(MigrationState::images)
                .orElse(List.of())
                .forEach(path -> AbsPath.parse(path)
                        .flatMap(p -> links.providing(p, DiskImage.class))
                        .ifPresent(image -> images.add(image.path().text())));
        vm.filter(v -> v.template().isPresent() || v.machine().isPresent())
                .filter(VmSpec::running)
                .map(v -> Listener.of(v.hardware()))
                .orElse(List.of())
                .forEach(port -> port.occupy(spec.vm().at(), errors));
        return spec.linked(vm, vm.flatMap(VmSpec::template).map((TemplateInfo t) -> t.lyingOn(links)), images);
    }

    @Override
    public Probe<MigrationState> probe(Subject self, MigrationSpec want) {
        return new Probe<>(
                MigrationState.script(want),
                Map.of(want.from(), MigrationState.elsewhere(want)),
                out -> MigrationState.parse(want, self.id().host(), want.identity(self), out));
    }

    @Override
    public List<Change> changes(Subject self, MigrationSpec want, MigrationState have) {
        return new MigrationChanges(self, want, have).changes();
    }

    @Override
    public List<Change> displaced(Subject self, MigrationSpec want, MigrationState have) {
        return new MigrationChanges(self, want, have).displaced();
    }

    @Override
    public List<Claim> claims(Subject self, MigrationSpec want, MigrationState have, List<Change> changes) {
        return new MigrationNeeds(self.id().host(), want, have).claims(changes);
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, MigrationSpec want, MigrationState have) {
        Map<String, String> trace = new LinkedHashMap<>();
        trace.put(STANDS_FOR, want.vmOf(self).id().toString());
        Optional<TemplateInfo> template = want.machine().template();
        trace.put("template", template.map(TemplateInfo::name).orElse(""));
        trace.put("memory", template.map(t -> t.memory().text()).orElse(""));
        trace.put("state", template.map(t -> t.state().text()).orElse(""));
        template.map(t -> t.memories().size())
                .filter(nodes -> nodes > 1)
                .ifPresent(nodes -> trace.put("nodes", Integer.toString(nodes)));
        trace.put("shared", Boolean.toString(want.shared()));
        trace.put("grace_ms", Long.toString(want.machine().grace().toMillis()));
        return Optional.of(trace);
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        ResourceId vm = ResourceId.parse(traced.text(STANDS_FOR))
                .orElseThrow(() -> new IllegalStateException("the record's \"" + STANDS_FOR + "\" is no id"));
        Layout.Dirs dirs = Layout.vm(vm.name());
        Duration grace = Duration.ofMillis(traced.number("grace_ms"));
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Emulator(new VmTask.StopVm(vm.name(), dirs, grace)));
        steps.add(new Step.Run(
                VmScripts.removeArrived(
                        vm.name(),
                        traced.find("template").orElse(""),
                        traced.find("memory").orElse(""),
                        Integer.parseInt(traced.find("nodes").orElse("1")),
                        traced.find("state").orElse(""),
                        traced.find("shared")
                                .filter("true"::equals)
                                .map(s -> self.id().host())
                                .orElse("")),
                "remove the VM and its disk"));
        steps.add(new Step.Emulator(new VmTask.ForgetMove(vm.name(), vm.host())));
        return new Removal(dirs.lib(), steps, List.of());
    }
}
