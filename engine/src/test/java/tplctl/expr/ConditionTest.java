package tplctl.expr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
    private final ExprFixture fixture = new ExprFixture();
    private final Scope scope = Scope.of(ExprFixture.vars("""
            on: true
            off: 'false'
            ram: 1G
            vcpus: 4
            list: [1]
            indirect: "{{ vcpus > 2 }}"
            """));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true | true",
                "False | false",
                "on | true",
                "off | false",
                "indirect | true",
                "{{ on }} | true",
                "' {{ vcpus > 9 }} ' | false",
                "{{ on }}{{ '' }} | true",
                "vcpus > 2 | true",
                "vcpus > 2 and not on | false",
                "nope is defined | false",
                "ram == '1G' | true",
            })
    void holdsOrNot(String condition, boolean expected) {
        assertThat(Expressions.condition(ExprFixture.quoted(condition), scope, fixture.diagnostics))
                .isEqualTo(expected);
        assertThat(fixture.errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ram | p:3:5 a condition must be true or false, not \"1G\"",
                "list | p:3:5 a condition must be true or false, not a list",
                "vcpus + 1 | p:3:5 a condition must be true or false, not \"5\"",
                "'' | p:3:5 a condition must be true or false, not \"\"",
                "{{ ram }} | p:3:5 a condition must be true or false, not \"1G\"",
            })
    void mustBeTrueOrFalse(String condition, String expected) {
        assertThat(Expressions.condition(ExprFixture.quoted(condition), scope, fixture.diagnostics))
                .isFalse();
        assertThat(fixture.errors())
                .containsExactly(expected + " | compare it with something, as in: x == 'y', or x | length > 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "onn | p:3:6 undefined variable \"onn\" :: did you mean \"on\"?",
                "vcpu > 2 | p:3:6 undefined variable \"vcpu\" :: did you mean \"vcpus\"?",
                "{{ vcpu > 2 }} | p:3:9 undefined variable \"vcpu\" :: did you mean \"vcpus\"?",
                "vcpus > | p:3:6 not a Jinja expression: something is missing at its end",
            })
    void saysWhatIsWrong(String condition, String expected) {
        assertThat(Expressions.condition(ExprFixture.quoted(condition), scope, fixture.diagnostics))
                .isFalse();
        assertThat(fixture.errors()).containsExactly(expected.replace(" :: ", " | "));
    }
}
