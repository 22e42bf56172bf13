package tplctl.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/**
 * Reads inventories as Ansible has them: YAML, INI, directories of them, programs that print JSON, and lists of hosts, with the
 * variables in {@code group_vars} and {@code host_vars} beside them and beside the playbook. Time and memory grow with the text.
 */
public final class InventoryReader {
    /** Ansible's INVENTORY_IGNORE_EXTS, as it is from ansible-core 2.19 on. */
    private static final List<String> IGNORED =
            List.of(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry");

    private static final Set<String> NO_SOURCES = Set.of(VarsFiles.GROUPS, VarsFiles.HOSTS, "vars_plugins");
    private static final Pattern YAML_LINE = Pattern.compile("---.*|[{].*|[^\\s=\\[\\]#]+:(?:\\s.*)?|\"[^\"]*\":.*");
    private static final int MAX_DEPTH = 20;

    private final SourceFiles files;
    private final Diagnostics errors;
    private final Draft draft;

    private InventoryReader(SourceFiles files, Diagnostics errors) {
        this.files = files;
        this.errors = errors;
        this.draft = new Draft(errors);
    }

    /**
     * The inventory that some sources make together; empty when there are errors, all of which are reported.
     *
     * @param sources what {@code -i} gives: files, directories, or lists of hosts, which have a comma; none means localhost
     * @param playbookDirectory where the playbook is, when there is one; empty text is the current directory
     * @param decided variables that are given from elsewhere, above all groups, so that groups may disagree about them
     */
    public static Optional<Inventory> read(
            List<String> sources,
            Optional<String> playbookDirectory,
            Set<String> decided,
            SourceFiles files,
            Diagnostics errors) {
        int before = errors.errorCount();
        InventoryReader reader = new InventoryReader(files, errors);
        List<String> directories = new ArrayList<>();
        for (String source : sources) {
            if (source.contains(",") && files.type(source) == SourceFiles.Type.NONE) {
                reader.list(source);
            } else {
                reader.source(source, 0);
                reader.directory(source)
                        .filter(d -> directories.stream().noneMatch(known -> files.same(known, d)))
                        .ifPresent(directories::add);
            }
        }
        VarsFiles vars = new VarsFiles(files, reader.draft, errors);
        directories.forEach(d -> vars.read(d, Draft.Tier.BESIDE_INVENTORY));
        playbookDirectory
                .filter(p -> directories.stream().noneMatch(d -> files.same(d, p)))
                .ifPresent(p -> vars.read(p, Draft.Tier.BESIDE_PLAYBOOK));
        Inventory inventory = reader.draft.finish(decided);
        return errors.errorCount() > before ? Optional.empty() : Optional.of(inventory);
    }

    private Optional<String> directory(String source) {
        return switch (files.type(source)) {
            case NONE -> Optional.empty();
            case DIRECTORY -> Optional.of(source);
            case FILE, PROGRAM -> Optional.of(parent(source));
        };
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
    }

    private void list(String source) {
        Draft.GroupDraft group = draft.define(Group.UNGROUPED);
        HostLine hosts = new HostLine(draft, errors);
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= source.length(); i++) {
            char c = i < source.length() ? source.charAt(i) : ',';
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (i == source.length() || (c == ',' && depth <= 0)) {
                String name = source.substring(start, i).strip();
                if (!name.isEmpty()) {
                    hosts.add(name, new Position("-i " + source, 1, 1), group, Map.of());
                }
                start = i + 1;
            }
        }
    }

    private void source(String path, int depth) {
        switch (files.type(path)) {
            case NONE ->
                errors.error(
                        new Position(path, 1, 1),
                        "there is no inventory of that name",
                        "a host's name needs a comma behind it: -i " + path + ",");
            case DIRECTORY -> directory(path, depth);
            case PROGRAM -> new ProgramSource(path, files, draft, errors).read();
            case FILE -> files.text(path, errors).ifPresent(text -> file(path, text));
        }
    }

    private void directory(String path, int depth) {
        if (depth == MAX_DEPTH) {
            errors.error(new Position(path, 1, 1), "directories of inventories are nested too deep", "");
            return;
        }
        int read = 0;
        for (String name : files.names(path)) {
            boolean ignored = name.startsWith(".")
                    || (depth == 0 && NO_SOURCES.contains(name))
                    || IGNORED.stream().anyMatch(name::endsWith);
            if (!ignored) {
                source(VarsFiles.in(path, name), depth + 1);
                read++;
            }
        }
        if (read == 0 && depth == 0) {
            errors.error(
                    new Position(path, 1, 1),
                    "there is no inventory in this directory",
                    "files whose names begin with \".\" or end in " + String.join(", ", IGNORED) + " are passed over");
        }
    }

    private void file(String path, String text) {
        if (VarsFiles.refuseVault(path, text, errors)) {
            return;
        }
        if (isYaml(path, text)) {
            Optional<Node> root = YamlReader.readPossiblyEmpty(path, text, errors);
            root.filter(n -> !(n instanceof Scalar s && s.isNull())).ifPresent(new YamlSource(draft, errors)::read);
        } else {
            new IniSource(path, draft, errors).read(text);
        }
    }

    // By the ending; without a telling one, by the first line that says something.
    private static boolean isYaml(String path, String text) {
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".yml") || name.endsWith(".yaml") || name.endsWith(".json")) {
            return true;
        }
        return !name.endsWith(".ini")
                && text.lines()
                        .map(String::strip)
                        .filter(l -> !l.isEmpty() && l.charAt(0) != '#' && l.charAt(0) != ';')
                        .findFirst()
                        .filter(l -> YAML_LINE.matcher(l).matches())
                        .isPresent();
    }
}
