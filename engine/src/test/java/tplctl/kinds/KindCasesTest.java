package tplctl.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tplctl.diag.Diagnostics;
import tplctl.kind.Change;
import tplctl.kind.Claim;
import tplctl.kind.ProbeException;
import tplctl.kind.Step;
import tplctl.text.MapNode;

/** Every case file of every kind; see {@link KindCase} for their form. */
class KindCasesTest {
    @TestFactory
    Stream<DynamicTest> decodes() {
        return tests("decode", KindCasesTest::decode);
    }

    @TestFactory
    Stream<DynamicTest> parses() {
        return tests("parse", KindCasesTest::parse);
    }

    @TestFactory
    Stream<DynamicTest> changes() {
        return tests("changes", KindCasesTest::change);
    }

    private static Stream<DynamicTest> tests(String sort, Consumer<KindCase> test) {
        return Kinds.ALL.stream()
                .flatMap(kind -> KindCase.all(kind, sort).stream())
                .map(c -> DynamicTest.dynamicTest(c.file(), () -> test.accept(c)));
    }

    private static void decode(KindCase c) {
        Diagnostics errors = new Diagnostics();
        c.decode(errors);
        List<String> shown = errors.sorted().stream()
                .map(d -> d.detail().isEmpty() ? d.summary() : d.summary() + " | " + d.detail())
                .toList();
        assertThat(shown).isEqualTo(c.texts("errors"));
    }

    private static void parse(KindCase c) {
        Trial<?, ?> trial = c.trial();
        if (c.has("error")) {
            assertThatThrownBy(() -> trial.parse(c.output()))
                    .isInstanceOf(ProbeException.class)
                    .hasMessageContaining(c.text("error").orElseThrow());
        } else {
            assertThat(trial.parse(c.output())).hasToString(c.text("state").orElseThrow());
        }
    }

    private static void change(KindCase c) {
        Trial<?, ?> trial = c.trial();
        List<Change> changes = trial.changes(c.output("observed"));
        List<MapNode> wanted = c.maps("changes");
        assertThat(changes.stream().map(KindCasesTest::shown).collect(Collectors.joining("\n")))
                .isEqualTo(wanted.stream().map(KindCasesTest::shown).collect(Collectors.joining("\n")));
        for (int i = 0; i < wanted.size(); i++) {
            commands(changes.get(i), wanted.get(i));
        }
        if (c.has("claims")) {
            assertThat(trial.claims(c.output("observed")).stream()
                            .map(KindCasesTest::shown)
                            .toList())
                    .isEqualTo(c.texts("claims"));
        }
        if (c.has("trace")) {
            assertThat(trial.trace(c.output("observed")).orElse(Map.of()))
                    .isEqualTo(c.map("trace").orElseThrow());
        }
        if (changes.stream().noneMatch(Change::isRefused)) {
            assertThat(trial.changes(c.output("after"))).isEmpty();
        }
    }

    private static void commands(Change change, MapNode wanted) {
        wanted.get("commands")
                .ifPresent(commands -> assertThat(change.steps().stream()
                                .map(Step::shown)
                                .flatMap(List::stream)
                                .map(String::strip)
                                .toList())
                        .isEqualTo(KindCase.texts(commands).stream()
                                .map(String::strip)
                                .toList()));
    }

    private static String shown(Claim claim) {
        return claim.pool() + ": free " + claim.free() + ", takes " + claim.takes() + ", gives " + claim.gives() + " "
                + claim.unit() + (claim.once().isEmpty() ? "" : ", once for " + claim.once());
    }

    private static String shown(Change change) {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("impact", change.impact().toString());
        shown.put("field", change.field());
        shown.put("from", change.from());
        shown.put("to", change.to());
        shown.put("refusal", change.refusal());
        shown.put("notes", change.notes().toString());
        return shown.toString();
    }

    private static String shown(MapNode wanted) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (String key : List.of("impact", "field", "from", "to", "refusal")) {
            shown.put(key, wanted.get(key).map(KindCase::text).orElse(""));
        }
        shown.put(
                "notes",
                wanted.get("notes").map(KindCase::texts).orElse(List.of()).toString());
        return shown.toString();
    }
}
