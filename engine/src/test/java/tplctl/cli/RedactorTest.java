package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.kind.Sh;
import tplctl.login.Secret;
import tplctl.report.Cells;

class RedactorTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "a\"b\n",
                "it's 'mine'",
                "\\\\\\\\",
                "$1.*(",
                "ta\tb\u0007",
                "ünï©ode€",
                "<&>=",
                "aaaa"
            })
    void masksAHostileSecretInEveryFormItIsShownIn(String secret) {
        Redactor redactor = new Redactor();
        redactor.add(new Secret(secret));
        JsonObject json = new JsonObject();
        json.addProperty("message", "was " + secret + ".");
        assertThat(redactor.text("x" + secret + "y")).isEqualTo("x***y");
        assertThat(redactor.text(Cells.clean("x " + secret + " y"))).isEqualTo("x *** y");
        assertThat(redactor.text(json.toString())).isEqualTo("{\"message\":\"was ***.\"}");
        assertThat(redactor.text(Sh.quoted("x " + secret))).isEqualTo("'x ***'");
        assertThat(redactor.json(json)).hasToString("{\"message\":\"was ***.\"}");
    }

    @Test
    void leavesShortOnesAndWhatOnlyBeginsLikeOne() {
        Redactor redactor = new Redactor();
        redactor.add(List.of(new Secret("abc"), new Secret(""), new Secret("abcdef")));
        assertThat(redactor.text("abc abcde")).isEqualTo("abc abcde");
        assertThat(redactor.text("abcdefabcdef")).isEqualTo("******");
        assertThat(redactor.text("ab")).isEqualTo("ab");
    }

    @Test
    void masksTheLongestOfThoseThatBeginAlike() {
        Redactor redactor = new Redactor();
        redactor.add(List.of(new Secret("pass"), new Secret("passport")));
        assertThat(redactor.text("passport pass")).isEqualTo("*** ***");
    }

    @Test
    void keepsADocumentsNamesNumbersAndForm() {
        Redactor redactor = new Redactor();
        redactor.add(List.of(new Secret("schema"), new Secret("1234"), new Secret("true"), new Secret("\",\"")));
        JsonObject json = JsonParser.parseString("{\"schema\":\"a schema\",\"n\":1234,\"b\":[true,\"true\",null]}")
                .getAsJsonObject();
        assertThat(redactor.json(json)).hasToString("{\"schema\":\"a ***\",\"n\":1234,\"b\":[true,\"***\",null]}");
    }

    @Test
    void goesThroughATextOnceHoweverManySecretsThereAre() {
        Redactor redactor = new Redactor();
        List<Secret> secrets = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            secrets.add(new Secret("secret of host " + i + "!"));
        }
        redactor.add(secrets);
        assertThat(redactor.text("the secret of host 19999! is secret of host 1!"))
                .isEqualTo("the *** is ***");
    }

    @Test
    void hidesWhateverWayATextIsPrinted() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TalkStream stream = new TalkStream(bytes, true, new Redactor());
        stream.secrets().add(new Secret("hunter2"));
        stream.print("hunter2 ");
        stream.println("hunter2");
        stream.println((Object) "hunter2");
        stream.printf("%s ", "hunter2");
        stream.append("hunter2 ");
        new IllegalStateException("hunter2").printStackTrace(stream);
        stream.flush();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .doesNotContain("hunter2")
                .startsWith("*** ***\n***\n*** *** java.lang.IllegalStateException: ***\n");
    }
}
