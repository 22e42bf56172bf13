package tplctl.inventory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.text.Node;

/** An inventory while its sources are read. */
final class Draft {
    /** Where variables of one group or host come from, the least important first. */
    enum Tier {
        SOURCE,
        BESIDE_INVENTORY,
        BESIDE_PLAYBOOK
    }

    private static final Position NOWHERE = new Position("<built in>", 1, 1);

    private final Map<String, GroupDraft> groups = new LinkedHashMap<>();
    private final Map<String, HostDraft> hosts = new LinkedHashMap<>();
    private final Diagnostics errors;

    /** The variables of a group or host so far. */
    static class Owner {
        private final List<Map<String, Node>> source = new ArrayList<>(1);
        private final List<Map<String, Node>> besideInventory = new ArrayList<>(0);
        private final List<Map<String, Node>> besidePlaybook = new ArrayList<>(0);

        void add(Tier tier, Map<String, Node> vars) {
            if (!vars.isEmpty()) {
                switch (tier) {
                    case SOURCE -> source.add(vars);
                    case BESIDE_INVENTORY -> besideInventory.add(vars);
                    case BESIDE_PLAYBOOK -> besidePlaybook.add(vars);
                }
            }
        }

        List<Map<String, Node>> layers() {
            if (besideInventory.isEmpty() && besidePlaybook.isEmpty()) {
                return source;
            }
            List<Map<String, Node>> all = new ArrayList<>(source);
            all.addAll(besideInventory);
            all.addAll(besidePlaybook);
            return all;
        }
    }

    static final class HostDraft extends Owner {
        private final String name;
        private final Set<String> groups = new LinkedHashSet<>(2);

        HostDraft(String name) {
            this.name = name;
        }
    }

    static final class GroupDraft extends Owner {
        final String name;
        final Map<String, Position> children = new LinkedHashMap<>();
        final Set<String> hosts = new LinkedHashSet<>();
        private boolean defined;
        private @Nullable Position mentioned;
        private String mention = "";

        GroupDraft(String name) {
            this.name = name;
        }
    }

    Draft(Diagnostics errors) {
        this.errors = errors;
        define(Group.ALL);
        define(Group.UNGROUPED);
    }

    Set<String> groupNames() {
        return groups.keySet();
    }

    Set<String> hostNames() {
        return hosts.keySet();
    }

    Optional<Owner> group(String name) {
        return Optional.ofNullable(groups.get(name));
    }

    Optional<Owner> host(String name) {
        return Optional.ofNullable(hosts.get(name));
    }

    GroupDraft define(String name) {
        GroupDraft group = groups.computeIfAbsent(name, GroupDraft::new);
        group.defined = true;
        return group;
    }

    /** Notes that a group has to be defined somewhere; the mention says in what role it was met. */
    GroupDraft mention(String name, Position at, String mention) {
        GroupDraft group = groups.computeIfAbsent(name, GroupDraft::new);
        if (group.mentioned == null) {
            group.mentioned = at;
            group.mention = mention;
        }
        return group;
    }

    void child(GroupDraft parent, String child, Position at) {
        if (child.equals(Group.ALL)) {
            errors.error(at, "\"all\" cannot be in a group: every group is in it", "");
        } else {
            parent.children.putIfAbsent(child, at);
        }
    }

    HostDraft host(String name, GroupDraft group, Map<String, Node> vars) {
        HostDraft host = hosts.computeIfAbsent(name, HostDraft::new);
        if (group.hosts.add(name)) {
            host.groups.add(group.name);
        }
        host.add(Tier.SOURCE, vars);
        return host;
    }

    /** The inventory; of use only when there is no error. A variable that is decided elsewhere cannot be in conflict. */
    Inventory finish(Set<String> decided) {
        groups.values().forEach(this::refuseUndefined);
        groups.values().stream()
                .filter(g -> !g.name.equals(Group.ALL) && hosts.containsKey(g.name))
                .forEach(g -> errors.warn(
                        g.mentioned == null ? NOWHERE : g.mentioned,
                        "\"" + g.name + "\" is both a group and a host",
                        "where hosts are selected, it is the group"));
        joinAll();
        Map<String, Group> made = new GroupTree(groups, errors).groups();
        Map<BitSet, Membership> memberships = new HashMap<>();
        Group all = need(made, Group.ALL);
        Map<String, Inventory.Host> finished = new LinkedHashMap<>();
        if (!hosts.containsKey(Inventory.LOCALHOST)) {
            Membership everybody = Membership.of(List.of(all));
            finished.put(Inventory.LOCALHOST, new Inventory.Host(Inventory.LOCALHOST, everybody, List.of(), true));
        }
        List<Group> byIndex = List.copyOf(made.values());
        for (HostDraft host : hosts.values()) {
            BitSet in = new BitSet();
            for (String name : host.groups) {
                Group group = need(made, name);
                in.set(group.index());
                in.or(group.ancestors());
            }
            Membership membership = memberships.computeIfAbsent(
                    in, set -> Membership.of(set.stream().mapToObj(byIndex::get).toList()));
            finished.put(host.name, new Inventory.Host(host.name, membership, host.layers(), false));
        }
        Conflicts.report(finished.values(), decided, errors);
        return new Inventory(finished, made, hosts.containsKey(Inventory.LOCALHOST) || hosts.isEmpty());
    }

    private void joinAll() {
        GroupDraft all = define(Group.ALL);
        GroupDraft ungrouped = define(Group.UNGROUPED);
        Set<String> below = new LinkedHashSet<>();
        groups.values().forEach(g -> below.addAll(g.children.keySet()));
        all.children.putIfAbsent(Group.UNGROUPED, NOWHERE);
        groups.keySet().stream()
                .filter(g -> !g.equals(Group.ALL) && !below.contains(g))
                .forEach(g -> all.children.putIfAbsent(g, NOWHERE));
        for (HostDraft host : hosts.values()) {
            boolean elsewhere = host.groups.stream().anyMatch(g -> !g.equals(Group.ALL) && !g.equals(Group.UNGROUPED));
            if (!elsewhere) {
                host.groups.add(Group.UNGROUPED);
                ungrouped.hosts.add(host.name);
            } else if (host.groups.remove(Group.UNGROUPED)) {
                ungrouped.hosts.remove(host.name);
            }
        }
    }

    private void refuseUndefined(GroupDraft group) {
        if (!group.defined && group.mentioned != null) {
            List<String> candidates = groups.values().stream()
                    .filter(g -> g.defined && !g.name.equals(Group.ALL) && !g.name.equals(Group.UNGROUPED))
                    .map(g -> g.name)
                    .toList();
            errors.error(
                    group.mentioned,
                    group.mention + " \"" + group.name + "\", which is defined nowhere",
                    Suggest.didYouMean(
                            group.name,
                            candidates,
                            "define it, also when it is empty: \"[" + group.name + "]\" in an INI file, \"" + group.name
                                    + ": {}\" in YAML"));
        }
    }

    static Group need(Map<String, Group> made, String name) {
        return Optional.ofNullable(made.get(name)).orElseThrow(() -> new IllegalStateException("no group " + name));
    }
}
