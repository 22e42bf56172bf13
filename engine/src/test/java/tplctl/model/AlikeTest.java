package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.inventory.Inventory;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
import tplctl.kinds.Kinds;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/** Decoding for many hosts gives each of them what decoding for it alone gives. */
class AlikeTest {
    private static final int HOSTS = 30;
    private static final Position AT = new Position("inventory", 1, 1);
    private static final Node SHARED = new Scalar("/srv/{{ rack }}", false, AT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "files: { f: { path: /f, content: same } }",
                "files: { f: { path: /f, content: \"{{ inventory_hostname }}\" } }",
                "files: { f: { path: /f, content: \"{{ rack }}\" } }",
                "files: { f: { path: \"{{ shared }}/f\", content: x } }",
                "files: { f: { path: /f, content: \"{{ facts.name }}\" } }",
                "files: { f: { path: /f, content: \"{{ hostvars[inventory_hostname].rack }}\" } }",
                "files: { f: { path: /f, content: \"{{ hostvars['h3'].rack }}\" } }",
                "files: { f: { path: /f, content: \"{{ groups.all | length }} {{ group_names | length }}\" } }",
                "files: { f: { path: /f, content: \"{{ greeting }}\" } }",
                "files: { f: { path: /f, content: \"{% for h in groups.all %}{{ hostvars[h].rack }}{% endfor %}\" } }",
                "files: { f: { path: /f, content: \"{{ 'a' if rack == 'r1' else inventory_hostname }}\" } }",
                "files: { f: { path: /f, content: \"{{ missing | default(inventory_hostname) }}\" } }",
                "files: { f: { path: /f, content: \"{{ only_of_h4 | default('none') }}\" } }",
                "files: { f: { path: /f, template: t.j2 } }",
                "files: { f: { path: /f, content: a, when: rack == 'r1' } }",
                "files: { f: { path: /f, content: a, when: facts.name == 'of-h3' } }",
                "files: { f: { path: /f, content: a, timeout: \"{{ seconds }}\", tags: \"{{ rack }}\" } }",
                "files: { f: { path: /f, content: a, needs: files.g }, g: { path: /g, content: b } }",
                "files: { f: { path: /f, content: a, needs: \"h1:files.g\" }, g: { path: /g, content: b } }",
                "files: { f: { path: /f, content: a, needs: [files.g, \"h3:files.g\"] }, g: { path: /g, content: b } }",
                "files: { f: { path: /f, content: a, needs: \"files.{{ rack }}\" }, r0: { path: /0, content: b },"
                        + " r1: { path: /1, content: b }, r2: { path: /2, content: b }, r3: { path: /3, content: b } }",
                "directories: { d: { path: /d, needs: packages.default, tags: a } }\n  packages: [curl]",
                "packages: [curl, \"{{ rack }}\"]",
                "packages: [curl]",
                "packages: \"{{ list }}\"",
                "directories: \"{{ tree }}\"",
                "directories: { d: \"{{ tree.a }}\" }",
                "vms: { v: { count: 2, template: t, shutdown_timeout: \"{{ index + 1 }}s\" } }",
                "vms: { v: { count: \"{{ seconds }}\", template: t } }",
            })
    void eachHostGetsWhatItWouldGetAlone(String section) {
        Project all = decode("all", section, new Diagnostics());
        for (int i = 1; i <= HOSTS; i++) {
            String host = "h" + i;
            Project alone = decode(host, section, new Diagnostics());
            assertThat(shown(all, host)).as(host).isEqualTo(shown(alone, host));
        }
    }

    @Test
    void theErrorsOfALaterHostAreReported() {
        Diagnostics errors = new Diagnostics();
        decode("all", "files: { f: { path: \"{{ path }}\", content: a } }", errors);
        assertThat(errors.sorted())
                .singleElement()
                .satisfies(d -> assertThat(d.summary()).isEqualTo("\"path\" takes an absolute path, not \"relative\""));
    }

    @Test
    void whatReadsTheSameOnTwoHostsIsDecodedOnce() {
        Project all = decode("all", "files: { f: { path: \"{{ shared }}\", content: a } }", new Diagnostics());
        assertThat(spec(all, "h1")).isSameAs(spec(all, "h5")).isNotSameAs(spec(all, "h2"));
    }

    /** A command of the same run may have made it anew. */
    @Test
    void aLocalFileIsReadForEachHostWhenItIsAskedAbout() {
        String yaml = "- hosts: all\n  files: { f: { path: /f, source: s } }\n";
        Node root = YamlReader.read("p.yml", yaml, new Diagnostics()).orElseThrow();
        StringBuilder text = new StringBuilder("old");
        Decoding.Asset asset = asset("s", () -> Content.of(text.toString()));
        Project all = Project.of(
                root,
                new Project.Context(
                        "site",
                        inventory(),
                        Map.of(),
                        Kinds.named(),
                        path -> Optional.of(asset),
                        false,
                        AlikeTest::facts),
                new Diagnostics());
        List<String> before =
                all.playbook().resources().stream().map(AlikeTest::content).toList();
        text.replace(0, text.length(), "made anew");
        List<String> after =
                all.playbook().resources().stream().map(AlikeTest::content).toList();
        assertThat(before).hasSize(HOSTS).containsOnly(before.get(0)).allMatch(c -> c.contains("3 bytes"));
        assertThat(after).hasSize(HOSTS).allMatch(c -> c.contains("9 bytes"));
    }

    private static Object spec(Project project, String host) {
        return Playbooks.resource(project, host + ":files.f").spec();
    }

    private static List<String> shown(Project project, String host) {
        List<String> resources = project.playbook().resources().stream()
                .filter(r -> r.id().host().equals(host))
                .map(AlikeTest::shown)
                .toList();
        List<String> others = java.util.stream.Stream.concat(
                        project.playbook().unmanaged().stream(), project.playbook().leftOut().keySet().stream())
                .filter(id -> id.host().equals(host))
                .map(id -> "not " + id)
                .sorted()
                .toList();
        assertThat(resources.size() + others.size()).isPositive();
        return java.util.stream.Stream.concat(resources.stream(), others.stream())
                .toList();
    }

    // The script of a probe and the step of a change hold all that a spec says, its content by digest.
    private static <S, O> String shown(Resource<S, O> r) {
        String exact = r.kind().name().equals("vms")
                ? r.spec().toString()
                : r.spec() + " " + r.probe().script().script();
        return r.subject() + " " + exact + " " + r.common() + " " + r.ties() + " " + r.group() + " " + r.at()
                + content(r);
    }

    private static <S, O> String content(Resource<S, O> r) {
        return r.kind().name().equals("files")
                ? r.changes(r.probe().parse().apply(new tplctl.kind.ProbeOutput(0, List.of("absent 0"))))
                        .toString()
                : "";
    }

    private static Project decode(String hosts, String section, Diagnostics errors) {
        String yaml = "- hosts: " + hosts + "\n"
                + "  vars: { greeting: \"hello {{ rack }}\", list: [curl, \"of-{{ inventory_hostname }}\"],"
                + " tree: { a: { path: \"/{{ rack }}\" } } }\n  " + section + "\n";
        Node root = YamlReader.read("p.yml", yaml, errors).orElseThrow(() -> new AssertionError(errors.sorted()));
        return Project.of(
                root,
                new Project.Context(
                        "site", inventory(), Map.of(), Kinds.named(), AlikeTest::file, false, AlikeTest::facts),
                errors);
    }

    private static Inventory inventory() {
        Map<String, Inventory.Host> hosts = new LinkedHashMap<>();
        for (int i = 1; i <= HOSTS; i++) {
            Map<String, Node> vars = new LinkedHashMap<>();
            vars.put("rack", new Scalar("r" + i % 4, false, AT));
            vars.put("seconds", new Scalar(Integer.toString(i % 3 + 1), true, AT));
            vars.put("ansible_become", new Scalar(i % 2 == 0 ? "true" : "false", true, AT));
            vars.put("shared", SHARED);
            vars.put("path", new Scalar(i == 17 ? "relative" : "/absolute", true, AT));
            if (i == 4) {
                vars.put("only_of_h4", new Scalar("four", true, AT));
            }
            hosts.put("h" + i, new Inventory.Host("h" + i, vars));
        }
        return new Inventory(hosts);
    }

    private static Optional<Node> facts(Inventory.Host host) {
        return host.name().equals("h7")
                ? Optional.empty()
                : YamlReader.read("facts", "{ name: of-" + host.name() + " }", new Diagnostics())
                        .filter(MapNode.class::isInstance);
    }

    private static Optional<Decoding.Asset> file(String path) {
        Content content = Content.of("{{ rack }} of {{ inventory_hostname }}\n{% if rack == 'r1' %}one{% endif %}");
        return Optional.of(asset(path, () -> content));
    }

    private static Decoding.Asset asset(String path, Supplier<Content> content) {
        return new Decoding.Asset() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public long size() {
                return content.get().size();
            }

            @Override
            public Content content() {
                return content.get();
            }
        };
    }
}
