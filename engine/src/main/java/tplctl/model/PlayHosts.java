package tplctl.model;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.expr.Expressions;
import tplctl.expr.Scope;
import tplctl.inventory.Inventory;
import tplctl.inventory.Names;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Finds the hosts that plays select, and takes up those that they bring themselves. */
final class PlayHosts {
    private final Map<String, Node> extraVars;
    private final Diagnostics errors;
    private Inventory inventory;

    PlayHosts(Inventory inventory, Map<String, Node> extraVars, Diagnostics errors) {
        this.inventory = inventory;
        this.extraVars = extraVars;
        this.errors = errors;
    }

    /** The inventory with the hosts of all plays so far. */
    Inventory inventory() {
        return inventory;
    }

    /** A play's hosts; what is wrong with them is reported. */
    List<String> of(MapNode play) {
        Node hosts = play.get("hosts").orElse(play);
        if (hosts == play) {
            errors.error(
                    play.at(), "a play without \"hosts\"", "say where it applies, for example \"hosts: localhost\"");
            return List.of();
        }
        if (hosts instanceof MapNode inline) {
            inline.entries().forEach(this::add);
            return inline.entries().keySet().stream().map(Scalar::text).toList();
        }
        if (hosts instanceof ListNode list && list.items().stream().allMatch(Scalar.class::isInstance)) {
            Set<String> all = new LinkedHashSet<>();
            list.items().forEach(i -> all.addAll(inventory.match(((Scalar) i).text(), i.at(), errors)));
            return List.copyOf(all);
        }
        if (hosts instanceof Scalar pattern && !pattern.isNull()) {
            Node resolved = Expressions.resolve(pattern, Scope.of(extraVars), errors);
            return resolved instanceof Scalar s ? inventory.match(s.text(), s.at(), errors) : List.of();
        }
        errors.error(
                hosts.at(),
                "\"hosts\" takes a pattern or a mapping of hosts, not " + hosts.label(),
                "for example \"hosts: localhost\"");
        return List.of();
    }

    private void add(Scalar name, Node vars) {
        if (!Names.isName(name.text())) {
            errors.error(name.at(), "\"" + name.text() + "\" cannot be a host's name", Names.HOST_RULE);
        }
        if (vars instanceof MapNode map) {
            Map<String, Node> byName = new LinkedHashMap<>();
            map.entries().forEach((k, v) -> byName.put(k.text(), v));
            inventory = inventory.with(name.text(), byName);
        } else if (vars instanceof Scalar s && s.isNull()) {
            inventory = inventory.with(name.text(), Map.of());
        } else {
            errors.error(vars.at(), "a host's variables are a mapping, not " + vars.label(), "");
        }
    }
}
