package tplctl.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.Change;
import tplctl.kind.Field;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.model.Common;
import tplctl.model.Declared;
import tplctl.model.OwnedRecord;
import tplctl.model.Playbook;
import tplctl.model.Resource;
import tplctl.model.ResourceGraph;

/** Kinds and resources that tests render; the kinds' fields are of every shape there is. */
public final class Samples {
    public static final Position HERE = new Position("site.yml", 3, 5);

    /** The spec of all these kinds: nothing. */
    public record Nothing() {}

    private static final Schema<Nothing> MACHINE = new Schema<>(
            "a machine",
            List.of(
                    Field.required("ram", Types.SIZE, "memory of the machine"),
                    Field.withDefault("vcpus", Types.integer(1, 4096), 1, "number of virtual CPUs"),
                    Field.withDefault("accel", Types.oneOf("auto", "kvm", "tcg"), "auto", "accelerator"),
                    Field.withDefault("options", Types.map(Types.WORD), Map.of(), "further options of -machine")),
            (v, to) -> new Nothing());

    public static final Kind<?, ?> MOUNTS = new Sample(
            "mounts",
            "a file system is mounted at path with that type and size",
            "mounts:\n  ramdisk: { type: tmpfs, path: /mnt/ramdisk, size: 500M }\n",
            new Schema<>(
                    "a mount",
                    List.of(
                            Field.required("path", Types.PROVIDED_PATH, "where it is mounted"),
                            Field.required("type", Types.WORD, "any type that mount(8) knows"),
                            Field.optional("size", Types.SIZE, "its size, rounded up to pages"),
                            Field.withDefault("persist", Types.BOOL, false, "whether it survives a reboot")),
                    (v, to) -> new Nothing()),
            Optional.empty(),
            false);

    public static final Kind<?, ?> PACKAGES = new Sample(
            "packages",
            "the named distribution packages are installed",
            "packages: [qemu-system-x86, qemu-utils]\n",
            new Schema<>(
                    "packages",
                    List.of(Field.required("names", Types.list(Types.WORD), "the packages")),
                    (v, to) -> new Nothing()),
            Optional.of("names"),
            false);

    public static final Kind<?, ?> VMS = new Sample(
            "vms",
            "the VM runs, as a clone of a template or as a plain boot",
            "vms:\n  web: { template: base, count: 3 }\n",
            new Schema<>(
                    "a VM",
                    List.of(
                            Field.optional("template", Types.ref("templates"), "the template that it is a clone of"),
                            Field.optional("machine", Types.fields(MACHINE), "the machine of one that is no clone"),
                            Field.optional("boots_after", Types.list(Types.DURATION, true), "delays between starts")),
                    (v, to) -> new Nothing()),
            Optional.empty(),
            true);

    public static final List<Kind<?, ?>> KINDS = List.of(PACKAGES, MOUNTS, VMS);

    private record Sample(
            String name,
            String doc,
            String example,
            Schema<Nothing> schema,
            Optional<String> listField,
            boolean counted)
            implements Kind<Nothing, Nothing> {
        @Override
        public Probe<Nothing> probe(Subject self, Nothing want) {
            return new Probe<>(Sh.of("true"), (ProbeOutput out) -> new Nothing());
        }

        @Override
        public List<Change> changes(Subject self, Nothing want, Nothing have) {
            return List.of();
        }

        @Override
        public Optional<Map<String, String>> trace(Subject self, Nothing want, Nothing have) {
            return Optional.of(Map.of("name", self.name()));
        }

        @Override
        public Removal removal(Subject self, Map<String, String> trace) {
            return new Removal("/mnt/" + self.name(), run("umount -- {}", "/mnt/" + self.name()));
        }
    }

    private Samples() {}

    public static ResourceId id(String host, String local) {
        int dot = local.indexOf('.');
        return new ResourceId(host, local.substring(0, dot), local.substring(dot + 1));
    }

    public static Step run(String template, Object... values) {
        return new Step.Run(Sh.of(template, values), "running it");
    }

    /** A resource with the tags given. */
    public static Resource<?, ?> resource(ResourceId id, String... tags) {
        return resource(id, List.of(), tags);
    }

    /** A resource that needs others. */
    @SuppressWarnings("unchecked") // every kind here is a Sample
    public static Resource<?, ?> resource(ResourceId id, List<ResourceId> needs, String... tags) {
        Kind<Nothing, Nothing> kind = (Kind<Nothing, Nothing>) KINDS.stream()
                .filter(k -> k.name().equals(id.kind()))
                .findFirst()
                .orElseThrow();
        List<Ref> refs = needs.stream()
                .map(n -> new Ref(n.host(), n.kind(), n.name(), HERE))
                .toList();
        Common common = new Common(refs, new TreeSet<>(List.of(tags)), Optional.empty(), Optional.empty(), 0, false);
        Resource.Ties ties = new Resource.Ties(refs, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        return new Resource<>(new Subject(id, "site"), kind, new Nothing(), id.name(), common, ties, HERE, kind);
    }

    public static ResourceGraph graph(Resource<?, ?>... resources) {
        Diagnostics errors = new Diagnostics();
        List<Resource<?, ?>> all = List.of(resources);
        List<String> hosts = all.stream().map(r -> r.id().host()).distinct().toList();
        ResourceGraph graph =
                ResourceGraph.of(new Playbook("site", all, Set.of(), hosts, Map.of()), Declared.NOTHING_ELSE, errors);
        errors.throwIfErrors();
        return graph;
    }

    public static OwnedRecord owned(ResourceId id) {
        return new OwnedRecord(id, "site", List.of(), List.of(), false, Map.of());
    }
}
