package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tplctl.diag.Diagnostics;
import tplctl.kind.AbsPath;
import tplctl.kind.Change;
import tplctl.kind.Impact;
import tplctl.kind.Kind;
import tplctl.kind.ProbeOutput;
import tplctl.kind.Sh;
import tplctl.kind.Step;
import tplctl.kind.Word;
import tplctl.machine.DiskImage;
import tplctl.text.MapNode;
import tplctl.text.Node;
import tplctl.text.Scalar;
import tplctl.text.YamlReader;

/** What holds for every kind. */
class KindContractTest {
    /** What hostile values of the case files hold; in a shell it would make a file of that name. */
    private static final String HOSTILE = "canary";

    static Stream<Kind<?, ?>> kinds() {
        return Kinds.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hasACaseOfNothingThereOfAllThereAndOfAnAnswerItDoesNotKnow(Kind<?, ?> kind) {
        List<List<Change>> changes = KindCase.all(kind, "changes").stream()
                .map(c -> List.copyOf(c.trial().changes(c.output("observed"))))
                .toList();
        assertThat(changes)
                .as("absent")
                .anyMatch(all -> !all.isEmpty()
                        && (all.get(0).impact() == Impact.CREATE || all.get(0).impact() == Impact.MIGRATE));
        assertThat(changes).as("converged").anyMatch(List::isEmpty);
        assertThat(KindCase.all(kind, "parse")).as("malformed").anyMatch(c -> c.has("error"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void takesHostileValuesAsQuotedWordsOnlyOrRefusesThem(Kind<?, ?> kind) {
        List<Sh> scripts = new ArrayList<>();
        for (KindCase c : KindCase.all(kind, "changes")) {
            if (c.file().contains("hostile")) {
                Trial<?, ?> trial = c.trial();
                scripts.add(trial.probeScript());
                List<Change> changes = trial.changes(c.output("observed"));
                changes.forEach(change -> scripts.addAll(scripts(change.steps())));
                trial.trace(c.output("observed"))
                        .ifPresent(trace -> scripts.addAll(
                                scripts(kind.removal(trial.self(), trace).steps())));
            }
        }
        if (scripts.isEmpty()) {
            assertThat(KindCase.all(kind, "decode"))
                    .as("a hostile value is refused when it is decoded")
                    .anyMatch(c -> c.file().contains("hostile")
                            && c.texts("errors").stream().anyMatch(e -> e.contains(HOSTILE)));
            return;
        }
        assertThat(scripts).anyMatch(sh -> sh.script().contains(HOSTILE));
        assertThat(scripts)
                .allSatisfy(sh -> assertThat(sh.words())
                        .filteredOn(w -> w instanceof Word.Lit)
                        .noneMatch(w -> ((Word.Lit) w).text().contains(HOSTILE)));
    }

    static Stream<KindCase> casesThatAreTheSameOnEveryHost() {
        return kinds().filter(Kind::sameOnEveryHost).flatMap(kind -> KindCase.all(kind, "changes").stream());
    }

    @ParameterizedTest
    @MethodSource("casesThatAreTheSameOnEveryHost")
    void answersTheSameOnEveryHostIfItSaysSo(KindCase c) {
        assertThat(c.has("assets"))
                .as("a local file, which may be another one by the time that the next host is asked about")
                .isFalse();
        Trial<?, ?> here = c.trial();
        Trial<?, ?> there = here.on("another.example");
        ProbeOutput said = c.output("observed");
        assertThat(there.probeScript().script()).isEqualTo(here.probeScript().script());
        assertThat(there.changes(said)).isEqualTo(here.changes(said));
        assertThat(there.trace(said)).isEqualTo(here.trace(said));
    }

    private static List<Sh> scripts(List<Step> steps) {
        return steps.stream()
                .filter(Step.Run.class::isInstance)
                .map(s -> ((Step.Run) s).script())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hasAnExampleThatDecodes(Kind<?, ?> kind) {
        Diagnostics errors = new Diagnostics();
        MapNode play =
                (MapNode) YamlReader.read("example", kind.example(), errors).orElseThrow();
        Node section = play.get(kind.name()).orElseThrow();
        if (section instanceof MapNode map) {
            map.entries().forEach((name, spec) -> decode(kind, name.text(), (MapNode) spec, errors));
        } else {
            Scalar field = new Scalar(kind.listField().orElseThrow(), true, section.at());
            decode(kind, "default", new MapNode(Map.of(field, section), section.at()), errors);
        }
        assertThat(errors.sorted()).isEmpty();
    }

    private static void decode(Kind<?, ?> kind, String name, MapNode spec, Diagnostics errors) {
        FixedLinks links = new FixedLinks(Map.of("images.base", new DiskImage(new AbsPath("/img/base"), "qcow2")));
        Trial.decode(kind, name, ownKeys(kind, spec), new MemoryAssets(Map.of()), links, errors);
    }

    private static MapNode ownKeys(Kind<?, ?> kind, MapNode spec) {
        Map<Scalar, Node> own = new LinkedHashMap<>(spec.entries());
        own.keySet().removeIf(key -> kind.counted() && key.text().equals("count"));
        return new MapNode(own, spec.at());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void saysWhatItIsAndWhatItsFieldsAre(Kind<?, ?> kind) {
        assertThat(kind.doc()).endsWith(".").doesNotContain("\n");
        assertThat(kind.schema().fields())
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.doc()).as(f.name()).isNotEmpty());
    }
}
