package tplctl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConsoleTextTest {
    @Test
    void leavesOutWhatATerminalActsOn() {
        assertThat(ConsoleText.plain(
                        "\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1)\r\nBooting\u001b(B..\u0007\r\n"))
                .isEqualTo("SeaBIOS (version 1)\nBooting..\n");
    }

    @Test
    void keepsTextAsItIs() {
        assertThat(ConsoleText.plain("a [1] 日本\tb\n login: ")).isEqualTo("a [1] 日本\tb\n login: ");
    }
}
