package tplctl.kinds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tplctl.diag.Diagnostics;
import tplctl.kind.AbsPath;
import tplctl.kind.Kind;
import tplctl.kind.ProbeOutput;
import tplctl.machine.DiskImage;
import tplctl.machine.Identity;
import tplctl.machine.Samples;
import tplctl.machine.TemplateInfo;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/**
 * One file of {@code resources/kinds/KIND/SORT/}. All sorts have {@code spec} and may have {@code name} (of the resource),
 * {@code assets} (local files), {@code template} (the machine of the template {@code base}), {@code vm} (the VM {@code it}), and {@code images} (what {@code images} resources export).
 *
 * <ul>
 *   <li>{@code decode}: {@code errors}, the diagnostics that the spec gives, each {@code summary | detail};
 *   <li>{@code parse}: {@code exit, stdout, stderr} of the probe, and the {@code state} read from them, or part of the
 *       {@code error};
 *   <li>{@code changes}: {@code observed}, and in {@code observed-elsewhere} what other hosts said or {@code unreachable: WHY}, as stdout, where {@code @digest@} stands for the wanted spec's, or as {@code {exit,
 *       stdout, stderr}}; the {@code changes}; optionally
 *       {@code claims} and {@code trace}; and what is observed {@code after} them.
 * </ul>
 */
record KindCase(Kind<?, ?> kind, String sort, String file, MapNode body) {
    private static final String UNREACHABLE = "unreachable:";
    private static final Path ROOT = Path.of("src/test/resources/kinds");

    static List<KindCase> all(Kind<?, ?> kind, String sort) {
        Path folder = ROOT.resolve(kind.name()).resolve(sort);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().map(f -> read(kind, sort, f)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KindCase read(Kind<?, ?> kind, String sort, Path file) {
        Diagnostics errors = new Diagnostics();
        try {
            Optional<Node> root = YamlReader.read(file.toString(), Files.readAllBytes(file), errors);
            errors.throwIfErrors();
            String name = kind.name() + "/" + sort + "/" + file.getFileName();
            return new KindCase(kind, sort, name, (MapNode) root.orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<? extends Trial<?, ?>> decode(Diagnostics errors) {
        MapNode spec = (MapNode) body.get("spec").orElseThrow();
        return Trial.decode(kind, text("name").orElse("it"), spec, assets(), links(), errors);
    }

    Trial<?, ?> trial() {
        Diagnostics errors = new Diagnostics();
        return decode(errors).orElseThrow(() -> new AssertionError(file + ": " + errors.sorted()));
    }

    Optional<String> text(String key) {
        return body.get(key).map(KindCase::text);
    }

    ProbeOutput output(String key) {
        Node node = body.get(key).orElseThrow(() -> new AssertionError(file + " has no " + key));
        ProbeOutput own = node instanceof MapNode map ? output(map) : new ProbeOutput(0, filled(text(node)), "");
        return own.with(elsewheres(key));
    }

    private Map<String, ProbeOutput.Elsewhere> elsewheres(String key) {
        Map<String, ProbeOutput.Elsewhere> elsewhere = new HashMap<>();
        map(key + "-elsewhere").orElse(Map.of()).forEach((host, stdout) -> elsewhere.put(host, elsewhere(stdout)));
        return elsewhere;
    }

    private ProbeOutput.Elsewhere elsewhere(String stdout) {
        return stdout.startsWith(UNREACHABLE)
                ? ProbeOutput.Elsewhere.unreachable(
                        stdout.substring(UNREACHABLE.length()).strip())
                : ProbeOutput.Elsewhere.of(new ProbeOutput(0, filled(stdout), ""));
    }

    // A digest covers a whole command line; the cases say of it only that it is the wanted one.
    private String filled(String text) {
        if (text.contains("manifest@")) {
            String manifest = Samples.manifest(base()).toJson();
            return filled(
                    text.replace("@manifest@", manifest).replace("@othermanifest@", manifest.replace("bbbb", "cccc")));
        }
        if (text.contains("@own@")) {
            return filled(
                    text.replace("@own@", Identity.of("o41", Trial.OWNER, "it").uuid()));
        }
        if (!text.contains("@digest@")) {
            return text;
        }
        Object spec = trial().spec();
        String digest = spec instanceof VmSpec vm
                ? vm.digest()
                : spec instanceof MigrationSpec migration
                        ? migration.machine().digest()
                        : ((Templates.Spec) spec).template().specDigest();
        return text.replace("@digest@", digest);
    }

    /** The case's own {@code exit, stdout, stderr}. */
    ProbeOutput output() {
        return output(body).with(elsewheres("stdout"));
    }

    private static ProbeOutput output(MapNode map) {
        return new ProbeOutput(
                Integer.parseInt(map.get("exit").map(KindCase::text).orElse("0")),
                map.get("stdout").map(KindCase::text).orElse(""),
                map.get("stderr").map(KindCase::text).orElse(""));
    }

    List<String> texts(String key) {
        return body.get(key).map(n -> texts(n)).orElse(List.of());
    }

    List<MapNode> maps(String key) {
        Node list = body.get(key).orElseThrow(() -> new AssertionError(file + " has no " + key));
        return ((ListNode) list).items().stream().map(MapNode.class::cast).toList();
    }

    Optional<Map<String, String>> map(String key) {
        return body.get(key).map(n -> strings((MapNode) n));
    }

    boolean has(String key) {
        return body.get(key).isPresent();
    }

    static Map<String, String> strings(MapNode map) {
        Map<String, String> strings = new LinkedHashMap<>();
        map.entries().forEach((k, v) -> strings.put(k.text(), text(v)));
        return strings;
    }

    static List<String> texts(Node node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof ListNode list) {
            list.items().forEach(i -> texts.add(text(i)));
        } else {
            texts.add(text(node));
        }
        return texts;
    }

    static String text(Node node) {
        return ((Scalar) node).text();
    }

    private MemoryAssets assets() {
        Map<String, MemoryAssets.File> files = new HashMap<>();
        map("assets").orElse(Map.of()).forEach((path, text) -> files.put(path, MemoryAssets.File.of(path, text)));
        return new MemoryAssets(files);
    }

    private FixedLinks links() {
        Map<String, Object> exports = new HashMap<>();
        map("images")
                .orElse(Map.of())
                .forEach((name, path) -> exports.put("images." + name, new DiskImage(new AbsPath(path), "qcow2")));
        body.get("template").ifPresent(t -> exports.put("templates.base", base()));
        body.get("vm").ifPresent(vm -> exports.put("vms.it", vm((MapNode) vm, new FixedLinks(exports))));
        return new FixedLinks(exports);
    }

    private TemplateInfo base() {
        return Samples.template(Samples.machine(text("template").orElseThrow()));
    }

    private Object vm(MapNode written, FixedLinks links) {
        return Trial.decode(new Vms(), "it", written, assets(), links, new Diagnostics())
                .orElseThrow()
                .spec();
    }

    @Override
    public String toString() {
        return file;
    }
}
