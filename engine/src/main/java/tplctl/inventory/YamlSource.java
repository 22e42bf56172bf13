package tplctl.inventory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostics;
import tplctl.diag.Suggest;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** An inventory's YAML: groups with {@code hosts}, {@code vars} and {@code children}. */
final class YamlSource {
    private static final List<String> KEYS = List.of("hosts", "vars", "children");
    private static final String EXAMPLE = "for example: \"all: {hosts: {o41: {}}}\"";

    private final Draft draft;
    private final HostLine hosts;
    private final Diagnostics errors;

    YamlSource(Draft draft, Diagnostics errors) {
        this.draft = draft;
        this.hosts = new HostLine(draft, errors);
        this.errors = errors;
    }

    void read(Node root) {
        if (!(root instanceof MapNode groups)) {
            errors.error(root.at(), "an inventory is a mapping of groups, not " + root.label(), EXAMPLE);
            return;
        }
        Optional<Node> plugin = groups.get("plugin");
        if (plugin.isPresent() && plugin.get() instanceof Scalar name) {
            errors.error(
                    name.at(),
                    "inventory plugins, such as " + name.label() + ", are not supported",
                    "a program that prints the inventory as JSON for --list can be an inventory");
            return;
        }
        groups.entries().forEach((name, body) -> {
            if (isGroupName(name)) {
                body(draft.define(name.text()), body);
            }
        });
    }

    private boolean isGroupName(Scalar name) {
        if (Names.isName(name.text())) {
            return true;
        }
        errors.error(name.at(), "\"" + name.text() + "\" cannot be a group's name", Names.GROUP_RULE);
        return false;
    }

    private void body(Draft.GroupDraft group, Node body) {
        if (body instanceof Scalar s && s.isNull()) {
            return;
        }
        if (!(body instanceof MapNode map)) {
            errors.error(
                    body.at(),
                    "the group \"" + group.name + "\" takes a mapping, not " + body.label(),
                    "it has: " + String.join(", ", KEYS));
            return;
        }
        map.entries().forEach((key, value) -> {
            switch (key.text()) {
                case "hosts" -> hosts(group, value);
                case "vars" -> vars(value, "vars").ifPresent(vars -> group.add(Draft.Tier.SOURCE, vars));
                case "children" -> children(group, value);
                default ->
                    errors.error(
                            key.at(),
                            "unknown key \"" + key.text() + "\" in the group \"" + group.name + "\"",
                            Suggest.didYouMean(
                                    key.text(),
                                    KEYS,
                                    "a group has: hosts, vars, children; groups below it are children"));
            }
        });
    }

    private void hosts(Draft.GroupDraft group, Node node) {
        entries(node, "hosts").forEach((name, vars) -> {
            if (vars instanceof Scalar s && s.isNull()) {
                hosts.add(name.text(), name.at(), group, Map.of());
            } else {
                vars(vars, name.text()).ifPresent(map -> hosts.add(name.text(), name.at(), group, map));
            }
        });
    }

    private void children(Draft.GroupDraft group, Node node) {
        entries(node, "children").forEach((name, body) -> {
            if (!isGroupName(name)) {
                return;
            }
            draft.child(group, name.text(), name.at());
            if (body instanceof Scalar s && s.isNull()) {
                draft.mention(name.text(), name.at(), "\"" + group.name + "\" has the group");
            } else {
                body(draft.define(name.text()), body);
            }
        });
    }

    private Map<Scalar, Node> entries(Node node, String key) {
        if (node instanceof MapNode map) {
            return map.entries();
        }
        if (node instanceof Scalar s) {
            return s.isNull() ? Map.of() : Map.of(s, new Scalar("", true, s.at()));
        }
        errors.error(
                node.at(),
                "\"" + key + "\" takes a mapping, not " + node.label(),
                "write each name with a colon behind it: \"o41:\"");
        return Map.of();
    }

    private Optional<Map<String, Node>> vars(Node node, String of) {
        if (node instanceof MapNode map) {
            return Optional.of(byName(map));
        }
        if (!(node instanceof Scalar s && s.isNull())) {
            errors.error(node.at(), "\"" + of + "\" takes a mapping of variables, not " + node.label(), "");
        }
        return Optional.empty();
    }

    static Map<String, Node> byName(MapNode map) {
        Map<String, Node> vars = new LinkedHashMap<>();
        for (Map.Entry<Scalar, Node> entry : map.entries().entrySet()) {
            vars.put(entry.getKey().text(), entry.getValue());
        }
        return vars;
    }

    /** What a list of names, or one name, has. */
    static List<Scalar> words(Node node, Diagnostics errors) {
        List<Node> items = node instanceof ListNode list ? list.items() : List.of(node);
        items.stream()
                .filter(n -> !(n instanceof Scalar))
                .forEach(n -> errors.error(n.at(), "a name is expected here, not " + n.label(), ""));
        return items.stream()
                .filter(Scalar.class::isInstance)
                .map(n -> (Scalar) n)
                .filter(s -> !s.isNull())
                .toList();
    }
}
