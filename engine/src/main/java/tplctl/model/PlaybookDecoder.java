package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.expr.Scope;
import tplctl.inventory.Inventory;
import tplctl.inventory.Names;
import tplctl.inventory.Scopes;
import tplctl.kind.Decoding;
import tplctl.kind.Kind;
import tplctl.kind.Ref;
import tplctl.kind.ResourceId;
import tplctl.kind.Types;
import tplctl.text.ListNode;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

/** Reads plays into resources, one for each host and entry. */
final class PlaybookDecoder {
    static final List<String> PLAY_KEYS = List.of("name", "hosts", "become", "vars", "tags");

    private static final String BEGIN_A_PLAY = "begin each play with \"- hosts: …\"";

    private final Project.Context context;
    private final Diagnostics errors;
    private final List<Resource<?, ?>> resources = new ArrayList<>();
    private final Numbering declared = new Numbering();
    private final List<Position> places = new ArrayList<>();
    private final Map<ResourceId, List<Ref>> broken = new LinkedHashMap<>();
    private final Set<ResourceId> groups = new LinkedHashSet<>();
    private final Set<ResourceId> unmanaged = new LinkedHashSet<>();
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> names = new HashSet<>();
    private final Peers peers = new Peers();
    private final Map<String, Optional<Node>> facts = new HashMap<>();
    private final LeftOut leftOut = new LeftOut();
    private final PlayHosts playHosts;
    private Scopes scopes;

    PlaybookDecoder(Project.Context context, Diagnostics errors) {
        this.context = context;
        this.errors = errors;
        this.playHosts = new PlayHosts(context.inventory(), context.extraVars(), errors);
        this.scopes = scopesOf(context.inventory());
    }

    private Scopes scopesOf(Inventory current) {
        return Scopes.withFacts(current, context.extraVars(), context.files().base(), this::factsOf);
    }

    Playbook decode(Node root) {
        if (root instanceof ListNode plays) {
            plays.items().forEach(this::decodePlay);
            if (plays.items().isEmpty()) {
                errors.error(root.at(), "a playbook without plays", BEGIN_A_PLAY);
            }
        } else {
            errors.error(root.at(), "a playbook is a list of plays, not " + root.label(), BEGIN_A_PLAY);
        }
        return new Playbook(
                context.owner(), leftOut.remaining(resources), unmanaged, List.copyOf(hosts), leftOut.byName());
    }

    /** Every id that was met, decoded or not; and the names that {@code count} made many, or none, of. */
    Declared declared() {
        if (groups.isEmpty()) {
            return new Declared(declared.asSet(), broken);
        }
        Set<ResourceId> all = new LinkedHashSet<>(declared.ids());
        all.addAll(groups);
        return new Declared(all, broken);
    }

    /** The inventory with the hosts that plays brought themselves. */
    Inventory inventory() {
        return playHosts.inventory();
    }

    private void decodePlay(Node node) {
        if (!(node instanceof MapNode play)) {
            errors.error(node.at(), "a play is a mapping, not " + node.label(), "begin it with \"hosts: …\"");
            return;
        }
        for (Scalar key : play.entries().keySet()) {
            refuseUnknownKey(key);
        }
        play.get("name").ifPresent(this::refuseNonScalar);
        Map<String, Node> vars = playVars(play);
        Set<String> tags = playTags(play);
        Optional<Boolean> become = Becoming.ofPlay(play, errors);
        PlacedSections placed = new PlacedSections(this);
        if (placed.isPlaced(play)) {
            Map<String, Node> known = new LinkedHashMap<>(vars);
            known.putAll(context.extraVars());
            placed.decode(
                    play,
                    Scope.of(known),
                    host -> known(host, scopes.of(host, vars), tags, become),
                    host -> unknown(host, scopes.of(host, vars), tags, become));
            return;
        }
        placed.refuse(play);
        int before = errors.errorCount();
        List<String> selected = playHosts.of(play);
        if (play.get("hosts").filter(MapNode.class::isInstance).isPresent()) {
            scopes = scopesOf(playHosts.inventory());
        }
        hosts.addAll(selected);
        List<SectionDecoder.Section<?, ?>> sections = sections(play);
        for (String host : selected) {
            SectionDecoder.Where where = known(host, scopes.of(host, vars), tags, become);
            sections.forEach(section -> section.decode(where));
        }
        // Hosts that are wrong hide no other mistakes.
        if (selected.isEmpty() && errors.errorCount() > before) {
            String host = play.get("hosts")
                    .filter(Scalar.class::isInstance)
                    .map(h -> ((Scalar) h).text())
                    .filter(Names::isName)
                    .orElse("the hosts at " + play.at());
            SectionDecoder.Where where = unknown(host, scopes.of(host, vars), tags, become);
            sections.forEach(section -> section.decode(where));
        }
    }

    private List<SectionDecoder.Section<?, ?>> sections(MapNode play) {
        List<SectionDecoder.Section<?, ?>> sections = new ArrayList<>();
        play.entries().forEach((key, section) -> {
            Kind<?, ?> kind = context.kinds().get(key.text());
            if (kind != null && kind.placedBy().isEmpty()) {
                sections.add(new SectionDecoder.Section<>(this, kind, section));
            }
        });
        return sections;
    }

    private void refuseUnknownKey(Scalar key) {
        if (!PLAY_KEYS.contains(key.text()) && !context.kinds().containsKey(key.text())) {
            List<String> known = new ArrayList<>(PLAY_KEYS);
            known.addAll(context.kinds().keySet());
            errors.error(
                    key.at(),
                    "unknown kind or key \"" + key.text() + "\" in a play",
                    Suggest.didYouMean(key.text(), known, "a play has: " + String.join(", ", known)));
        }
    }

    private void refuseNonScalar(Node name) {
        if (!(name instanceof Scalar)) {
            errors.error(name.at(), "\"name\" takes a text, not " + name.label(), "");
        }
    }

    private Map<String, Node> playVars(MapNode play) {
        Map<String, Node> vars = new LinkedHashMap<>();
        play.get("vars").ifPresent(node -> {
            if (node instanceof MapNode map) {
                map.entries().forEach((k, v) -> vars.put(k.text(), v));
            } else if (!(node instanceof Scalar s && s.isNull())) {
                errors.error(node.at(), "\"vars\" takes a mapping, not " + node.label(), "");
            }
        });
        return vars;
    }

    private Set<String> playTags(MapNode play) {
        Set<String> tags = new LinkedHashSet<>();
        play.get("tags").ifPresent(node -> {
            List<Node> items = node instanceof ListNode list ? list.items() : List.of(node);
            for (Node item : items) {
                if (item instanceof Scalar s && !s.text().isEmpty()) {
                    tags.add(s.text());
                } else {
                    errors.error(item.at(), "\"tags\" takes words, not " + item.label(), "");
                }
            }
        });
        return tags;
    }

    private SectionDecoder.Where known(String host, Scope scope, Set<String> tags, Optional<Boolean> become) {
        return new SectionDecoder.Where(host, scope, tags, becomes(host, scope, become));
    }

    private static SectionDecoder.Where unknown(String host, Scope scope, Set<String> tags, Optional<Boolean> become) {
        return new SectionDecoder.Where(host, scope.partial(), tags, become.orElse(false));
    }

    private boolean becomes(String host, Scope scope, Optional<Boolean> play) {
        return play.orElseGet(() -> Becoming.of(scope, hostOf(host).vars(), context.become(), errors));
    }

    private Inventory.Host hostOf(String name) {
        return Optional.ofNullable(inventory().hosts().get(name)).orElseGet(() -> new Inventory.Host(name, Map.of()));
    }

    // Asking for facts may ask for them again, by way of another host's variables.
    private Optional<Node> factsOf(Inventory.Host host) {
        Optional<Node> known = facts.get(host.name());
        if (known == null) {
            known = context.facts().apply(host);
            facts.put(host.name(), known);
        }
        return known;
    }

    /** Notes that the playbook is about a host. */
    void addHost(String host) {
        hosts.add(host);
    }

    /** The inventory's hosts, as those see each other. */
    Map<String, Decoding.Peer> peers() {
        return peers.of(inventory());
    }

    Project.Context context() {
        return context;
    }

    Diagnostics errors() {
        return errors;
    }

    void add(Resource<?, ?> resource) {
        resources.add(resource);
    }

    /** Notes what a resource refers to of which nothing else is known. */
    void addBroken(ResourceId id, List<Ref> refs) {
        broken.computeIfAbsent(id, i -> new ArrayList<>()).addAll(refs);
    }

    void declareGroup(ResourceId id) {
        groups.add(id);
    }

    /** Notes that it is not known what a resource shall be. */
    void leaveOut(ResourceId id, ResourceId group) {
        leftOut.add(id, group);
    }

    void leaveUnmanaged(ResourceId id) {
        unmanaged.add(id);
    }

    /** Whether a name cannot be one, alone or with what {@code count} puts behind it; an error then says why. */
    boolean refuseName(Scalar name, String suffix) {
        boolean alone = Types.NAME.matcher(name.text()).matches();
        if (alone && Types.NAME.matcher(name.text() + suffix).matches()) {
            return false;
        }
        errors.error(
                name.at(),
                "\"" + name.text() + (alone ? suffix : "") + "\" cannot be a name",
                "a name has letters, digits, \"_\", \".\" and \"-\", begins with a letter or digit, and has at most 63"
                        + " characters");
        return true;
    }

    // Every host has the same names.
    private boolean isName(String text) {
        if (names.contains(text)) {
            return true;
        }
        return Types.NAME.matcher(text).matches() && names.add(text);
    }

    /** Notes that an entry of that name declares an id; false, with an error, when it cannot be or was declared before. */
    boolean declare(ResourceId id, Scalar name) {
        Position at = name.at();
        if (!isName(id.name())) {
            refuseName(name, id.name().substring(name.text().length()));
            return false;
        }
        int before = declared.add(id);
        if (before >= 0) {
            errors.error(
                    at,
                    id.local() + " is declared twice for " + id.host(),
                    "the other is at " + places.get(before) + "; give one of them another name");
            return false;
        }
        places.add(at);
        return true;
    }
}
