package tplctl.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShTest {
    static Stream<List<String>> shells() {
        return Stream.of(List.of("dash"), List.of("busybox", "sh"), List.of("sh"));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void everyValueReachesACommandAsItIs(List<String> shell) throws Exception {
        List<String> values = new ArrayList<>(List.of(
                "",
                " ",
                "'",
                "''",
                "\\",
                "\\'",
                "$HOME",
                "$(touch canary)",
                "`touch canary`",
                "a\nb",
                "\n",
                "\t",
                "*",
                "~",
                "-n",
                "--",
                "{}",
                "a=b",
                "!x",
                "#c",
                ";",
                "&&",
                "\u00fc\u20ac\ud83d\ude00",
                "\u0001\u007f",
                "%s\\n"));
        Random random = new Random(7);
        String alphabet = "ab '\"\\$`*?[]{}()<>|&;#~!=%-\n\t\r\u00e9";
        for (int i = 0; i < 300; i++) {
            StringBuilder value = new StringBuilder();
            int length = random.nextInt(12);
            for (int j = 0; j < length; j++) {
                value.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            values.add(value.toString());
        }
        String script = Sh.of("printf '<%s>' {}", values).script();
        assertThat(run(shell, script))
                .isEqualTo(values.stream().map(v -> "<" + v + ">").reduce("", String::concat));
    }

    @Test
    void showsASecretNowhere() {
        Sh sh = Sh.of("login {} {}", "ann", new Word.Secret("s3 cret"));
        assertThat(sh.script()).isEqualTo("login ann 's3 cret'");
        assertThat(sh.shown()).isEqualTo("login ann ***");
        assertThat(sh.toString() + sh.words()).doesNotContain("cret'", "s3");
    }

    @Test
    void showsPeopleWhatStandsForAPartThatTellsThemNothing() {
        Sh sh = Sh.of(
                "cd {} &&\n{}{}",
                "/srv",
                new Word.Shown("make it"),
                Sh.of("eval {}", "make it").aside());
        assertThat(sh.script()).isEqualTo("cd /srv &&\neval 'make it'");
        assertThat(sh.shown()).isEqualTo("cd /srv &&\nmake it");
    }

    @Test
    void refusesNul() {
        assertThatThrownBy(() -> Sh.of("echo {}", "a\0b").script()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnotherNumberOfValuesThanHoles() {
        assertThatThrownBy(() -> Sh.of("echo {}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sh.of("echo", "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHoleInAValueIsNoHole() {
        assertThat(Sh.of("echo {} {}", "{}", "b").script()).isEqualTo("echo '{}' b");
        assertThat(Sh.of("{}; {}", Sh.of("echo {}", "{}"), "b").script()).isEqualTo("echo '{}'; b");
    }

    private static String run(List<String> shell, String script) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(shell);
        argv.addAll(List.of("-c", script));
        Process process = new ProcessBuilder(argv).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return out;
    }
}
