package tplctl.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostics;
import tplctl.inventory.Inventories;
import tplctl.inventory.Inventory;
import tplctl.kind.Kind;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.YamlReader;

/** Playbooks of {@link Thing}s, and what hosts say of them. */
public final class Playbooks {
    private Playbooks() {}

    /** One play on host {@code h1}, from the lines of its sections. */
    public static Project play(String... lines) {
        return project(text(lines));
    }

    static String text(String... lines) {
        return "- hosts: h1\n  " + String.join("\n  ", lines) + "\n";
    }

    public static Project project(String yaml) {
        Diagnostics errors = new Diagnostics();
        Project project = decode(yaml, errors);
        if (errors.hasErrors()) {
            throw new AssertionError(errors.sorted().toString());
        }
        return project;
    }

    /** What is wrong with a playbook: {@code LINE:COLUMN summary | detail}. */
    static List<String> errors(String yaml) {
        Diagnostics errors = new Diagnostics();
        decode(yaml, errors);
        return errors.sorted().stream().map(Playbooks::shown).toList();
    }

    private static String shown(Diagnostic d) {
        String detail = d.detail().isEmpty() ? "" : " | " + d.detail();
        return d.at().line() + ":" + d.at().column() + " " + d.summary() + detail;
    }

    static Project decode(String yaml, Diagnostics errors) {
        Node root = YamlReader.read("p.yml", yaml, errors).orElseThrow(() -> new AssertionError(errors.sorted()));
        return Project.of(root, context(Map.of()), errors);
    }

    static Project.Context context(Map<String, Node> extraVars) {
        Map<String, Kind<?, ?>> kinds = Thing.KINDS;
        return new Project.Context(
                "site",
                Inventories.of("h1", "h2", "h3"),
                extraVars,
                kinds,
                path -> Optional.empty(),
                false,
                Playbooks::facts);
    }

    private static Optional<Node> facts(Inventory.Host host) {
        Diagnostics errors = new Diagnostics();
        return YamlReader.read("facts", "{cpus: 4, name: of-" + host.name() + "}", errors)
                .filter(MapNode.class::isInstance);
    }

    public static ResourceId id(String text) {
        int colon = text.indexOf(':');
        String local = text.substring(colon + 1);
        int dot = local.indexOf('.');
        return new ResourceId(
                colon < 0 ? "h1" : text.substring(0, colon), local.substring(0, dot), local.substring(dot + 1));
    }

    static Resource<?, ?> resource(Project project, String text) {
        return project.graph().find(id(text)).orElseThrow();
    }

    /** What was found: {@code things.a=ok}, {@code h2:things.b=create}; what is not named is so. */
    public static Seen seen(Project project, String... found) {
        Map<ResourceId, Observed<?, ?>> seen = new HashMap<>();
        project.graph().order().forEach(r -> seen.put(r.id(), r.observed(new ProbeOutput(0, "ok", ""))));
        for (String one : found) {
            int equals = one.indexOf('=');
            ResourceId id = id(one.substring(0, equals));
            Resource<?, ?> resource = project.graph().find(id).orElseThrow();
            seen.put(id, resource.observed(new ProbeOutput(0, one.substring(equals + 1), "")));
        }
        return new Seen(project, seen, new HashMap<>(), new HashMap<>(), new ArrayList<>());
    }

    /** Observations in the making. */
    public record Seen(
            Project project,
            Map<ResourceId, Observed<?, ?>> found,
            Map<ResourceId, String> failed,
            Map<String, String> unreachable,
            List<OwnedRecord> owned) {
        Seen failing(String id, String why) {
            failed.put(id(id), why);
            found.remove(id(id));
            return this;
        }

        public Seen unreachable(String host) {
            unreachable.put(host, "no route to " + host);
            found.keySet().removeIf(id -> id.host().equals(host));
            return this;
        }

        public Seen owns(String owner, String id, String... needs) {
            return remembers(record(owner, id, needs));
        }

        Seen remembers(OwnedRecord record) {
            owned.add(record);
            return this;
        }

        public Observations observations() {
            return new Observations(found, failed, unreachable, owned);
        }

        public Plan plan() {
            return plan(Planner.Options.PLAIN);
        }

        public Plan plan(Planner.Options options) {
            return Planner.plan(project, observations(), options, Thing.KINDS);
        }

        Plan destroy(Planner.Options options) {
            return Planner.destroy(project, observations(), options, Thing.KINDS);
        }
    }

    public static OwnedRecord record(String owner, String id, String... needs) {
        return new OwnedRecord(id(id), owner, List.of(needs), List.of(), false, Map.of("name", "x"));
    }
}
