package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tplctl.report.Golden;

class MainTest {
    @TempDir
    Path dir;

    private Tplctl tplctl;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "version"})
    void tellsItsVersion(String word) {
        assertThat(tplctl.run(word).exits(0).out()).startsWith("tplctl ").endsWith("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void showsAnOverview(String word) {
        Golden.check("overview.txt", tplctl.run(word).exits(0).out());
    }

    @Test
    void showsTheOverviewAsAnErrorWithoutArguments() {
        Tplctl.Result result = tplctl.run().exits(5);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("Usage: tplctl");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    aply x.yml              | there is no command "aply"; did you mean "apply"?
                    apply                   | it needs a PLAYBOOK
                    apply a.yml b.yml       | "b.yml" is too much: it takes one PLAYBOOK
                    schema x                | "x" is too much: it takes no parameter
                    apply --prnue a.yml     | unknown option "--prnue"; did you mean "--prune"?
                    apply -auto-aprove x    | unknown option "-auto-aprove"; did you mean "--auto-approve"?
                    plan -f 0 a.yml         | --forks takes a whole number of at least 1, not "0"
                    plan -f many a.yml      | --forks takes a whole number of at least 1, not "many"
                    plan -o xml a.yml       | --output takes text, json or ndjson, not "xml"
                    plan --prune -t x a.yml | --prune removes all that is no longer declared, so it cannot be had with --tags
                    graph --format png a    | --format takes dot or mermaid, not "png"
                    explain nots            | there is no kind "nots"; did you mean "notes"?
                    completion tcsh         | SHELL is bash, zsh or fish, not "tcsh"
                    inventory --host nobody | no host "nobody" in the inventory; it has: localhost
                    """)
    void refusesWhatItCannotUse(String line, String message) {
        Tplctl.Result result = tplctl.run(line.split(" ")).exits(5);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("tplctl: " + message + "\nTry 'tplctl");
    }

    @Test
    void saysThatAnInventoryIsMissing() {
        assertThat(tplctl.run("plan", "-i", "no-hosts.yml", "x.yml").exits(3).err())
                .contains("no-hosts.yml:1:1: error: there is no inventory of that name", "-i no-hosts.yml,");
    }

    static Stream<Catalogue> commands() {
        return Catalogue.shown().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpNamesEveryFlagAndGivesAnExample(Catalogue entry) {
        String help = tplctl.run(entry.word(), "--help").exits(0).out();
        for (Flag flag : entry.command().form().flags()) {
            assertThat(help).contains(flag.names()).contains(flag.description());
        }
        assertThat(help).contains("Usage: tplctl " + entry.word(), "Example: tplctl " + entry.word());
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
        assertThat(tplctl.run("help", entry.word()).exits(0).out()).isEqualTo(help);
    }

    @Test
    void showsApplysHelp() {
        Golden.check("help-apply.txt", tplctl.run("apply", "--help").out());
    }

    @Test
    void takesOptionsBeforeTheCommandAndTerraformsSpelling() {
        String playbook = tplctl.write("site.yml", "- hosts: localhost\n  notes: { a: { text: x } }\n");
        String json = tplctl.run("plan", "-o", "json", playbook).exits(0).out();
        assertThat(tplctl.run("-o", "json", "plan", playbook).exits(0).out()).isEqualTo(json);
        assertThat(tplctl.run("plan", "-json", playbook).exits(0).out()).isEqualTo(json);
        assertThat(tplctl.run("plan", "-target=notes.a", "-json", playbook)
                        .exits(0)
                        .out())
                .isEqualTo(json);
        assertThat(tplctl.run("plan", "-parallelism", "3", "-detailed-exitcode", playbook)
                        .exits(2)
                        .out())
                .contains("1 to create");
    }

    @Test
    void showsAStackTraceOnlyWhenAskedThrice() {
        String playbook = tplctl.write("site.yml", "- hosts: localhost\n  notes: { a: { text: x } }\n");
        Tplctl broken = new Tplctl(dir);
        broken.session.owned.add(null); // a defect that nobody foresaw
        assertThat(broken.run("plan", playbook).exits(1).err())
                .startsWith("tplctl: internal error: ")
                .doesNotContain("\tat ");
        assertThat(broken.run("plan", "-vvv", playbook).exits(1).err()).contains("\tat tplctl.");
    }
}
