package tplctl.inventory;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/** An inventory that a program prints as JSON, as Ansible's inventory scripts do. */
final class ProgramSource {
    private static final String META = "_meta";

    private final String path;
    private final SourceFiles files;
    private final Draft draft;
    private final Diagnostics errors;

    ProgramSource(String path, SourceFiles files, Draft draft, Diagnostics errors) {
        this.path = path;
        this.files = files;
        this.draft = draft;
        this.errors = errors;
    }

    void read() {
        Optional<MapNode> root = ask(List.of("--list"));
        if (root.isEmpty()) {
            return;
        }
        root.get().entries().forEach((name, body) -> {
            if (!name.text().equals(META)) {
                group(name, body);
            }
        });
        Optional<Node> meta = root.get().get(META);
        if (meta.isEmpty()) {
            for (String host : List.copyOf(draft.hostNames())) {
                ask(List.of("--host", host)).ifPresent(vars -> add(host, vars));
            }
        } else if (meta.get() instanceof MapNode map
                && map.get("hostvars").orElse(new MapNode(Map.of(), map.at())) instanceof MapNode vars) {
            vars.entries().forEach((host, value) -> add(host.text(), value));
        } else {
            errors.error(meta.get().at(), "\"_meta\" takes a mapping that has \"hostvars\", a mapping of hosts", "");
        }
    }

    private Optional<MapNode> ask(List<String> arguments) {
        String name = path + " " + String.join(" ", arguments);
        Optional<Node> printed =
                files.output(path, arguments, name, errors).flatMap(text -> YamlReader.read(name, text, errors));
        if (printed.isPresent() && !(printed.get() instanceof MapNode)) {
            errors.error(
                    printed.get().at(),
                    "an inventory program prints a JSON object, not "
                            + printed.get().label(),
                    "");
        }
        return printed.filter(MapNode.class::isInstance).map(n -> (MapNode) n);
    }

    private void group(Scalar name, Node body) {
        if (!Names.isName(name.text())) {
            errors.error(name.at(), "\"" + name.text() + "\" cannot be a group's name", Names.GROUP_RULE);
            return;
        }
        Draft.GroupDraft group = draft.define(name.text());
        if (body instanceof ListNode) {
            YamlSource.words(body, errors).forEach(host -> host(host, group));
        } else if (body instanceof MapNode map) {
            map.get("hosts").ifPresent(hosts -> {
                List<Scalar> names = hosts instanceof MapNode byName
                        ? List.copyOf(byName.entries().keySet())
                        : YamlSource.words(hosts, errors);
                names.forEach(host -> host(host, group));
            });
            map.get("vars")
                    .filter(MapNode.class::isInstance)
                    .ifPresent(vars -> group.add(Draft.Tier.SOURCE, YamlSource.byName((MapNode) vars)));
            map.get("children")
                    .ifPresent(children -> YamlSource.words(children, errors).forEach(child -> {
                        draft.define(child.text());
                        draft.child(group, child.text(), child.at());
                    }));
        } else {
            errors.error(
                    body.at(),
                    "the group \"" + name.text() + "\" takes an object or a list of hosts, not " + body.label(),
                    "");
        }
    }

    private void host(Scalar name, Draft.GroupDraft group) {
        if (Names.isHost(name.text())) {
            draft.host(name.text(), group, Map.of());
        } else {
            errors.error(name.at(), "\"" + name.text() + "\" cannot be a host's name", Names.HOST_RULE);
        }
    }

    // Of a host in no group nothing is wanted.
    private void add(String host, Node vars) {
        if (vars instanceof MapNode map) {
            draft.host(host).ifPresent(h -> h.add(Draft.Tier.SOURCE, YamlSource.byName(map)));
        } else if (!(vars instanceof Scalar s && s.isNull())) {
            errors.error(vars.at(), "a host's variables are an object, not " + vars.label(), "");
        }
    }
}
