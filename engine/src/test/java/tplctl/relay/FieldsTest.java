package tplctl.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    @Test
    void anythingMakesOneLineOfAscii() {
        List<String> fields = List.of("7", "", "%", "a b\nc", "/tmp/ä\u0000€😀", "--x='\"", "ok", "%41");
        String line = Fields.line(fields);
        assertThat(line).matches("[!-~ ]+");
        assertThat(Fields.parse(line)).isEqualTo(fields);
    }

    @Test
    void readsWhatAShellWouldWrite() {
        assertThat(Fields.parse("1  send /a%20b %c3%a4\r")).containsExactly("1", "send", "/a b", "ä");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%4", "a%", "%zz", "%4%41"})
    void refusesAPercentSignThatStartsNothing(String field) {
        assertThatThrownBy(() -> Fields.decode(field))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two hexadecimal digits");
    }
}
