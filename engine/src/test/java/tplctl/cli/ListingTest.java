package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --list-hosts}, {@code --list-tasks} and {@code --list-tags}, alone and with what selects. */
class ListingTest {
    @TempDir
    Path dir;

    private Tplctl tplctl;
    private String playbook;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
        playbook = tplctl.write("site.yml", """
                - hosts: { o40: , o41: }
                  notes:
                    a: { text: "{{ facts.cpus }}", tags: [one] }
                    b: { text: x, tags: [two] }
                - hosts: o41
                  notes: { c: { text: z } }
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --list-hosts                          | o40 o41
            --list-hosts -l o41                   | o41
            --list-hosts -l o4*:!o41              | o40
            --list-hosts -t one                   | o40 o41
            --list-hosts -t notes.c               | o41
            --list-hosts -t one -l o40            | o40
            --list-hosts --skip-tags one,two      | o41
            --list-hosts -l o40 -t notes.c        | ''
            --list-tasks                          | o40:notes.a o40:notes.b o41:notes.a o41:notes.b o41:notes.c
            --list-tasks -l o41                   | o41:notes.a o41:notes.b o41:notes.c
            --list-tasks -t one                   | o40:notes.a o41:notes.a
            --list-tasks -t one,two -l o40        | o40:notes.a o40:notes.b
            --list-tasks --skip-tags one          | o40:notes.b o41:notes.b o41:notes.c
            --list-tasks -t o40:notes.b           | o40:notes.b
            --list-tasks -t one --skip-tags one   | ''
            --list-tags                           | one two
            --list-tags -t one                    | one
            --list-tags -l o41 --skip-tags one    | two
            --list-hosts --list-tags -l o40       | o40 one two
            """)
    void lists(String options, String expected) {
        for (String command : new String[] {"apply", "plan"}) {
            String[] words = (command + " " + options + " " + playbook).split(" ");
            Tplctl.Result result = tplctl.run(words).exits(0);
            assertThat(result.out().lines().toList())
                    .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ")));
            assertThat(result.err()).isEmpty();
        }
        assertThat(tplctl.session.asked).isEmpty();
        assertThat(tplctl.session.begun).isEmpty();
    }

    @Test
    void refusesWhatIsUnknownAsARunDoes() {
        assertThat(tplctl.run("plan", "--list-tasks", "-t", "oen", playbook)
                        .exits(5)
                        .err())
                .contains("did you mean \"one\"?");
        assertThat(tplctl.run("plan", "--list-hosts", "-l", "o49", playbook)
                        .exits(5)
                        .err())
                .contains("o49");
    }
}
