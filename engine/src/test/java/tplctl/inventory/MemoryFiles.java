package tplctl.inventory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tplctl.diag.Diagnostic;
import tplctl.diag.Diagnostics;
import tplctl.diag.Position;

/** Inventory files in memory; what a program prints is a file named by its whole command. */
final class MemoryFiles implements SourceFiles {
    private final Map<String, String> files = new LinkedHashMap<>();
    Optional<String> playbookDirectory = Optional.empty();

    MemoryFiles with(String path, String... lines) {
        files.put(path, String.join("\n", lines) + "\n");
        return this;
    }

    MemoryFiles besidePlaybook(String directory) {
        playbookDirectory = Optional.of(directory);
        return this;
    }

    /** The inventory that sources give; fails where there are errors. */
    Inventory read(String... sources) {
        Diagnostics errors = new Diagnostics();
        Optional<Inventory> inventory =
                InventoryReader.read(List.of(sources), playbookDirectory, java.util.Set.of(), this, errors);
        return inventory.orElseThrow(() -> new AssertionError(errors.sorted().toString()));
    }

    /** What is wrong: {@code FILE:LINE:COLUMN summary | detail}. */
    List<String> errors(String... sources) {
        Diagnostics errors = new Diagnostics();
        InventoryReader.read(List.of(sources), playbookDirectory, java.util.Set.of(), this, errors);
        return shown(errors);
    }

    static List<String> shown(Diagnostics errors) {
        return errors.sorted().stream().map(MemoryFiles::shown).toList();
    }

    private static String shown(Diagnostic d) {
        return d.at() + " " + d.summary() + (d.detail().isEmpty() ? "" : " | " + d.detail());
    }

    @Override
    public Type type(String path) {
        if (files.keySet().stream().anyMatch(f -> f.startsWith(path + "/"))) {
            return Type.DIRECTORY;
        }
        if (files.containsKey(path)) {
            return Type.FILE;
        }
        return files.keySet().stream().anyMatch(f -> f.startsWith(path + " --")) ? Type.PROGRAM : Type.NONE;
    }

    @Override
    public List<String> names(String directory) {
        TreeSet<String> names = new TreeSet<>();
        String prefix = directory.isEmpty() ? "" : directory + "/";
        files.keySet().stream()
                .filter(f -> f.startsWith(prefix))
                .forEach(f -> names.add(f.substring(prefix.length()).split("/")[0]));
        return List.copyOf(names);
    }

    @Override
    public Optional<String> text(String path, Diagnostics errors) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public Optional<String> output(String path, List<String> arguments, String name, Diagnostics errors) {
        Optional<String> text = Optional.ofNullable(files.get(name));
        if (text.isEmpty()) {
            errors.error(new Position(path, 1, 1), "asked for " + arguments);
        }
        return text;
    }

    @Override
    public boolean same(String one, String other) {
        return one.equals(other);
    }
}
