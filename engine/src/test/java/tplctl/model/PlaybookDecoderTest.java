package tplctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.Ref;

class PlaybookDecoderTest {
    @Test
    void everyResourceTakesTheCommonKeys() {
        Common common = resource(
                        "things:",
                        "  b:",
                        "  a:",
                        "    needs: [things.b]",
                        "    when: true",
                        "    tags: [x, y]",
                        "    become: false",
                        "    timeout: 90s",
                        "    retries: 2",
                        "    protect: true")
                .common();
        assertThat(common.needs()).extracting(Ref::name).containsExactly("b");
        assertThat(common.tags()).isEqualTo(Set.of("x", "y"));
        assertThat(common.become()).contains(false);
        assertThat(common.timeout()).contains(Duration.ofSeconds(90));
        assertThat(common.retries()).isEqualTo(2);
        assertThat(common.protect()).isTrue();
    }

    @Test
    void withoutThemEachHasItsDefault() {
        Common common = resource("things: { a: }").common();
        assertThat(common).isEqualTo(new Common(List.of(), Set.of(), Optional.empty(), Optional.empty(), 0, false));
    }

    @Test
    void aPlaysTagsAndBecomeAreItsResourcesToo() {
        Common common = resource("become: true", "tags: net", "things: { a: { tags: x } }")
                .common();
        assertThat(common.tags()).isEqualTo(Set.of("net", "x"));
        assertThat(common.become()).contains(true);
    }

    @Test
    void theTimeoutReachesTheKind() {
        assertThat(resource("things: { a: { timeout: 3m } }").subject().limit(Duration.ofSeconds(1)))
                .isEqualTo(Duration.ofMinutes(3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "needs: [x]|\"needs\" takes a resource such as mounts.ramdisk",
                "needs: {a: b}|\"needs\" takes a resource such as mounts.ramdisk",
                "tags: {a: b}|\"tags\" takes a text that is not empty, not a mapping",
                "become: maybe|\"become\" takes true or false, not \"maybe\"",
                "timeout: soon|\"timeout\" takes a time such as 90s, 3m or 1h, not \"soon\"",
                "retries: -1|\"retries\" takes a whole number from 0 to 100, not \"-1\"",
                "retries: 1.5|\"retries\" takes a whole number from 0 to 100, not \"1.5\"",
                "protect: 1|\"protect\" takes true or false, not \"1\"",
                "when: [a]|\"when\" takes a condition",
                "whne: true|unknown field \"whne\" | did you mean \"when\"?"
            })
    void aCommonKeyOfTheWrongFormIsAnError(String line, String message) {
        assertThat(errors("things: { a: { " + line + " } }"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @Test
    void withoutCountThereIsOneOfThatName() {
        assertThat(ids("things: { web: }")).containsExactly("h1:things.web");
    }

    @Test
    void countNumbersFromOneAndIndexesFromZero() {
        Project project = Playbooks.play("things: { web: { count: 3, takes: '{{ index }}' } }");
        assertThat(ids(project)).containsExactly("h1:things.web-1", "h1:things.web-2", "h1:things.web-3");
        assertThat(project.graph().order())
                .extracting(r -> ((Thing.Spec) r.spec()).takes())
                .containsExactly(0, 1, 2);
    }

    @Test
    void aCountOfOneIsNumberedToo() {
        assertThat(ids("things: { web: { count: 1 } }")).containsExactly("h1:things.web-1");
    }

    @Test
    void aCountMayBeAnExpression() {
        assertThat(ids("vars: { n: 2 }", "things: { web: { count: '{{ n }}' } }"))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "many", "10001", "[1]", "99999999999"})
    void anyOtherCountIsAnError(String count) {
        assertThat(errors("things: { web: { count: " + count + " } }"))
                .singleElement()
                .asString()
                .contains("\"count\" takes a whole number from 0 to 10000");
    }

    @Test
    void countIsUnknownToAKindThatHasOneOfEach() {
        assertThat(errors("firsts: { a: { count: 2 } }"))
                .singleElement()
                .asString()
                .contains("unknown field \"count\"");
    }

    @Test
    void aSectionMayBeAListWhereTheKindAllowsIt() {
        assertThat(errors("firsts: [a, b]")).singleElement().asString().contains("\"follow\" takes a text");
        assertThat(errors("things: [a, b]"))
                .containsExactly("2:11 \"things\" takes a mapping of names to fields, not a list");
    }

    @Test
    void whenFalseLeavesAResourceUnmanaged() {
        Project project = Playbooks.play(
                "things:", "  a: { when: false, bogus: 1 }", "  b: { when: 'inventory_hostname == \"h1\"' }");
        assertThat(ids(project)).containsExactly("h1:things.b");
        assertThat(project.playbook().unmanaged()).contains(Playbooks.id("things.a"));
    }

    @Test
    void whenIsDecidedForEachOfACountedOne() {
        assertThat(ids("things: { web: { count: 3, when: 'index != 1' } }"))
                .containsExactly("h1:things.web-1", "h1:things.web-3");
    }

    @Test
    void inlineHostsJoinTheInventory() {
        Project project = Playbooks.project("""
                - hosts: { new1: { ansible_host: 10.0.0.1, path: /x }, new2: }
                  things: { a: { takes: 1 } }
                - hosts: new1
                  things: { b: { path: "{{ path }}" } }
                """);
        assertThat(ids(project)).containsExactly("new1:things.a", "new2:things.a", "new1:things.b");
        assertThat(Optional.ofNullable(project.inventory().hosts().get("new1"))
                        .orElseThrow()
                        .vars())
                .containsKey("ansible_host");
        assertThat(project.playbook().hosts()).containsExactly("new1", "new2");
    }

    @Test
    void factsAreOfTheResourcesHost() {
        Project project = Playbooks.play("things: { a: { takes: '{{ facts.cpus }}', path: '/{{ facts.name }}' } }");
        assertThat(((Thing.Spec) project.graph().order().get(0).spec()).takes()).isEqualTo(4);
        assertThat(project.graph().order().get(0).ties().provided().get(0).path())
                .hasToString("/of-h1");
    }

    @Test
    void theSameIdTwiceForAHostIsAnErrorThatNamesBothPlaces() {
        assertThat(Playbooks.errors("""
                        - hosts: h1
                          things: { web-2: }
                        - hosts: [h1, h2]
                          things: { web: { count: 2 } }
                        """))
                .containsExactly("4:13 things.web-2 is declared twice for h1"
                        + " | the other is at p.yml:2:13; give one of them another name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "../x", "-a", ".a", "'a b'", "a:b", "''", "ünïcode"})
    void aNameIsOnlyOfHarmlessCharacters(String name) {
        assertThat(errors("things: { " + name + ": { } }"))
                .singleElement()
                .asString()
                .contains("cannot be a name");
    }

    @Test
    void aNameHasAtMost63Characters() {
        assertThat(ids("things: { " + "a".repeat(63) + ": }")).hasSize(1);
        assertThat(errors("things: { " + "a".repeat(64) + ": }")).hasSize(1);
        assertThat(errors("things: { " + "a".repeat(62) + ": { count: 1 } }")).hasSize(1);
    }

    @Test
    void anUnknownKindOrKeyIsAnErrorWithASuggestion() {
        assertThat(errors("thigns: { a: }"))
                .containsExactly("2:3 unknown kind or key \"thigns\" in a play | did you mean \"things\"?");
        assertThat(errors("zzz: 1")).singleElement().asString().contains("a play has: name, hosts");
    }

    @Test
    void anUnknownHostIsAnErrorWithASuggestion() {
        assertThat(Playbooks.errors("- hosts: h11\n"))
                .singleElement()
                .asString()
                .contains("h11", "did you mean");
    }

    @Test
    void aPlayWithoutHostsIsAnError() {
        assertThat(Playbooks.errors("- things: { a: }\n"))
                .singleElement()
                .asString()
                .contains("without \"hosts\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{hosts: h1}", "[7]", "just text"})
    void whatIsNoListOfPlaysIsAnError(String yaml) {
        assertThat(Playbooks.errors(yaml)).hasSize(1);
    }

    @Test
    void allMistakesAreReportedInOnePassAndEachOnceForManyHosts() {
        assertThat(Playbooks.errors("""
                        - hosts: [h1, h2, h3]
                          vars: [no]
                          bogus: 1
                          things:
                            a/b: { }
                            c: { takes: x, path: relative, nope: 1 }
                            d: { ref: zzz, retries: -1 }
                            e: { on: "{{ nothing }}" }
                            f: text
                            g: { ref: h }
                        """))
                .extracting(e -> e.substring(0, e.indexOf(' ')))
                .containsExactly("2:9", "3:3", "5:5", "6:17", "6:26", "6:36", "7:15", "7:29", "8:18", "9:8", "10:15");
    }

    @Test
    void anEmptySectionOrBodyIsNothing() {
        assertThat(ids("things:")).isEmpty();
        assertThat(ids("things: { a: null, b: {} }")).hasSize(2);
    }

    private static Resource<?, ?> resource(String... lines) {
        return Playbooks.resource(Playbooks.play(lines), "things.a");
    }

    private static List<String> errors(String... lines) {
        return Playbooks.errors(Playbooks.text(lines));
    }

    private static List<String> ids(String... lines) {
        return ids(Playbooks.play(lines));
    }

    private static List<String> ids(Project project) {
        return project.playbook().resources().stream().map(Resource::toString).toList();
    }
}
