package tplctl.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Content;
import tplctl.kind.Decoding;
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
import tplctl.kind.Values;

/**
 * A regular file with that content. Contents are compared by SHA-256 and appear in no message. A large local source is compared by
 * stamps on both sides (see {@link Stamps}), so that a run with nothing to do reads it neither here nor there.
 */
final class Files implements Kind<Files.Spec, Seen<Files.State>> {
    record Spec(AbsPath path, Body body, String mode, Optional<String> owner) {}

    /** What shall be in the file. */
    sealed interface Body {
        record Inline(Content content) implements Body {}

        record Local(Decoding.Asset asset) implements Body {}
    }

    /**
     * @param sourceStamp the stamp of the source that it was written from, when the file is still as it was then; else empty
     */
    record State(FileMeta meta, String sha256, String sourceStamp) {}

    private static final long LARGE = 1L << 20;
    private static final Sh DETAILS = details(Sh.of("sha256sum <\"$p\""));

    private static final Field<AbsPath> PATH = Field.required(
            "path", Types.PROVIDED_PATH, "the file; missing directories above it are made with mode 0755");
    private static final Field<Optional<String>> CONTENT = Field.optional("content", Types.CONTENT, "what is in it");
    private static final Field<Optional<String>> SOURCE = Field.optional(
            "source", Types.WORD, "a local file with what is in it; relative paths start at the playbook");
    private static final Field<Optional<String>> TEMPLATE = Field.optional(
            "template",
            Types.WORD,
            "a local Jinja template that renders what is in it; relative paths start at the playbook");
    private static final Field<String> MODE = Field.withDefault("mode", Types.MODE, "0644", "permission bits");
    private static final Field<Optional<String>> OWNER =
            Field.optional("owner", FileMeta.OWNER, "user:group, by names or numbers; left out, it stays as it is");

    @Override
    public String name() {
        return "files";
    }

    @Override
    public String doc() {
        return "A file exists, with that content, mode and owner.";
    }

    @Override
    public String example() {
        return """
                files:
                  motd: { path: /etc/motd, content: "This host is kept by tplctl.\\n" }
                  key: { path: /etc/ssl/private/web.key, content: "{{ web_key }}", mode: "0600" }
                """;
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>("a file", List.of(PATH, CONTENT, SOURCE, TEMPLATE, MODE, OWNER), Files::build);
    }

    private static Spec build(Values v, Decoding to) {
        List<String> given = new ArrayList<>();
        for (Field<?> field : List.of(CONTENT, SOURCE, TEMPLATE)) {
            if (v.isSet(field)) {
                given.add(field.name());
            }
        }
        if (given.size() != 1) {
            to.error(
                    v.at(),
                    given.isEmpty()
                            ? "nothing says what is in the file"
                            : "\"" + String.join("\" and \"", given) + "\" exclude each other",
                    "give one of content, source, template; content: \"\" makes an empty file");
        }
        return new Spec(v.get(PATH), body(v, to), v.get(MODE), v.get(OWNER));
    }

    private static Body body(Values v, Decoding to) {
        Optional<String> text = v.get(CONTENT);
        if (text.isEmpty() && v.get(SOURCE).isPresent()) {
            Optional<Body> local = local(v.get(SOURCE).get(), v, to);
            if (local.isPresent()) {
                return local.get();
            }
        }
        if (text.isEmpty() && v.get(TEMPLATE).isPresent()) {
            text = to.assets().render(v.get(TEMPLATE).get(), v.at(TEMPLATE), to.diagnostics());
        }
        return new Body.Inline(Content.of(text.orElse("")));
    }

    private static Optional<Body> local(String path, Values v, Decoding to) {
        return LocalSource.find(
                        path,
                        v.at(SOURCE),
                        to,
                        "\"source\" names a file on this machine; a relative path starts at the playbook's directory",
                        "let the host fetch it: an image with a URL as its source, or a command")
                .map(Body.Local::new);
    }

    @Override
    public Probe<Seen<State>> probe(Subject self, Spec want) {
        Sh details = DETAILS;
        if (want.body instanceof Body.Local local && isLarge(local.asset())) {
            Sh digest = Sh.of("""
                    i=$({}) r= h= o=
                    [ ! -f {} ] || { IFS= read -r r; IFS= read -r h; IFS= read -r o; } <{}
                    if [ -n "$i" ] && [ "$i" = "$r" ]; then printf '%s  -\\n%s\\n' "$h" "$o"; else sha256sum <"$p"; fi""", Stamps.identity(Sh.of("\"$p\"")), stamp(want.path), stamp(want.path));
            details = details(digest);
        }
        return new Probe<>(
                Place.look(want.path, Place.Sort.FILE, details),
                out -> Place.read(want.path, out, lines -> parse(want.path, out, lines)));
    }

    private static Sh details(Sh digest) {
        return Place.all(List.of(FileMeta.PROBE, Sh.of("{\n{}\n}", digest)));
    }

    private static State parse(AbsPath path, ProbeOutput out, List<String> lines) {
        Optional<FileMeta> meta = lines.isEmpty() ? Optional.empty() : FileMeta.parse(lines.get(0));
        if (meta.isEmpty()
                || lines.size() < 2
                || lines.size() > 3
                || !lines.get(1).matches("[0-9a-f]{64}  -")) {
            throw out.unexpected("mode, owner and digest of " + path);
        }
        return new State(meta.get(), lines.get(1).substring(0, 64), lines.size() == 3 ? lines.get(2) : "");
    }

    private static boolean isLarge(Decoding.Asset asset) {
        return asset.size() > LARGE && !asset.stamp().isEmpty();
    }

    @Override
    public List<Change> changes(Subject self, Spec want, Seen<State> have) {
        if (have instanceof Seen.Obstacle<State> obstacle) {
            return List.of(Change.refused(
                    Impact.CREATE, "path", obstacle.what(), "a file", Place.refusal(want.path, obstacle.what())));
        }
        if (have instanceof Seen.Missing<State> missing) {
            Content content = content(want.body);
            List<Step> steps = new ArrayList<>();
            if (missing.parents() > 0) {
                steps.add(new Step.Run(Place.makeParents(want.path), "making " + want.path.parent()));
            }
            steps.add(new Step.WriteFile(want.path.text(), content, want.mode, want.owner.orElse("")));
            String sha256 = content.sha256();
            return stamped(want, sha256, List.of(new Change(Impact.CREATE, "content", "absent", brief(sha256), steps)));
        }
        State state = ((Seen.Here<State>) have).it();
        List<Change> changes = new ArrayList<>();
        String sha256 = state.sha256;
        if (!isSame(want.body, state)) {
            Content content = content(want.body);
            sha256 = content.sha256();
            String owner = want.owner.orElse(state.meta.ids());
            changes.add(Change.update(
                    "content",
                    brief(state.sha256),
                    brief(sha256),
                    new Step.WriteFile(want.path.text(), content, want.mode, owner)));
        }
        changes.addAll(state.meta.changes(want.path, Optional.of(want.mode), want.owner));
        return stamped(want, sha256, changes);
    }

    // After the last step, since a change of mode or owner moves the ctime too.
    private static List<Change> stamped(Spec want, String sha256, List<Change> changes) {
        if (changes.isEmpty() || !(want.body instanceof Body.Local local) || !isLarge(local.asset())) {
            return changes;
        }
        List<Change> all = new ArrayList<>(changes);
        Change last = all.remove(all.size() - 1);
        List<Step> steps = new ArrayList<>(last.steps());
        steps.add(new Step.Run(
                Stamps.write(
                        stamp(want.path),
                        want.path,
                        List.of(sha256, local.asset().stamp())),
                "remembering what was written"));
        all.add(new Change(last.impact(), last.field(), last.from(), last.to(), steps));
        return all;
    }

    private static boolean isSame(Body body, State state) {
        if (body instanceof Body.Local local
                && isLarge(local.asset())
                && local.asset().stamp().equals(state.sourceStamp)) {
            return true;
        }
        return content(body).sha256().equals(state.sha256);
    }

    private static Content content(Body body) {
        return body instanceof Body.Inline inline
                ? inline.content()
                : ((Body.Local) body).asset().content();
    }

    private static String brief(String sha256) {
        return "sha256 " + sha256.substring(0, 12);
    }

    private static String stamp(AbsPath path) {
        return Stamps.path("files", "", path);
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, Seen<State> have) {
        return have instanceof Seen.Missing<State> missing
                ? Optional.of(Map.of("path", want.path.text(), "parents", Integer.toString(missing.parents())))
                : Optional.empty();
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        Traced traced = new Traced(trace);
        AbsPath path = traced.path("path");
        Sh script = Place.all(List.of(
                Sh.of("rm -f -- {} {}", path, stamp(path)), Place.removeParents(path, traced.number("parents"))));
        return new Removal(path.text(), new Step.Run(script, "removing " + path));
    }
}
