package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsAndWritesWhatQmpSays() {
        String text =
                "{\"a\": [1, -2.5e3, true, null, {}, []], \"b\": {\"c\": \"x\\\"\\\\\\u00e4\\u000a\"}, \"\": false}";
        Json json = Json.parse(" " + text + "\r\n");
        assertThat(json).hasToString(text);
        assertThat(json.text("b", "c")).contains("x\"\\ä\n");
        assertThat(json.at("a").orElseThrow().items()).hasSize(6);
        assertThat(json.at("a").orElseThrow().items().get(0).integer()).contains(1L);
        assertThat(json.at("a").orElseThrow().items().get(1).integer()).isEmpty();
        assertThat(json.at("a").orElseThrow().items().get(2).isTrue()).isTrue();
        assertThat(json.at("b", "c", "d")).isEmpty();
        assertThat(json.text("b")).isEmpty();
        assertThat(json.integer("b", "c")).isEmpty();
        assertThat(Json.parse("\"\\b\\f\\n\\r\\t\\/\"").text()).contains("\b\f\n\r\t/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\"}",
                "{\"a\":1,}",
                "{a:1}",
                "[1 2]",
                "01",
                "+1",
                "1.",
                "tru",
                "nulls",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12",
                "\"\n\"",
                "1 2",
                "{}}",
                "'a'"
            })
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not JSON: ");
    }

    @Test
    void refusesWhatIsTooDeep() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessageContaining("more than 200");
    }
}
