package tplctl.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.Decoding;
import tplctl.kind.Field;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.Probe;
import tplctl.kind.ProbeException;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Ref;
import tplctl.kind.Removal;
import tplctl.kind.ResourceId;
import tplctl.kind.Schema;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Subject;
import tplctl.kind.Types;
import tplctl.kind.Values;

/**
 * A kind for tests. Its probe is {@code look NAME}; the answer is the list of what must change: {@code ok}, or some of {@code
 * create, update, replace, replace>NAME, migrate, unknown, refused}, where {@code replace>NAME} takes the thing of that name away
 * from under its users. Each change is one step, {@code create NAME} and so on.
 */
public record Thing(String name, Set<String> after, boolean counted, boolean namedHostWide)
        implements Kind<Thing.Spec, String> {
    /** What can be written of it. */
    public record Spec(int takes, int gives, Optional<String> also) {}

    public static final Thing THINGS = new Thing("things", Set.of(), true, true);
    public static final Thing FIRSTS = new Thing("firsts", Set.of(), false, false);
    public static final Thing LASTS = new Thing("lasts", Set.of("firsts"), false, false);
    public static final Map<String, Kind<?, ?>> KINDS = kinds();

    private static final Field<Optional<AbsPath>> PATH = Field.optional("path", Types.PROVIDED_PATH, "what it makes");
    private static final Field<Optional<AbsPath>> ON = Field.optional("on", Types.USED_PATH, "what it stands on");
    private static final Field<Optional<Ref>> REF = Field.optional("ref", Types.ref("things"), "another one");
    private static final Field<Optional<String>> MARK = Field.optional("mark", Types.WORD, "a word");
    private static final Field<Optional<String>> FOLLOW = Field.optional("follow", Types.WORD, "a word");
    private static final Field<Optional<String>> ALSO = Field.optional("also", Types.HOST, "another host to look at");
    private static final Field<Integer> TAKES = Field.withDefault("takes", Types.integer(0, 999), 0, "from the pool");
    private static final Field<Integer> GIVES = Field.withDefault("gives", Types.integer(0, 999), 0, "to the pool");

    private static Map<String, Kind<?, ?>> kinds() {
        Map<String, Kind<?, ?>> kinds = new java.util.LinkedHashMap<>();
        List.of(THINGS, FIRSTS, LASTS).forEach(k -> kinds.put(k.name(), k));
        return kinds;
    }

    @Override
    public String doc() {
        return "A thing is there.";
    }

    @Override
    public String example() {
        return "things: { a: }";
    }

    @Override
    public Optional<String> listField() {
        return name.equals("firsts") ? Optional.of("follow") : Optional.empty();
    }

    @Override
    public Schema<Spec> schema() {
        return new Schema<>("a thing", List.of(PATH, ON, REF, MARK, FOLLOW, ALSO, TAKES, GIVES), Thing::build);
    }

    private static Spec build(Values v, Decoding to) {
        v.get(MARK).ifPresent(to::marks);
        v.get(FOLLOW).ifPresent(to::follows);
        return new Spec(v.get(TAKES), v.get(GIVES), v.get(ALSO));
    }

    @Override
    public Probe<String> probe(Subject self, Spec want) {
        Map<String, Sh> elsewhere = new java.util.HashMap<>();
        want.also().ifPresent(host -> elsewhere.put(host, Sh.of("look {}", self.name() + "-there")));
        return new Probe<>(Sh.of("look {}", self.name()), elsewhere, Thing::parse);
    }

    @Override
    public Set<String> elsewhere(Subject self, Spec want) {
        return want.also().map(Set::of).orElse(Set.of());
    }

    private static String parse(ProbeOutput out) {
        if (out.exit() != 0) {
            throw new ProbeException("exit " + out.exit());
        }
        for (ProbeOutput.Elsewhere other : out.elsewhere().values()) {
            if (other.output().isPresent()
                    && !other.output().get().stdout().strip().equals("ok")) {
                return other.output().get().stdout().strip();
            }
        }
        return out.stdout().strip();
    }

    @Override
    public List<Change> changes(Subject self, Spec want, String have) {
        List<Change> changes = new ArrayList<>();
        for (String word : have.split(" ")) {
            if (!word.equals("ok")) {
                changes.add(change(self, word));
            }
        }
        return changes;
    }

    @Override
    public List<Change> displaced(Subject self, Spec want, String have) {
        return have.equals("ok") ? List.of(change(self, "replace")) : changes(self, want, have);
    }

    private static Change change(Subject self, String word) {
        if (word.equals("refused")) {
            return Change.refused(Impact.CREATE, "it", "", "there", "it must not be");
        }
        String verb = word.replaceAll(">.*", "");
        Step step = new Step.Run(Sh.of(verb + " {}", self.name()), verb + " it");
        Change change = new Change(
                Impact.valueOf(verb.toUpperCase(java.util.Locale.ROOT)), "it", "as it was", "there", List.of(step));
        return word.contains(">")
                ? change.displacing(
                        List.of(new ResourceId(self.id().host(), "things", word.substring(verb.length() + 1))))
                : change;
    }

    @Override
    public List<Claim> claims(Subject self, Spec want, String have, List<Change> changes) {
        return changes.isEmpty() || want.takes() + want.gives() == 0
                ? List.of()
                : List.of(new Claim("the pool", "pages", 10, want.takes(), want.gives()));
    }

    @Override
    public Optional<Map<String, String>> trace(Subject self, Spec want, String have) {
        return Optional.of(Map.of("name", self.name()));
    }

    @Override
    public Removal removal(Subject self, Map<String, String> trace) {
        return new Removal(self.name(), new Step.Run(Sh.of("remove {}", self.name()), "remove it"));
    }
}
