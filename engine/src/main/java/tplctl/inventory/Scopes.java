package tplctl.inventory;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tplctl.diag.Position;
import tplctl.expr.Root;
import tplctl.expr.Scope;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/**
 * What expressions see on each host of an inventory: its variables, those of {@code -e}, and {@code inventory_hostname},
 * {@code inventory_hostname_short}, {@code group_names}, {@code groups}, {@code hostvars}, {@code playbook_dir} and {@code facts}.
 * {@code hostvars[x].y} is looked up on host x alone and evaluated with its variables; nothing is made for hosts that nobody asks
 * for. Not thread-safe.
 */
public final class Scopes {
    private static final Position BUILT_IN = new Position("<built in>", 1, 1);

    private final Inventory inventory;
    private final Map<String, Node> extraVars;
    private final Function<Inventory.Host, Scope> facts;
    private final Scope shared;
    private final Map<String, Scope> ofHosts = new HashMap<>();
    private final Map<String, Node> groupLists = new HashMap<>();

    private Scopes(
            Inventory inventory,
            Map<String, Node> extraVars,
            String playbookDirectory,
            Function<Inventory.Host, Scope> facts) {
        this.inventory = inventory;
        this.extraVars = extraVars;
        this.facts = facts;
        this.shared = Scope.of(playbookDirectory.isEmpty() ? Map.of() : Map.of("playbook_dir", text(playbookDirectory)))
                .with("groups", new Groups())
                .with("hostvars", new HostVars());
    }

    /**
     * Scopes with facts, which are asked for when an expression uses them, and may turn out not to be had.
     *
     * @param playbookDirectory absolute; empty when there is no playbook
     */
    public static Scopes withFacts(
            Inventory inventory,
            Map<String, Node> extraVars,
            String playbookDirectory,
            Function<Inventory.Host, Optional<Node>> facts) {
        return new Scopes(
                inventory,
                extraVars,
                playbookDirectory,
                host -> Scope.empty().withPossible("facts", () -> facts.apply(host)));
    }

    /** Scopes without facts, as for what is needed to connect in the first place. */
    public static Scopes of(Inventory inventory, Map<String, Node> extraVars, String playbookDirectory) {
        return new Scopes(inventory, extraVars, playbookDirectory, host -> Scope.empty());
    }

    /** What expressions see on a host, where a play adds nothing; of a host that is not in the inventory, what all see. */
    public Scope of(String host) {
        Scope known = ofHosts.get(host);
        if (known == null) {
            known = of(host, Map.of());
            ofHosts.put(host, known);
        }
        return known;
    }

    /** What expressions see on a host within a play that has variables of its own. */
    public Scope of(String host, Map<String, Node> playVars) {
        Inventory.Host entry = inventory.hosts().get(host);
        Map<String, Node> vars = new LinkedHashMap<>(entry == null ? Map.of() : entry.vars());
        vars.putAll(playVars);
        vars.putAll(extraVars);
        vars.put("inventory_hostname", text(host));
        int dot = Names.isAddress(host) ? -1 : host.indexOf('.');
        vars.put("inventory_hostname_short", text(dot < 0 ? host : host.substring(0, dot)));
        vars.put("group_names", entry == null ? list(List.of()) : groupNames(entry));
        Scope scope = Scope.of(vars).under(shared);
        return entry == null ? scope : scope.under(facts.apply(entry));
    }

    private Node groupNames(Inventory.Host host) {
        return list(host.membership().groups().stream()
                .map(Group::name)
                .filter(g -> !g.equals(Group.ALL))
                .sorted()
                .toList());
    }

    private static Node list(List<String> names) {
        return new ListNode(names.stream().map(Scopes::text).collect(Collectors.toList()), BUILT_IN);
    }

    private static Node text(String text) {
        return new Scalar(text, false, BUILT_IN);
    }

    private final class Groups implements Root {
        @Override
        public Optional<Node> member(String name) {
            List<String> hosts = inventory.members().get(name);
            return hosts == null ? Optional.empty() : Optional.of(groupLists.computeIfAbsent(name, n -> list(hosts)));
        }

        @Override
        public Set<String> names() {
            return inventory.members().keySet();
        }
    }

    private final class HostVars implements Root {
        @Override
        public Optional<Node> member(String name) {
            Inventory.Host host = inventory.hosts().get(name);
            if (host == null) {
                return Optional.empty();
            }
            Map<Scalar, Node> vars = new LinkedHashMap<>();
            host.vars().forEach((k, v) -> vars.put(new Scalar(k, false, BUILT_IN), v));
            extraVars.forEach((k, v) -> vars.put(new Scalar(k, false, BUILT_IN), v));
            vars.put(new Scalar("inventory_hostname", false, BUILT_IN), text(name));
            vars.put(new Scalar("group_names", false, BUILT_IN), groupNames(host));
            return Optional.of(new MapNode(vars, BUILT_IN));
        }

        @Override
        public Optional<Scope> scope(String name) {
            return Optional.of(of(name));
        }

        @Override
        public Set<String> names() {
            return inventory.hosts().keySet();
        }
    }
}
