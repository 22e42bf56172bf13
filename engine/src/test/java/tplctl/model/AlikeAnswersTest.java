package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tplctl.kind.Change;
import tplctl.kind.ProbeOutput;
import tplctl.kind.ResourceId;
import tplctl.kind.Subject;

/** What is asked once for all hosts is what each would have been told, and nothing else is answered from memory. */
class AlikeAnswersTest {
    private static final Thing.Spec SPEC = new Thing.Spec(1, 2, Optional.empty());

    private final Set<String> asked = new HashSet<>();
    private final AlikeAnswers<Thing.Spec, String> answers = new AlikeAnswers<>(Thing.THINGS);

    private static Subject subject(String host) {
        return new Subject(new ResourceId(host, "things", "a"), "site");
    }

    private static ProbeOutput said(String word) {
        return new ProbeOutput(0, List.of(word));
    }

    private String read(Subject self, ProbeOutput output) {
        return answers.probe(self, SPEC).parse().apply(output);
    }

    private List<Change> changes(Subject self, String word) {
        return answers.changes(self, SPEC, read(self, said(word)));
    }

    @Test
    void ofHostsThatSayTheSameOneIsThoughtAbout() {
        Subject first = subject("h1");
        Subject second = subject("h2");
        assertThat(answers.probe(second, SPEC)).isSameAs(answers.probe(first, SPEC));
        assertThat(read(second, said("create"))).isSameAs(read(first, said("create")));
        assertThat(changes(second, "create")).isSameAs(changes(first, "create")).hasSize(1);
        String have = read(first, said("create"));
        assertThat(answers.trace(second, SPEC, have))
                .isSameAs(answers.trace(first, SPEC, have))
                .isEqualTo(Thing.THINGS.trace(first, SPEC, "create"));
    }

    @Test
    void aHostThatSaysSomethingElseIsNotTakenForOneThatSaysTheSame() {
        List<String> words = List.of("create", "update", "ok", "replace", "unknown", "create update", "update create");
        for (int round = 0; round < 2; round++) {
            for (String word : words) {
                assertThat(changes(subject("h" + round), word))
                        .isEqualTo(Thing.THINGS.changes(subject("h1"), SPEC, word));
            }
        }
        Subject self = subject("h1");
        assertThat(read(self, new ProbeOutput(0, "ok\n", ""))).isNotSameAs(read(self, new ProbeOutput(0, "ok\n", "!")));
    }

    @Test
    void howeverManyDifferentThingsHostsSay() {
        for (int i = 0; i < 40; i++) {
            assertThat(asked.add(read(subject("h" + i), said("update replace>" + i))))
                    .isTrue();
        }
        assertThat(changes(subject("h1"), "update replace>39"))
                .isEqualTo(Thing.THINGS.changes(subject("h1"), SPEC, "update replace>39"));
    }
}
