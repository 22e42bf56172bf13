package tplctl.inventory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/** The files of {@code group_vars} and {@code host_vars} in one directory. */
final class VarsFiles {
    static final String GROUPS = "group_vars";
    static final String HOSTS = "host_vars";
    private static final List<String> ENDINGS = List.of("", ".yml", ".yaml", ".json");
    private static final int MAX_DEPTH = 20;

    private final SourceFiles files;
    private final Draft draft;
    private final Diagnostics errors;

    VarsFiles(SourceFiles files, Draft draft, Diagnostics errors) {
        this.files = files;
        this.draft = draft;
        this.errors = errors;
    }

    void read(String directory, Draft.Tier tier) {
        read(in(directory, GROUPS), draft.groupNames(), draft::group, tier);
        read(in(directory, HOSTS), draft.hostNames(), draft::host, tier);
    }

    // The directory is listed once, so that many hosts cost nothing; of what it has for others nothing is read.
    private void read(
            String directory, Set<String> owners, Function<String, Optional<Draft.Owner>> owner, Draft.Tier tier) {
        List<String> names = files.names(directory);
        if (names.isEmpty()) {
            return;
        }
        Set<String> there = new HashSet<>(names);
        for (String name : List.copyOf(owners)) {
            String chosen = "";
            for (String ending : ENDINGS) {
                String candidate = name + ending;
                if (!there.contains(candidate)) {
                    continue;
                }
                if (chosen.isEmpty()) {
                    chosen = in(directory, candidate);
                    add(chosen, owner.apply(name).orElseThrow(), tier);
                } else {
                    errors.warn(
                            new Position(in(directory, candidate), 1, 1),
                            "not read, because there is " + chosen,
                            "make them one, or put both into the directory " + in(directory, name));
                }
            }
        }
    }

    private void add(String path, Draft.Owner owner, Draft.Tier tier) {
        for (String file : below(path, 0)) {
            read(file).ifPresent(vars -> owner.add(tier, vars));
        }
    }

    private List<String> below(String path, int depth) {
        if (files.type(path) != SourceFiles.Type.DIRECTORY) {
            return List.of(path);
        }
        List<String> found = new ArrayList<>();
        for (String name : depth == MAX_DEPTH ? List.<String>of() : files.names(path)) {
            if (name.startsWith(".") || name.endsWith("~")) {
                continue;
            }
            String inside = in(path, name);
            int dot = name.lastIndexOf('.');
            if (files.type(inside) == SourceFiles.Type.DIRECTORY
                    || ENDINGS.contains(dot < 0 ? "" : name.substring(dot))) {
                found.addAll(below(inside, depth + 1));
            }
        }
        return found;
    }

    private Optional<Map<String, Node>> read(String file) {
        Optional<String> text = files.text(file, errors);
        if (text.isEmpty() || refuseVault(file, text.get(), errors)) {
            return Optional.empty();
        }
        Optional<Node> root = YamlReader.readPossiblyEmpty(file, text.get(), errors);
        if (root.isPresent() && root.get() instanceof MapNode map) {
            return Optional.of(YamlSource.byName(map));
        }
        root.filter(n -> !(n instanceof Scalar s && s.isNull()))
                .ifPresent(n -> errors.error(n.at(), "variables are a mapping, not " + n.label(), ""));
        return Optional.of(new LinkedHashMap<>());
    }

    /** Whether a file is one of ansible-vault's; an error then says what can be done. */
    static boolean refuseVault(String file, String text, Diagnostics errors) {
        if (!text.startsWith("$ANSIBLE_VAULT")) {
            return false;
        }
        errors.error(
                new Position(file, 1, 1),
                "the file is encrypted by ansible-vault, which is not supported",
                "decrypt it (ansible-vault decrypt " + file
                        + "), or leave it out and give what it holds with -e @FILE, a"
                        + " password with --become-password-file or --connection-password-file");
        return true;
    }

    static String in(String directory, String name) {
        return directory.isEmpty() ? name : directory.endsWith("/") ? directory + name : directory + "/" + name;
    }
}
