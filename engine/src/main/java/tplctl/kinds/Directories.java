package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Removal;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;

/**
 * A directory with mode and owner. One that is there already keeps what the user does not name; only one that was made is taken
 * away again, and only when it is empty.
 */
final class Directories implements Kind<Directories.Spec, Seen<FileMeta>> {
    record Spec(AbsPath path, Optional<String> mode, Optional<String> owner) {}

    private static final String MODE_WHEN_MADE = "0755";

    private static final Field<AbsPath> PATH =
            Field.required("path", Types.PROVIDED_PATH, "the directory; missing ones above it are made with mode 0755");
    private static final Field<Optional<String>> MODE = Field.optional(
            "mode",
            Types.MODE,
            "permission bits; left out, a new directory gets 0755 and one that is there keeps its own");
    private static final Field<Optional<String>> OWNER =
            Field.optional("owner", FileMeta.OWNER, "user:group, by names or numbers; left out, it stays as it is");

    @Override
    public String name() {
        return "directories";
    }

    @Override
    public String doc() {
        return "A directory exists, with that mode and owner.";
    }

    @Override
    public String example() {
        return """
                directories:
                  exports: { path: /srv/exports, mode: "0750", owner: "root:root" }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>(
                "a directory", List.of(PATH, MODE, OWNER), (v, to) -> new Spec(v.get(PATH), v.get(MODE), v.get(OWNER)));
    }

    @Override
    public boolean sameOnEveryHost() {
        return true;
    }

    @Override
    public Probe<Seen<FileMeta>> probe(Subject self, Spec want) {
        return new Probe<>(Place.look(want.path, Place.Sort.DIRECTORY, FileMeta.PROBE), out -> parse(want, out));
    }

    private static Seen<FileMeta> parse(Spec want, ProbeOutput out) {
        return Place.read(
                want.path,
                out,
                lines -> Optional.of(lines)
                        .filter(l -> l.size() == 1)
                        .flatMap(l -> FileMeta.parse(l.get(0)))
                        .orElseThrow(() -> out.unexpected("mode and owner of " + want.path)));
    }

    @Override
    public List<Change> changes(Subject self, Spec want, Seen<FileMeta> have) {
        if (have instanceof Seen.Obstacle<FileMeta> obstacle) {
            return List.of(Change.refused(
                    Impact.CREATE, "path", obstacle.what(), "a directory", Place.refusal(want.path, obstacle.what())));
        }
        if (have instanceof Seen.Here<FileMeta> here) {
            return here.it().changes(want.path, want.mode, want.owner);
        }
        return List.of(Change.create("path", want.path.text(), new Step.Run(make(want), "making " + want.path)));
    }

    // Set-group-ID bits do not survive a chown, and mkdir -m leaves a directory alone that appeared meanwhile: hence
    // chmod, last.
    private static Sh make(Spec want) {
        String mode = want.mode.orElse(MODE_WHEN_MADE);
        List<Sh> steps = new ArrayList<>();
        steps.add(Sh.of("mkdir -p -m {} -- {}", mode, want.path));
        want.owner.ifPresent(o -> steps.add(Sh.of("chown -- {} {}", o, want.path)));
        want.mode.ifPresent(m -> steps.add(Sh.of("chmod -- {} {}", m, want.path)));
        return Place.all(steps);
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, Seen<FileMeta> have) {
        return have instanceof Seen.Missing<FileMeta> missing
                ? Optional.of(Map.of("path", want.path.text(), "parents", Integer.toString(missing.parents())))
                : Optional.empty();
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        AbsPath path = traced.path("path");
        Sh script = Sh.of(
                """
                if [ -d {} ] && [ ! -h {} ] && ! rmdir -- {} 2>/dev/null; then
                printf '%s\\n' {} >&2
                else
                {}
                fi""",
                path,
                path,
                path,
                path + " is not empty, or in use, and stays",
                Place.removeParents(path, traced.number("parents")));
        return new Removal(path.text(), new Step.Run(script, "removing " + path));
    }
}
