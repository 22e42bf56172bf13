package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
class AlikeKindTest {
    private static final Thing.Spec SPEC = new Thing.Spec(1, 2, Optional.empty());

    private final Set<String> asked = new HashSet<>();
    private final AlikeKind<Thing.Spec, String> kind = new AlikeKind<>(Thing.THINGS, subject("h1", "a"), SPEC);

    private static Subject subject(String host, String name) {
        return new Subject(new ResourceId(host, "things", name), "site");
    }

    private static ProbeOutput said(String word) {
        return new ProbeOutput(0, List.of(word));
    }

    private String read(Subject self, ProbeOutput output) {
        return kind.probe(self, SPEC).parse().apply(output);
    }

    private List<Change> changes(Subject self, String word) {
        return kind.changes(self, SPEC, read(self, said(word)));
    }

    @Test
    void ofHostsThatSayTheSameOneIsThoughtAbout() {
        Subject first = subject("h1", "a");
        Subject second = subject("h2", "a");
        assertThat(kind.probe(second, SPEC)).isSameAs(kind.probe(first, SPEC));
        assertThat(read(second, said("create"))).isSameAs(read(first, said("create")));
        assertThat(changes(second, "create")).isSameAs(changes(first, "create")).hasSize(1);
        String have = read(first, said("create"));
        assertThat(kind.trace(second, SPEC, have))
                .isSameAs(kind.trace(first, SPEC, have))
                .isEqualTo(Thing.THINGS.trace(first, SPEC, "create"));
    }

    @Test
    void aHostThatSaysSomethingElseIsNotTakenForOneThatSaysTheSame() {
        List<String> words = List.of("create", "update", "ok", "replace", "unknown", "create update", "update create");
        for (int round = 0; round < 2; round++) {
            for (String word : words) {
                assertThat(changes(subject("h" + round, "a"), word))
                        .isEqualTo(Thing.THINGS.changes(subject("h1", "a"), SPEC, word));
            }
        }
        Subject self = subject("h1", "a");
        assertThat(read(self, new ProbeOutput(0, "ok\n", ""))).isNotSameAs(read(self, new ProbeOutput(0, "ok\n", "!")));
    }

    @Test
    void howeverManyDifferentThingsHostsSay() {
        for (int i = 0; i < 40; i++) {
            assertThat(asked.add(read(subject("h" + i, "a"), said("update replace>" + i))))
                    .isTrue();
        }
        assertThat(changes(subject("h1", "a"), "update replace>39"))
                .isEqualTo(Thing.THINGS.changes(subject("h1", "a"), SPEC, "update replace>39"));
    }

    @Test
    void anotherNameOwnerLimitOrSpecIsAskedOnItsOwn() {
        String have = read(subject("h1", "a"), said("create"));
        List<Change> known = kind.changes(subject("h1", "a"), SPEC, have);
        Subject other = subject("h2", "b");
        Subject owner = new Subject(new ResourceId("h2", "things", "a"), "another");
        Subject limit = new Subject(new ResourceId("h2", "things", "a"), "site", Optional.of(Duration.ofSeconds(1)));
        Thing.Spec equal = new Thing.Spec(1, 2, Optional.empty());
        assertThat(kind.changes(other, SPEC, have)).isNotSameAs(known);
        assertThat(kind.changes(owner, SPEC, have)).isNotSameAs(known);
        assertThat(kind.changes(limit, SPEC, have)).isNotSameAs(known);
        assertThat(kind.changes(subject("h1", "a"), equal, have)).isNotSameAs(known);
        assertThat(kind.probe(other, SPEC).script().script()).isEqualTo("look b");
        assertThat(kind.trace(other, SPEC, have)).isEqualTo(Thing.THINGS.trace(other, SPEC, have));
    }
}
