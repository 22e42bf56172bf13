package tplctl.inventory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** The hosts, their groups, and what is said of each. {@code localhost} is always there, reached without a connection. Immutable. */
public final class Inventory {
    public static final String LOCALHOST = "localhost";

    private final Map<String, Host> hosts;
    private final Map<String, Group> groups;
    private final boolean localhostNamed;
    private volatile @Nullable Map<String, List<String>> members;

    /** A host and its variables, from whatever group or file they come. */
    public static final class Host {
        private final String name;
        private final Membership membership;
        private final List<Map<String, Node>> layers;
        private final boolean implicit;
        private volatile @Nullable Map<String, Node> vars;

        /** A host in no group, with these variables. */
        public Host(String name, Map<String, Node> vars) {
            this(name, Membership.NONE, List.of(vars), false);
        }

        /** @param implicit whether nobody named it, so that what groups say of connections is not meant for it */
        Host(String name, Membership membership, List<Map<String, Node>> layers, boolean implicit) {
            this.name = name;
            this.membership = membership;
            this.layers = List.copyOf(layers);
            this.implicit = implicit;
        }

        public String name() {
            return name;
        }

        /** All variables, the host's own before those of its groups. */
        public Map<String, Node> vars() {
            Map<String, Node> known = vars;
            if (known == null) {
                Map<String, Node> merged = new LinkedHashMap<>(membership.vars());
                layers.forEach(merged::putAll);
                known = Collections.unmodifiableMap(merged);
                vars = known;
            }
            return known;
        }

        /** One variable, as {@link #vars} has it. */
        public Optional<Node> variable(String variable) {
            return Layers.find(layers, variable)
                    .or(() -> Optional.ofNullable(membership.vars().get(variable)));
        }

        /** The host with more variables, which win over its own. */
        Host with(Map<String, Node> more) {
            List<Map<String, Node>> all = new ArrayList<>(layers);
            all.add(more);
            return new Host(name, membership, all, implicit);
        }

        /** Whether commands run on this machine itself. */
        public boolean isLocal() {
            Optional<Node> connection =
                    implicit ? Layers.find(layers, Connections.CONNECTION) : variable(Connections.CONNECTION);
            return connection
                    .filter(Scalar.class::isInstance)
                    .map(n -> Connections.isLocal(((Scalar) n).text()))
                    .orElse(name.equals(LOCALHOST));
        }

        boolean isImplicit() {
            return implicit;
        }

        Membership membership() {
            return membership;
        }

        List<Map<String, Node>> layers() {
            return layers;
        }
    }

    /** An inventory without groups. */
    public Inventory(Map<String, Host> hosts) {
        this(hosts, Map.of(), hosts.size() == 1);
    }

    /** @param localhostNamed whether localhost counts as one of all hosts */
    Inventory(Map<String, Host> hosts, Map<String, Group> groups, boolean localhostNamed) {
        this.hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
        this.groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        this.localhostNamed = localhostNamed;
    }

    /** An inventory that names nobody but localhost. */
    public static Inventory implicit() {
        return new Inventory(Map.of(LOCALHOST, new Host(LOCALHOST, Map.of())));
    }

    public Map<String, Host> hosts() {
        return hosts;
    }

    /** The groups by name, {@code all} first; none when the inventory was made without. */
    public Map<String, Group> groups() {
        return groups;
    }

    /** The inventory with one more host, or with more variables for one it has; the new ones win. */
    public Inventory with(String name, Map<String, Node> vars) {
        Map<String, Host> all = new LinkedHashMap<>(hosts);
        Host before = all.get(name);
        if (before != null) {
            all.put(name, before.with(vars));
            return new Inventory(all, groups, localhostNamed || name.equals(LOCALHOST));
        }
        Map<String, Group> grown = new LinkedHashMap<>(groups);
        Membership membership = Membership.NONE;
        Group ungrouped = groups.get(Group.UNGROUPED);
        Group everybody = groups.get(Group.ALL);
        if (ungrouped != null && everybody != null) {
            List<String> more = new ArrayList<>(ungrouped.hosts());
            more.add(name);
            Group joined = new Group(
                    ungrouped.index(),
                    Group.UNGROUPED,
                    ungrouped.children(),
                    more,
                    ungrouped.layers(),
                    ungrouped.ancestors(),
                    ungrouped.depth());
            grown.put(Group.UNGROUPED, joined);
            membership = Membership.of(List.of(everybody, joined));
        }
        all.put(name, new Host(name, membership, List.of(vars), false));
        return new Inventory(all, grown, localhostNamed);
    }

    /** The hosts that were named, in inventory order; localhost only when nobody else is, or when it was named, too. */
    public List<String> all() {
        return members().getOrDefault(Group.ALL, List.of());
    }

    /** The hosts of each group, those of the groups below it included, in inventory order. */
    public Map<String, List<String>> members() {
        Map<String, List<String>> known = members;
        if (known == null) {
            Map<String, List<String>> found = new LinkedHashMap<>();
            found.put(Group.ALL, new ArrayList<>());
            groups.keySet().forEach(g -> found.putIfAbsent(g, new ArrayList<>()));
            boolean alone = hosts.size() == 1;
            for (Host host : hosts.values()) {
                if (localhostNamed || alone || !host.name().equals(LOCALHOST)) {
                    found.getOrDefault(Group.ALL, new ArrayList<>()).add(host.name());
                    for (Group group : host.membership().groups()) {
                        if (!group.name().equals(Group.ALL)) {
                            found.computeIfAbsent(group.name(), g -> new ArrayList<>())
                                    .add(host.name());
                        }
                    }
                }
            }
            known = Collections.unmodifiableMap(found);
            members = known;
        }
        return known;
    }

    /**
     * The hosts that a pattern selects, in inventory order: terms joined by {@code :} or {@code ,}. Wherever they stand, {@code &}
     * then keeps only what it has too, and {@code !} takes away last; with nothing else to begin with, all hosts are. A term is a
     * group, a host, a glob, or {@code ~} and a regular expression; a group's is narrowed by {@code [0]}, {@code [-1]}, or
     * {@code [0:2]}, which includes its end. {@code all} is every host that was named, localhost only when nobody else is.
     */
    public List<String> match(String pattern, Position at, Diagnostics errors) {
        return new Patterns(this, at, errors).match(pattern);
    }
}
