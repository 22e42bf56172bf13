package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QmpArgumentsTest {
    @Test
    void keepsEveryDigitAndTheOrder() {
        String text = "{\"size\": 18446744073709551615, \"a\": [true, null, \"x\"]}";
        assertThat(QmpArguments.parse(text)).hasToString(text.replace(": ", ":").replace(", ", ","));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"id": x}       | line 1, column 8
            {"id"           | line 1, column 6
            {id: "x"}       | line 1, column 2
            {"a": 1,}       | line 1, column 9
            {} {}           | line 1, column 4
            {'a': 1}        | line 1, column 2
            """)
    void showsWhereItIsNotJson(String text, String place) {
        int column = Integer.parseInt(place.replaceAll(".* ", ""));
        assertThatThrownBy(() -> QmpArguments.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("not JSON: ")
                .hasMessageContaining(place)
                .hasMessageContaining("\n  " + text + "\n  " + " ".repeat(column - 1) + "^\n");
    }

    @Test
    void showsTheLineOfSeveral() {
        assertThatThrownBy(() -> QmpArguments.parse("{\n \"a\": 1,\n \"b\" 2\n}"))
                .hasMessageContaining("line 3")
                .hasMessageContaining("\n   \"b\" 2\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [1]     | not [1]
            "text"  | not "text"
            """)
    void takesOneObjectOnly(String text, String why) {
        assertThatThrownBy(() -> QmpArguments.parse(text))
                .hasMessageContaining("one JSON object")
                .hasMessageContaining(why);
    }
}
