package tplctl.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tplctl.diag.Position;
import tplctl.text.ListNode;
import tplctl.text.Node;
import tplctl.text.Scalar;

class ReferencesTest {
    private static final String VARS = """
            ram: 1G
            count: 3
            text: '3'
            on: true
            none: null
            dir: /srv
            list: [10, 20, 30]
            idx: 1
            key: k
            deep: {a: {b: [x, {z: "{{ dir }}/q"}]}, "k k": 7, k: eight, '0': zero}
            alias: "{{ list }}"
            map: {x: "{{ ram }}", y: [1, "{{ idx }}"]}
            nested: "{{ path }}/end"
            path: "{{ dir }}/mid"
            bad: "{{ nope }}"
            """;

    private final ExprFixture fixture = new ExprFixture();
    private final Scope scope = Scope.of(ExprFixture.vars(VARS));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{{ ram }}               | 1G",
                "{{ram}}                 | 1G",
                "{{ text }}              | \"3\"",
                "{{ on }}                | true",
                "{{ list }}              | [10, 20, 30]",
                "{{ list[0] }}           | 10",
                "{{ list[-1] }}          | 30",
                "{{ list.1 }}            | 20",
                "{{ list[idx] }}         | 20",
                "{{ alias[ 2 ] }}        | 30",
                "{{ deep.a.b[0] }}       | x",
                "{{ deep.a.b[1].z }}     | /srv/q",
                "{{ deep['k k'] }}       | 7",
                "{{ deep[\"a\"]['b'][0] }} | x",
                "{{ deep[key] }}         | eight",
                "{{ deep[0] }}           | zero",
                "{{ map }}               | {x=1G, y=[1, 1]}",
                "{{ nested }}            | /srv/mid/end",
                "{{ dir }}/m{{count}}    | /srv/m3",
                "[{{ none }}]            | []",
                "a {{- ram -}} b         | a1Gb",
                "no braces               | \"no braces\"",
                "{\"a\":{\"b\":{}}}      | \"{\"a\":{\"b\":{}}}\"",
                "awk '{print $1}'        | \"awk '{print $1}'\"",
            })
    void followsPlainReferences(String expression, String expected) {
        assertThat(ExprFixture.shown(fixture.resolve(expression, scope))).isEqualTo(expected);
        assertThat(fixture.errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{{ ramm }}          | p:3:9 undefined variable \"ramm\" | did you mean \"ram\"?",
                "é/{{ qwertz }}      | p:3:11 undefined variable \"qwertz\" | it can be set in vars, in the inventory or with -e",
                "{{ deep.c }}        | p:3:14 deep has no \"c\" | it has: a, k k, k, 0",
                "{{ deep.a.bb }}     | p:3:16 deep.a has no \"bb\" | did you mean \"b\"?",
                "{{ deep['kk'] }}    | p:3:14 deep has no \"kk\" | did you mean \"k k\"?",
                "{{ list[3] }}       | p:3:14 list has 3 items; there is no item 3 | the first item is 0",
                "{{ list[-4] }}      | p:3:14 list has 3 items; there is no item -4 | the first item is 0",
                "{{ ram.x }}         | p:3:13 ram is \"1G\"; it has no \"x\" |",
                "{{ ram[0] }}        | p:3:13 ram is \"1G\"; it has no item 0 |",
                "{{ list.x }}        | p:3:14 list is a list; it has no \"x\" |",
                "{{ deep[list] }}    | p:3:14 \"list\" is a list, which is no key |",
                "{{ deep[nope] }}    | p:3:14 undefined variable \"nope\" | did you mean \"none\"?",
                "{{ bad }}           | vars.yml:15:10 undefined variable \"nope\" | did you mean \"none\"?",
                "{{ bad.x }}         | vars.yml:15:10 undefined variable \"nope\" | did you mean \"none\"?",
                "a{{ list }}         | p:3:10 \"list\" is a list and cannot stand inside text | join its items:"
                        + " {{ list #Pipe# join(',') }}",
                "{{ deep }}b         | p:3:9 \"deep\" is a mapping and cannot stand inside text |",
                "a {{ ram            | p:3:8 \"{{\" is never closed | end the expression with }}, or write {{ '{{' }}",
                "a }} b              | p:3:8 \"}}\" ends an expression that never started | for the text itself,"
                        + " write {{ '}}' }}",
                "{ ram }}            | p:3:12 \"}}\" ends an expression that never started | for the text itself,"
                        + " write {{ '}}' }}",
            })
    void saysWhatAReferenceLacks(String expression, String summary, String detail) {
        Node result = fixture.resolve(expression, scope);

        String expected = summary + (detail == null ? "" : " | " + detail.replace("#Pipe#", "|"));
        assertThat(fixture.errors()).containsExactly(expected);
        assertThat(result).isEqualTo(ExprFixture.quoted(expression));
    }

    @Test
    void putsAValueAtThePlaceOfUse() {
        assertThat(fixture.resolve("{{ ram }}", scope)).isEqualTo(new Scalar("1G", true, new Position("p", 3, 5)));
        ListNode list = (ListNode) fixture.resolve("{{ list }}", scope);
        assertThat(list.at()).isEqualTo(new Position("p", 3, 5));
        assertThat(list.items().get(0).at().file()).isEqualTo("vars.yml");
    }

    @Test
    void evaluatesValuesButNotKeysOfATree() {
        Node tree = ExprFixture.yaml("f", "a: [\"{{ ram }}\", {\"{{ ram }}\": '{{ idx }}/x'}]\nb: plain\n");

        assertThat(ExprFixture.shown(Expressions.resolve(tree, scope, fixture.diagnostics)))
                .isEqualTo("{a=[1G, {{{ ram }}=1/x}], b=plain}");
    }

    @Test
    void collectsEveryErrorOfATree() {
        Node tree = ExprFixture.yaml("f", "a: \"{{ x1 }} {{ x2 }}\"\nb: ['{{ x3 }}', '{{ ram }}']\n");

        Expressions.resolve(tree, scope, fixture.diagnostics);

        assertThat(fixture.errors())
                .extracting(error -> error.substring(0, error.indexOf(" |")))
                .containsExactly(
                        "f:1:8 undefined variable \"x1\"",
                        "f:1:17 undefined variable \"x2\"",
                        "f:2:9 undefined variable \"x3\"");
    }

    @Test
    void reportsACycleOnceWhereverItIsEntered() {
        Scope cyclic = Scope.of(ExprFixture.vars("a: '{{ b }}'\nb: ['{{ c.x }}']\nc: '{{ a }}'\n"));

        for (String start : List.of("{{ b }}", "{{ a }}", "x{{ c }}", "{{ a }}")) {
            fixture.resolve(start, cyclic);
        }

        assertThat(fixture.errors())
                .containsExactly("vars.yml:1:4 a variable refers to itself: a → b[0] → c → a"
                        + " | a at vars.yml:1:4, b[0] at vars.yml:2:5, c at vars.yml:3:4");
    }

    @Test
    void doesNotTakeAMemberThatRefersToItsSiblingForACycle() {
        Scope siblings = Scope.of(ExprFixture.vars("a: {x: 1, y: '{{ a.x }}'}"));

        assertThat(ExprFixture.shown(fixture.resolve("{{ a }}", siblings))).isEqualTo("{x=1, y=1}");
        assertThat(fixture.errors()).isEmpty();
    }

    @Test
    void computesAValueAtItsFirstUseAndOnce() {
        AtomicInteger computed = new AtomicInteger();
        Scope base = Scope.empty().with("facts", () -> {
            computed.incrementAndGet();
            return ExprFixture.yaml("facts", "cpus: 8\n");
        });
        Scope one = base.plus(ExprFixture.vars("a: 1"));
        Scope two = base.plus(ExprFixture.vars("a: 2"));

        fixture.resolve("{{ a }}", one);
        assertThat(computed).hasValue(0);
        assertThat(ExprFixture.shown(fixture.resolve("{{ facts.cpus }}", one))).isEqualTo("8");
        assertThat(ExprFixture.shown(fixture.resolve("{{ facts.cpus }}-{{ a }}", two)))
                .isEqualTo("8-2");
        assertThat(computed).hasValue(1);
    }

    @Test
    void doesNotEvaluateWhatIsComputed() {
        Scope computed = scope.with("facts", () -> ExprFixture.yaml("facts", "os: '{{ ram }}'\n"));

        assertThat(ExprFixture.shown(fixture.resolve("{{ facts.os }}", computed)))
                .isEqualTo("\"{{ ram }}\"");
        assertThat(ExprFixture.shown(fixture.resolve("{{ facts.os }}!", computed)))
                .isEqualTo("{{ ram }}!");
        assertThat(ExprFixture.shown(fixture.resolve("{{ facts.os | lower }}", computed)))
                .isEqualTo("{{ ram }}");
    }

    @Test
    void asksARootForTheMemberThatIsUsed() {
        Root hosts = new Root() {
            @Override
            public Optional<Node> member(String name) {
                return names().contains(name)
                        ? Optional.of(ExprFixture.yaml("hosts", "cpus: " + name.length()))
                        : Optional.empty();
            }

            @Override
            public Set<String> names() {
                return Set.of("web-1");
            }
        };
        Scope withRoot = scope.with("hostvars", hosts);

        assertThat(ExprFixture.shown(fixture.resolve("{{ hostvars['web-1'].cpus }}", withRoot)))
                .isEqualTo("5");
        assertThat(ExprFixture.shown(fixture.resolve("{{ hostvars['web-1'].cpus + 1 }}", withRoot)))
                .isEqualTo("6");
        assertThat(ExprFixture.shown(fixture.resolve("{{ hostvars }}", withRoot)))
                .isEqualTo("{web-1={cpus=5}}");
        assertThat(fixture.errors()).isEmpty();
        fixture.resolve("{{ hostvars['web-2'].cpus }}", withRoot);
        assertThat(fixture.errors()).containsExactly("p:3:18 hostvars has no \"web-2\" | did you mean \"web-1\"?");
    }

    @Test
    void letsTheFailureOfAComputedValueThrough() {
        Scope failing = scope.with("facts", () -> {
            throw new IllegalStateException("host is gone");
        });

        assertThatThrownBy(() -> fixture.resolve("{{ facts.cpus }}", failing)).hasMessage("host is gone");
        assertThatThrownBy(() -> fixture.resolve("{{ facts.cpus + 1 }}", failing))
                .hasMessage("host is gone");
    }

    @Test
    void stopsTextThatDoublesWithEveryVariable() {
        String doubling = "v0: xxxxxxxxxx\n"
                + IntStream.range(1, 60)
                        .mapToObj(i -> "v" + i + ": '{{ v" + (i - 1) + " }}{{ v" + (i - 1) + " }}'\n")
                        .collect(Collectors.joining());

        fixture.resolve("{{ v59 }}", Scope.of(ExprFixture.vars(doubling)));

        assertThat(fixture.errors()).containsExactly("vars.yml:20:6 the text grows beyond 4194304 characters");
    }

    @Test
    void stopsListsThatDoubleWithEveryVariable() {
        String doubling = "v0: [x]\n"
                + IntStream.range(1, 60)
                        .mapToObj(i -> "v" + i + ": ['{{ v" + (i - 1) + " }}', '{{ v" + (i - 1) + " }}']\n")
                        .collect(Collectors.joining());

        fixture.resolve("{{ v59 }}", Scope.of(ExprFixture.vars(doubling)));

        assertThat(fixture.errors()).first().asString().contains("references bring in more than 100000 values");
    }

    @Test
    void stopsALongChainOfVariables() {
        Map<String, Node> chain = ExprFixture.vars("v0: x\n"
                + IntStream.range(1, 5000)
                        .mapToObj(i -> "v" + i + ": '{{ v" + (i - 1) + " }}'\n")
                        .collect(Collectors.joining()));

        fixture.resolve("{{ v4999 }}", Scope.of(chain));

        assertThat(fixture.errors())
                .containsExactly("vars.yml:4801:8 expressions and values are nested deeper than 200 levels");
    }

    @Test
    void hidesAVariableByALaterOne() {
        Scope over = scope.plus(ExprFixture.vars("ram: 2G\npath: /p"));

        assertThat(ExprFixture.shown(fixture.resolve("{{ ram }} {{ nested }}", over)))
                .isEqualTo("2G /p/end");
        assertThat(ExprFixture.shown(fixture.resolve("{{ ram }}", scope))).isEqualTo("1G");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{ facts.cpus }} | true",
                "a {{ x + facts }} | true",
                "{% if facts %}x{% endif %} | true",
                "{{ facts_of_life }} | false",
                "{{ my.facts }} | false",
                "{{ my_facts }} | false",
                "facts | false",
            })
    void tellsWhetherATreeMentionsAVariable(String text, boolean expected) {
        Node tree = new ListNode(List.of(ExprFixture.quoted("x"), ExprFixture.quoted(text)), new Position("f", 1, 1));

        assertThat(Expressions.mentions(tree, "facts")).isEqualTo(expected);
    }

    @Test
    void tellsWhetherABareConditionMentionsAVariable() {
        assertThat(Expressions.conditionMentions(ExprFixture.quoted("facts.cpus > 2"), "facts"))
                .isTrue();
        assertThat(Expressions.conditionMentions(ExprFixture.quoted("x.facts"), "facts"))
                .isFalse();
    }
}
