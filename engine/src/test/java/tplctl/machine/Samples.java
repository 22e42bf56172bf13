package tplctl.machine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.kind.AbsPath;
import tplctl.kind.Decoding;
import tplctl.kind.Links;
import tplctl.kind.Ref;
import tplctl.text.MapNode;
import tplctl.text.YamlReader;

/** Machines, templates and what hosts remember of them. */
public final class Samples {
    public static final String STAMP =
            "8:12:1073741824:2026-11-23 04:00:00.000000001 +0000:2026-11-23 04:00:00.000000002 +0000";
    public static final Platform PLATFORM =
            new Platform("pc-i440fx-10.0", "kvm", "", new QemuVersion(10, 0, 3), Flavour.STOCK);

    private Samples() {}

    /** A machine as a playbook writes it; each of its images lies in {@code /img}. */
    public static Machine machine(String yaml) {
        Diagnostics errors = new Diagnostics();
        MapNode node = (MapNode) YamlReader.read("machine.yml", yaml, errors).orElseThrow();
        Decoding decoding = new Decoding("h1", errors, noAssets());
        Machine machine = MachineFields.SCHEMA
                .decode("machine", node, List.of(), decoding)
                .orElseThrow(() -> new AssertionError(errors.sorted().toString()));
        return MachineFields.link(machine, new Images());
    }

    public static TemplateInfo template(Machine machine) {
        return new TemplateInfo(
                "base",
                machine,
                new AbsPath("/mnt/hugetlb/memory"),
                new AbsPath("/mnt/ramdisk/state"),
                Optional.empty());
    }

    /** The manifest of a template that was made from that spec. */
    public static Manifest manifest(TemplateInfo template) {
        return manifest(template, PLATFORM);
    }

    public static Manifest manifest(TemplateInfo template, Platform platform) {
        return new Manifest(
                template.name(),
                "site",
                "00112233445566aa",
                template.specDigest(),
                template.machine().emulator(),
                STAMP,
                platform,
                template.machine().ram().bytes(),
                template.memories().stream()
                        .map(file -> new Manifest.Sealed(file.text(), "a".repeat(64), STAMP))
                        .toList(),
                new Manifest.Sealed(template.state().text(), "b".repeat(64), STAMP),
                template.machine().disks().stream()
                        .map(d -> new Manifest.Sealed("/frozen/" + d.ref().name(), "c".repeat(64), STAMP))
                        .toList(),
                List.of());
    }

    /** Assets of a playbook that has no files beside it. */
    public static Decoding.Assets noAssets() {
        return new Decoding.Assets() {
            @Override
            public Optional<Decoding.Asset> find(String path) {
                return Optional.empty();
            }

            @Override
            public Optional<String> render(String path, Position at, Diagnostics errors) {
                return Optional.empty();
            }
        };
    }

    private record Images() implements Links {
        @Override
        public <T> Optional<T> of(Ref ref, Class<T> type) {
            return Optional.of(type.cast(new DiskImage(new AbsPath("/img/" + ref.name()), "qcow2")));
        }

        @Override
        public <T> Optional<T> providing(AbsPath path, Class<T> type) {
            return Optional.empty();
        }
    }

    /** The answer of a probe from its lines. */
    public static String lines(Map<String, String> words) {
        StringBuilder text = new StringBuilder();
        words.forEach((word, rest) -> text.append(word).append(' ').append(rest).append('\n'));
        return text.toString();
    }
}
