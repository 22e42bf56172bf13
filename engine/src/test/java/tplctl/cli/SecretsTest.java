package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.login.Secret;

/** What commands print when a secret got into something that is printed. */
class SecretsTest {
    // In YAML's double quotes.
    private static final String WRITTEN = "a\\\"b'c\\n<d>e";
    private static final String SECRET = "a\"b'c\n<d>e";

    @TempDir
    Path dir;

    private Tplctl tplctl;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ansible_password",
                "ansible_ssh_pass",
                "ansible_become_password",
                "ansible_become_pass",
                "database_password",
                "ansible_ssh_private_key_password"
            })
    void keepsAPasswordOfTheInventoryFromEveryFormat(String variable) {
        String inventory =
                tplctl.write("hosts.yml", "all: { hosts: { o41: { " + variable + ": \"" + WRITTEN + "\" }, o40: } }\n");
        String playbook = tplctl.write(
                "site.yml",
                "- hosts: o41\n  notes: { a: { text: \"{{ " + variable + " }}\" }, b: { text: x } }\n"
                        + "- hosts: o40\n  notes: { a: { text: y } }\n");
        tplctl.session.unreachable.put("o40", "o40: the password " + SECRET + " is wrong");
        for (String format : new String[] {"text", "json", "ndjson"}) {
            for (String command : new String[] {"plan", "apply"}) {
                Tplctl.Result result = tplctl.run(command, "-D", "-vvvv", "-o", format, "-i", inventory, playbook)
                        .exits(4);
                assertThat(result.out() + result.err()).doesNotContain("a\"b", "a\\\"b", "<d>", "\\u003cd");
                assertThat(result.out()).contains("***");
                if (!format.equals("text")) {
                    String last = format.equals("json")
                            ? result.out()
                            : result.out().lines().reduce((one, other) -> other).orElse("");
                    JsonObject document = JsonParser.parseString(last).getAsJsonObject();
                    assertThat(document.getAsJsonObject("unreachable")
                                    .get("o40")
                                    .getAsString())
                            .isEqualTo("o40: the password *** is wrong");
                }
            }
        }
    }

    @Test
    void keepsVariablesOfTheCommandLineAndWhatASessionAskedForFromMessages() {
        String playbook = tplctl.write("site.yml", "- hosts: localhost\n  notes: { a: { text: \"{{ db_pass }}\" } }\n");
        Tplctl.Result result =
                tplctl.run("plan", "-v", "-e", "db_pass=hunter22", playbook).exits(0);
        assertThat(result.out()).contains("text: ***").doesNotContain("hunter22");
        tplctl.session.broken.add("localhost:notes.a");
        tplctl.session.prompted = Optional.of(new Secret("the probe made"));
        assertThat(tplctl.run("plan", "-e", "db_pass=hunter22", playbook)
                        .exits(2)
                        .out())
                .contains("failed: *** no sense");
    }

    @Test
    void masksNoWordThatOnlyTellsWhetherThereIsAPassword() {
        String inventory = tplctl.write("hosts.yml", "all: { hosts: { o41: { ask_password: true, x_pass: } } }\n");
        String playbook = tplctl.write("site.yml", "- hosts: o41\n  notes: { a: { text: \"true\" } }\n");
        assertThat(tplctl.run("plan", "-i", inventory, playbook).exits(0).out()).contains("text: true");
    }
}
