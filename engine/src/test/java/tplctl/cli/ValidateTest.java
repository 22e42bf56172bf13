package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.kinds.Kinds;
import tplctl.report.Golden;

class ValidateTest {
    @TempDir
    Path dir;

    private Tplctl tplctl;

    @BeforeEach
    void setUp() {
        tplctl = new Tplctl(dir);
    }

    @Test
    void saysThatAPlaybookIsValid() {
        String good = tplctl.write("good.yml", "- hosts: localhost\n  notes: { a: { text: x } }\n");
        assertThat(tplctl.run("validate", good).exits(0))
                .isEqualTo(new Tplctl.Result(0, "good.yml: valid, 1 resource on 1 host\n", ""));
        assertThat(tplctl.run("validate", "-q", good).exits(0).out()).isEmpty();
        assertThat(tplctl.session.asked).isEmpty();
    }

    @Test
    void takesAModeThatAnExpressionGives() {
        String computed = tplctl.write("mode.yml", """
                - hosts: localhost
                  vars: { open: true, bare: 0700 }
                  directories:
                    a: { path: /srv/a, mode: "{{ '0755' if open else '0700' }}" }
                    b: { path: /srv/b, mode: "{{ bare }}" }
                """);
        Tplctl ofAllKinds = new Tplctl(dir, Kinds::named);
        assertThat(ofAllKinds.run("validate", "-q", computed)).isEqualTo(new Tplctl.Result(0, "", ""));
    }

    @Test
    void showsEverythingThatIsWrongInOnePass() {
        String bad = tplctl.write("bad.yml", """
                - hosts: localhots
                  notse: {}
                - hosts: localhost
                  notes:
                    a: { txt: hello }
                    b: { text: [1] }
                    c: { text: x, needs: notes.d }
                    -bad-: { text: x }
                """);
        Tplctl.Result result = tplctl.run("validate", "-e", "oops", bad).exits(3);
        assertThat(result.out()).isEmpty();
        Golden.check("validate-bad.txt", result.err());
    }

    @Test
    void writesWhatItFoundAsJson() {
        String bad = tplctl.write("bad.yml", "- hosts: localhost\n  nots: {}\n");
        assertThat(tplctl.run("validate", "--json", bad).exits(3).out()).isEqualTo("""
                        {
                          "schema": "tplctl.validate/v1",
                          "valid": false,
                          "diagnostics": [
                            {
                              "severity": "error",
                              "file": "bad.yml",
                              "line": 2,
                              "column": 3,
                              "summary": "unknown kind or key \\"nots\\" in a play",
                              "detail": "did you mean \\"notes\\"?"
                            }
                          ]
                        }
                        """);
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        assertThat(tplctl.run("validate", dir + "/none.yml").exits(3).err())
                .isEqualTo("tplctl: none.yml: no such file\n");
        Files.createDirectory(dir.resolve("d.yml"));
        assertThat(tplctl.run("validate", dir + "/d.yml").exits(3).err())
                .isEqualTo("tplctl: d.yml: is a directory, not a file\n");
        Files.write(dir.resolve("latin1.yml"), new byte[] {'#', ' ', (byte) 0xe9, '\n'});
        assertThat(tplctl.run("validate", dir + "/latin1.yml").exits(3).err())
                .isEqualTo("latin1.yml:1:3: error: not UTF-8: byte 0xe9\n    = save the file as UTF-8\n\n1 error\n");
        Files.writeString(dir.resolve("empty.yml"), "");
        assertThat(tplctl.run("validate", dir + "/empty.yml").exits(3).err())
                .startsWith("empty.yml:1:1: error: the file is empty");
    }

    @Test
    void takesVariablesFromAFile() {
        String vars = tplctl.write("vars.yml", "words: from a file\n");
        String playbook = tplctl.write("p.yml", "- hosts: localhost\n  notes: { a: { text: '{{ words }}' } }\n");
        tplctl.run("validate", "-e", "@" + vars, playbook).exits(0);
        tplctl.run("validate", playbook, "--extra-vars=@" + vars).exits(0);
    }

    @Test
    void takesTheOwnerFromThePlaybooksName() {
        String odd = tplctl.write("my site!.yml", "- hosts: localhost\n  notes: { a: { text: x } }\n");
        assertThat(tplctl.run("validate", odd).exits(5).err())
                .startsWith("tplctl: \"my site!\" cannot be an owner's name")
                .contains("--owner NAME");
        tplctl.run("validate", "--owner", "site", odd).exits(0);
        assertThat(tplctl.run("validate", "--owner", "a/b", odd).exits(5).err()).contains("give --owner another one");
    }
}
