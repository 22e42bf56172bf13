package tplctl.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.diag.Position;

class JinjaTest {
    private static final String VARS = """
            ram: 1G
            vcpus: 4
            half: 0.5
            hex: 0x10
            big: 4294967296
            mode: 0755
            text: '3'
            on: true
            nothing: ~
            dir: /srv
            list: [10, 20, 30]
            names: [one, two]
            deep: {a: {b: [x, y]}, k: "{{ dir }}/q"}
            lazy: "{{ list }}"
            tricky: "it's \\\\ \\"x\\" 'y'"
            bad: "{{ nope }}"
            """;

    private final ExprFixture fixture = new ExprFixture();
    private final Scope scope = Scope.of(ExprFixture.vars(VARS));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{{ vcpus - 1 }}                         | 3",
                "{{ vcpus * 2 + 1 }}                     | 9",
                "{{ 7 // 2 }}                            | 3",
                "{{ vcpus * half }}                      | 2.0",
                "{{ hex + 1 }}                           | 17",
                "{{ big + 1 }}                           | 4294967297",
                "{{ mode ~ '' }}                         | 0755",
                "{{ text ~ 1 }}                          | 31",
                "{{ text #int + 1 }}                     | 4",
                "{{ dir ~ '/' ~ ram }}                   | /srv/1G",
                "{{ dir + '/x' }}-{{ vcpus }}            | /srv/x-4",
                "{{ 'a' if on else 'b' }}                | a",
                "{{ vcpus > 2 and ram == '1G' }}         | true",
                "{{ not on }}                            | false",
                "{{ 20 in list }}                        | true",
                "{{ list #join(',') }}                   | 10,20,30",
                "{{ list #length }}                      | 3",
                "{{ lazy #sum }}                         | 60",
                "{{ names #map('upper') #join('-') }}    | ONE-TWO",
                "{{ names + ['a', {'b': 1}] }}           | ['one', 'two', 'a', {'b': 1}]",
                "{{ [tricky] }}                          | ['it\\'s \\\\ \"x\" \\'y\\'']",
                "{{ list + [none, True] }}               | [10, 20, 30, null, true]",
                "{{ deep.get('zz', 'q') }}               | q",
                "{{ deep.k.upper() }}                    | /SRV/Q",
                "{{ 'a,b'.split(',')[1] }}               | b",
                "{{ 'abc'[1] }}                          | b",
                "{{ 'abc'[-1] }}                         | c",
                "{{ '%02d' #format(vcpus) }}             | 04",
                "{{ (vcpus > 2) #ternary('m', 'n') }}    | m",
                "{{ tricky #trim }}                      | it's \\ \"x\" 'y'",
                "{{ nope #default('y') }}                | y",
                "{{ nope #d(3) + 1 }}                    | 4",
                "{{ nope.a.b #default('y') }}            | y",
                "{{ deep.nope #default(ram) }}           | 1G",
                "{{ list[9] #default(0) }}               | 0",
                "{{ {'a': 1}['b'] #default(2) }}         | 2",
                "{{ '' #default('e', true) }}            | e",
                "{{ ram #default(nope) }}                | 1G",
                "{{ nope is defined }}                   | false",
                "{{ ram is defined }}                    | true",
                "{{ deep.nope is undefined }}            | true",
                "{{ nothing is none }}                   | true",
                "{{ 'x' if nope is defined and nope else 'y' }} | y",
                "{{ '{{' }}                              | {{",
                "{{ '}}' }}                              | }}",
                "{% raw %}{{ x }}{% endraw %}            | {{ x }}",
                "{% if on %}yes{% endif %}               | yes",
                "{% for n in names %}{{ n }}{{ ',' if not loop.last }}{% endfor %} | one,two",
                "{% for k, v in deep.items() %}{{ k }};{% endfor %}                | a;k;",
                "{% set a = none %}{{ a }}{% set a = 3 %}{{ a + 1 }}               | 4",
                "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(1) }}                 | <1>",
                "{{ range(3) #list }}                    | [0, 1, 2]",
            })
    void evaluates(String expression, String expected) {
        String jinja = expression.replace("#", "| ");
        String result = ExprFixture.shown(fixture.resolve(jinja, scope));

        assertThat(fixture.errors()).isEmpty();
        assertThat(result).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{{ ramm ~ 'x' }}     | p:3:9 undefined variable \"ramm\" :: did you mean \"ram\"?",
                "a {{ ramm - 1 }}     | p:3:11 undefined variable \"ramm\" :: did you mean \"ram\"?",
                "{{ [vcpu] }}         | p:3:10 undefined variable \"vcpu\" :: did you mean \"vcpus\"?",
                "{{ not onn }}        | p:3:13 undefined variable \"onn\" :: did you mean \"on\"?",
                "{{ deep.aa > 2 }}    | p:3:14 deep has no \"aa\" :: did you mean \"a\"?",
                "{{ deep.aa.b ~ 1 }}  | p:3:14 deep has no \"aa\" :: did you mean \"a\"?",
                "{{ list[9] + 1 }}    | p:3:14 a list has no \"9\"",
                "{% if ramm %}{% endif %} | p:3:12 undefined variable \"ramm\" :: did you mean \"ram\"?",
                "{% for x in rams %}{% endfor %} | p:3:18 undefined variable \"rams\" :: did you mean \"ram\"?",
                "{{ bad ~ 'x' }}      | vars.yml:16:10 undefined variable \"nope\" :: "
                        + "it can be set in vars, in the inventory or with -e",
                "{{ bad #default(1) }} | vars.yml:16:10 undefined variable \"nope\" :: "
                        + "it can be set in vars, in the inventory or with -e",
                "{{ ram #upperr }}    | p:3:15 there is no filter \"upperr\" :: did you mean \"upper\"?",
                "{{ ram is strong }}  | p:3:16 there is no test \"strong\" :: did you mean \"string\"?",
                "{{ lookup('env') }}  | p:3:9 there is no function \"lookup\"",
                "{% frob %}           | p:3:9 there is no tag {% frob %}",
                "{% if on %}x         | p:3:6 {% endif %} is missing",
                "{{ ram #}}           | p:3:9 not a Jinja expression: something is missing at its end",
                "{{ (ram }}           | p:3:9 not a Jinja expression: something is missing at its end",
                "{{ 1 2 }}            | p:3:9 not a Jinja expression: unexpected 2",
                "{{ 'a }}             | p:3:9 not a Jinja expression: a quote is never closed",
                "{{ }}                | p:3:8 there is no expression between {{ and }}",
                "{{ ram * 2 }}        | p:3:9 the expression cannot be evaluated: \"1G\" is not a number",
                "{{ 1 / 0 }}          | p:3:9 the expression cannot be evaluated: the result is not a number;"
                        + " is something divided by zero?",
                "{{ ram.frob() }}     | p:3:9 the expression cannot be evaluated: \"1G\" has no frob()",
            })
    void saysWhatIsWrongWithAnExpression(String expression, String expected) {
        String jinja = expression.replace("#", "| ");

        assertThat(fixture.resolve(jinja, scope)).isEqualTo(ExprFixture.quoted(jinja));
        assertThat(fixture.errors()).containsExactly(expected.replace(" :: ", " | "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass().forName('java.lang.Runtime') }}",
                "{{ ''.class ~ '' }}",
                "{{ ram.bytes ~ '' }}",
                "{{ ram.chars() }}",
                "{{ list.stream() }}",
                "{{ list.append(1) }}",
                "{{ deep.put('x', 1) }}",
                "{{ deep.update({'x': 1}) }}",
                "{{ ____int3rpr3t3r____.config }}",
                "{{ ____int3rpr3t3r____.getContext() }}",
                "{{ list | map('getClass') | list }}",
                "{{ [''] | map(attribute='class') | join(',') }}",
                "{% include '/etc/passwd' %}",
                "{% import '/etc/passwd' as x %}",
                "{% from '/etc/passwd' import x %}",
                "{% extends '/etc/passwd' %}",
                "{{ today() }}",
                "{{ unixtimestamp() }}",
                "{{ list | random }}",
                "{{ list | shuffle }}",
                "{{ '{{ ram }}' | render }}",
                "{{ range(100000000) }}",
                "{{ 'x' | center(1000000000) }}",
                "{{ '%1000000000d' | format(1) }}",
                "{{ 'a\nb' | indent(1000000000) }}",
                "{{ [1] | batch(1000000000, 'x') }}",
                "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
                "{% for i in range(9999) %}{% for j in range(9999) %}{{ ram }}{% endfor %}{% endfor %}",
                "{% set n = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(64) %}{% set n.s = n.s ~ n.s %}"
                        + "{% endfor %}{{ n.s }}",
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
            })
    void refusesWhatReachesOutOrDoesNotEnd(String hostile) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> fixture.resolve(hostile, scope));

        assertThat(fixture.errors()).isNotEmpty();
    }

    @Test
    void survivesDeeplyNestedBrackets() {
        fixture.resolve("{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}", scope);

        assertThat(fixture.errors()).containsExactly("p:3:9 the expression is nested too deeply");
    }

    @Test
    void doesNotEvaluateItsOwnOutput() {
        assertThat(ExprFixture.shown(fixture.resolve("{{ '{' ~ '{ ram }' ~ '}' }}", scope)))
                .isEqualTo("{{ ram }}");
        assertThat(ExprFixture.shown(fixture.resolve("{% set x = '{' ~ '{ ram }' ~ '}' %}{{ x }}", scope)))
                .isEqualTo("{{ ram }}");
        assertThat(fixture.errors()).isEmpty();
    }

    @Test
    void asksOnlyForTheVariablesThatAreUsed() {
        Scope lazy = scope.with("facts", () -> {
            throw new IllegalStateException("not to be gathered");
        });

        assertThat(ExprFixture.shown(fixture.resolve("{{ ram if on else facts.cpus }}!{{ vcpus - 1 }}", lazy)))
                .isEqualTo("1G!3");
        assertThat(fixture.errors()).isEmpty();
    }

    @Test
    void rendersATemplateFileAsAnsibleDoes() {
        String template = "# {{ ram }}\n{% for n in names %}\n{{ n }}: {{ vcpus }}\n{% endfor %}\n{# gone #}\nend\n";

        assertThat(Expressions.template(template, new Position("t.j2", 1, 1), scope, fixture.diagnostics))
                .contains("# 1G\none: 4\ntwo: 4\nend\n");
        assertThat(fixture.errors()).isEmpty();
    }

    @Test
    void placesTheErrorsOfATemplateFile() {
        Position start = new Position("t.j2", 1, 1);

        assertThat(Expressions.template("a\n é{{ ramm }}\n", start, scope, fixture.diagnostics))
                .isEmpty();
        assertThat(Expressions.template(
                        "{% if on %}\n\n {{ vcpu + 1 }}{% endif %}\n", start, scope, fixture.diagnostics))
                .isEmpty();
        assertThat(Expressions.template("a\n{% frob %}\n", start, scope, fixture.diagnostics))
                .isEmpty();

        assertThat(fixture.errors())
                .isEqualTo(List.of(
                        "t.j2:2:4 there is no tag {% frob %}",
                        "t.j2:2:6 undefined variable \"ramm\" | did you mean \"ram\"?",
                        "t.j2:3:5 undefined variable \"vcpu\" | did you mean \"vcpus\"?"));
    }

    @Test
    void leavesATemplateWithoutExpressionsAsItIs() {
        String text = "awk '{ print }' }}\r\n\n";

        assertThat(Expressions.template(text, new Position("t.j2", 1, 1), scope, fixture.diagnostics))
                .contains(text);
    }
}
