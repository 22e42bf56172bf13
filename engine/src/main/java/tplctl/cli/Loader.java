package tplctl.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.diag.Suggest;
import tplctl.inventory.Connections;
import tplctl.inventory.Inventory;
import tplctl.inventory.InventoryReader;
import tplctl.inventory.Names;
import tplctl.inventory.Scopes;
import tplctl.inventory.Secrets;
import tplctl.inventory.Settings;
import tplctl.kind.Types;
import tplctl.model.Project;
import tplctl.model.Resource;
import tplctl.model.Selection;
import tplctl.report.DiagnosticsText;
import tplctl.text.Node;

/** From the command line's words and the files they name to a project and the part of it that is meant. */
final class Loader {
    private static final Position LIMIT_AT = new Position("-l", 1, 1);
    private static final Set<String> SPECIAL_TAGS = Set.of("all", "always");

    private final Invocation invocation;
    private final Optional<String> playbook;

    /** For a command whose first parameter is a playbook, if it has any. */
    Loader(Invocation invocation) {
        this(invocation, invocation.args().positionals().stream().findFirst());
    }

    /** @param playbook what lies beside it counts for the inventory too */
    Loader(Invocation invocation, Optional<String> playbook) {
        this.invocation = invocation;
        this.playbook = playbook;
    }

    /** The playbook that was named. */
    String playbook() {
        return playbook.orElseThrow(() -> new UsageException("it needs a PLAYBOOK"));
    }

    /**
     * The inventory of {@code -i}, or else of the environment, or else nobody but localhost; warnings are said.
     *
     * @throws tplctl.diag.InvalidInputException with all that is wrong with it
     */
    Inventory inventory() {
        Diagnostics found = new Diagnostics();
        Optional<Inventory> inventory = inventory(found);
        found.throwIfErrors();
        warn(found);
        return inventory.orElseThrow(() -> new IllegalStateException("neither an inventory nor an error"));
    }

    /** The inventory with all that is wrong with it in {@code errors}. */
    Optional<Inventory> inventory(Diagnostics errors) {
        List<String> named = invocation.args().values(Flag.INVENTORY);
        String otherwise = invocation.terminal().env().getOrDefault(Inventories.VARIABLE, "");
        List<String> sources = named.isEmpty() && !otherwise.isEmpty() ? List.of(otherwise) : named;
        Optional<String> directory =
                playbook.map(file -> file.contains("/") ? file.substring(0, file.lastIndexOf('/') + 1) : "");
        Map<String, Node> extraVars = extraVars(errors);
        Optional<Inventory> inventory = InventoryReader.read(
                sources, directory, extraVars.keySet(), new Inventories(invocation.sources()), errors);
        Redactor secrets = invocation.terminal().secrets();
        secrets.add(Secrets.of(extraVars));
        inventory.ifPresent(i -> secrets.add(Secrets.of(i)));
        return inventory;
    }

    /** The variables of {@code -e}. */
    Map<String, Node> extraVars(Diagnostics errors) {
        return ExtraVars.of(invocation.args().values(Flag.EXTRA_VARS), invocation.sources(), errors);
    }

    private void warn(Diagnostics found) {
        List<Diagnostic> warnings = found.sorted();
        if (!warnings.isEmpty() && !invocation.args().has(Flag.QUIET)) {
            invocation
                    .terminal()
                    .err()
                    .print(DiagnosticsText.render(warnings, invocation.sources(), invocation.talkStyle()));
        }
    }

    /**
     * The playbook, without errors; warnings are said.
     *
     * @throws tplctl.diag.InvalidInputException with all that is wrong with it
     */
    Project load(String file, Inventory inventory, FactSource facts) {
        Diagnostics found = new Diagnostics();
        Optional<Project> project = read(file, inventory, facts, found);
        found.throwIfErrors();
        warn(found);
        return project.orElseThrow(() -> new IllegalStateException(file + " gave neither a project nor an error"));
    }

    /** The playbook with all that is wrong with it in {@code errors}; of use only when nothing is. */
    Optional<Project> read(String file, Inventory inventory, FactSource facts, Diagnostics errors) {
        String owner = owner(file);
        Map<String, Node> vars = extraVars(errors);
        Optional<Node> root = TextFile.yaml(file, invocation.sources(), errors);
        root.ifPresent(node -> facts.begin(node, inventory, vars));
        Project.Context context = new Project.Context(
                owner,
                inventory,
                vars,
                invocation.kinds(),
                DiskFiles.beside(file),
                invocation.args().has(Flag.BECOME),
                facts::of);
        Optional<Project> project = root.map(node -> Project.of(node, context, errors));
        project.ifPresent(p -> checkConnections(p, context, errors));
        return project;
    }

    // Before anything is asked: a port that is none must not be found when half of the hosts are done.
    private void checkConnections(Project project, Project.Context context, Diagnostics errors) {
        Settings settings = Session.Options.of(invocation, context.extraVars()).login();
        Scopes scopes = Scopes.of(
                project.inventory(), context.extraVars(), context.files().base());
        Redactor secrets = invocation.terminal().secrets();
        secrets.add(Secrets.of(project.inventory()));
        for (String name : project.playbook().hosts()) {
            Optional.ofNullable(project.inventory().hosts().get(name))
                    .flatMap(host -> Connections.of(host, settings, context.extraVars(), scopes, errors))
                    .ifPresent(connection -> {
                        connection.login().password().ifPresent(secrets::add);
                        connection.become().password().ifPresent(secrets::add);
                    });
        }
    }

    /** What {@code -l}, {@code -t} and {@code --skip-tags} leave of a project. */
    Selection selection(Project project) {
        Arguments args = invocation.args();
        Set<String> tags = args.words(Flag.TAGS);
        Set<String> skipped = args.words(Flag.SKIP_TAGS);
        Set<String> known = tags(project.graph().order());
        tags.forEach(tag -> refuseUnknown(tag, known, project));
        skipped.forEach(tag -> refuseUnknown(tag, known, project));
        return new Selection(tags, skipped, limit(project));
    }

    /** The hosts that a selection leaves of the playbook's. */
    static List<String> hosts(Project project, Selection selection) {
        return project.playbook().hosts().stream().filter(selection::covers).toList();
    }

    /** The tags that some of these resources have. */
    static Set<String> tags(List<Resource<?, ?>> resources) {
        Set<String> tags = new TreeSet<>();
        resources.forEach(r -> tags.addAll(r.common().tags()));
        return tags;
    }

    /** The hosts that {@code -l} leaves of an inventory; {@code localhost} only where nobody else is named. */
    List<String> limited(Inventory inventory) {
        return matched(inventory).orElseGet(() -> inventory.match("all", LIMIT_AT, new Diagnostics()));
    }

    private Set<String> limit(Project project) {
        List<String> hosts = project.playbook().hosts();
        if (hosts.isEmpty()) {
            throw new UsageException("no host matched: the playbook's plays select none");
        }
        Optional<List<String>> matched = matched(project.inventory());
        if (matched.isEmpty()) {
            return Set.of();
        }
        Set<String> limited = new LinkedHashSet<>(matched.get());
        limited.retainAll(new HashSet<>(hosts));
        if (limited.isEmpty()) {
            throw new UsageException("no host of the playbook matched --limit; it has: " + Names.listed(hosts));
        }
        return limited;
    }

    private Optional<List<String>> matched(Inventory inventory) {
        List<String> patterns = invocation.args().values(Flag.LIMIT);
        if (patterns.isEmpty()) {
            return Optional.empty();
        }
        String pattern = patterns.stream()
                .flatMap(p -> p.startsWith("@") ? TextFile.lines(p.substring(1)).stream() : Stream.of(p))
                .collect(Collectors.joining(","));
        Diagnostics errors = new Diagnostics();
        List<String> matched = inventory.match(pattern, LIMIT_AT, errors);
        String given = String.join(",", patterns);
        if (errors.hasErrors()) {
            Diagnostic first = errors.sorted().get(0);
            throw new UsageException(
                    "-l " + given + ": " + first.summary() + (first.detail().isEmpty() ? "" : "; " + first.detail()));
        }
        if (matched.isEmpty()) {
            throw new UsageException("-l " + given + ": no host matched");
        }
        return Optional.of(matched);
    }

    private static void refuseUnknown(String tag, Set<String> known, Project project) {
        List<Resource<?, ?>> all = project.graph().order();
        if (known.contains(tag) || SPECIAL_TAGS.contains(tag) || all.stream().anyMatch(r -> Selection.names(tag, r))) {
            return;
        }
        Set<String> candidates = new TreeSet<>(known);
        if (tag.contains(".")) {
            all.forEach(r -> candidates.add(r.id().local()));
        }
        String otherwise =
                known.isEmpty() ? "the playbook has no tags" : "the playbook has: " + String.join(", ", known);
        throw new UsageException(
                "no resource has the tag \"" + tag + "\"; " + Suggest.didYouMean(tag, candidates, otherwise));
    }

    private String owner(String file) {
        Optional<String> given = invocation.args().value(Flag.OWNER);
        String owner = given.orElseGet(() -> baseName(file));
        if (!Types.NAME.matcher(owner).matches()) {
            throw new UsageException(
                    "\"" + owner + "\" cannot be an owner's name: it takes letters, digits, \"_\", \".\" and"
                            + " \"-\", the first a letter or digit, and at most 63 characters; "
                            + (given.isPresent() ? "give --owner another one" : "give one with --owner NAME"));
        }
        return owner;
    }

    private static String baseName(String playbook) {
        Path file = Path.of(playbook).getFileName();
        String name = file == null ? "" : file.toString();
        if (name.endsWith(".yml")) {
            return name.substring(0, name.length() - ".yml".length());
        }
        return name.endsWith(".yaml") ? name.substring(0, name.length() - ".yaml".length()) : name;
    }
}
