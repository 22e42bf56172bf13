package tplctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tplctl.diag.Diagnostics;

class InventoriesTest {
    @TempDir
    Path dir;

    private Tplctl tplctl;

    @BeforeEach
    void start() {
        tplctl = new Tplctl(dir);
    }

    private String program(String name, String... lines) throws IOException {
        String path = tplctl.write(name, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(Path.of(path).toFile().setExecutable(true)).isTrue();
        return path;
    }

    private String hosts() throws IOException {
        Files.createDirectories(dir.resolve("group_vars"));
        tplctl.write("group_vars/all.yml", "ansible_become_password: hush\nntp: [a, b]\n");
        tplctl.write("group_vars/web.yml", "port: 81\n");
        return tplctl.write("hosts.yml", """
                all:
                  hosts: { lonely: }
                  children:
                    top: { children: { web: } }
                web:
                  hosts: { w1: { port: 82 }, w2: }
                  vars: { port: 80 }
                """);
    }

    @Test
    void drawsGroupsAsAnsibleInventoryDoes() throws IOException {
        assertThat(tplctl.run("inventory", "-i", hosts(), "--graph").exits(0).out())
                .isEqualTo("""
                @all:
                  |--@top:
                  |  |--@web:
                  |  |  |--w1
                  |  |  |--w2
                  |--@ungrouped:
                  |  |--lonely
                """);
    }

    @Test
    void listsGroupsAndMasksPasswords() throws IOException {
        String out = tplctl.run("inventory", "-i", hosts()).exits(0).out();
        assertThat(out.replaceAll("\\s+", " "))
                .contains(
                        "\"w1\": { \"ansible_become_password\": \"***\", \"ntp\": [ \"a\", \"b\" ], \"port\": 82 }",
                        "\"top\": { \"children\": [ \"web\" ] }",
                        "\"web\": { \"hosts\": [ \"w1\", \"w2\" ] }",
                        "\"ungrouped\": { \"hosts\": [ \"lonely\" ] }")
                .doesNotContain("hush");
    }

    @Test
    void explainsWhereValuesComeFrom() throws IOException {
        String hosts = hosts();
        assertThat(tplctl.run("inventory", "-i", hosts, "--host", "w1", "--explain", "-e", "x=1")
                        .exits(0)
                        .out())
                .isEqualTo("""
                        ansible_become_password = ***
                            from group_vars/all.yml:1, group all
                        ntp = ["a","b"]
                            from group_vars/all.yml:2, group all
                        port = 82
                            from hosts.yml:6, host w1
                            over 81 from group_vars/web.yml:1, group web
                            over 80 from hosts.yml:7, group web
                        x = 1
                            from -e:1, -e
                        """);
        assertThat(tplctl.run("inventory", "-i", hosts, "--host", "w2", "--explain", "-o", "json")
                        .exits(0)
                        .out()
                        .replaceAll("\\s+", " "))
                .contains(
                        "\"port\": { \"value\": 81, \"at\": \"group_vars/web.yml:1:7\", \"of\": \"group web\", \"overrides\": [ {"
                                + " \"value\": 80,")
                .doesNotContain("hush");
        assertThat(tplctl.run("inventory", "-i", hosts, "--explain").exits(5).err())
                .contains("--explain tells of one host: it needs --host NAME");
    }

    @Test
    void takesTheInventoryOfTheEnvironment() throws IOException {
        tplctl.env("TPLCTL_INVENTORY", hosts());
        assertThat(tplctl.run("inventory", "--graph").exits(0).out()).contains("--w1");
        assertThat(tplctl.run("inventory", "--graph", "-i", "other,").exits(0).out())
                .contains("--other")
                .doesNotContain("w1");
    }

    @Test
    void runsPlaysOnGroupsWithVariablesBesideThePlaybook() throws IOException {
        Files.createDirectories(dir.resolve("plays/group_vars"));
        tplctl.write("plays/group_vars/web.yml", "port: 90\n");
        String playbook = tplctl.write(
                "plays/site.yml", "- hosts: web:!w1\n  notes: { a: { text: \"{{ port }} {{ ntp | join('+') }}\" } }\n");
        assertThat(tplctl.run("plan", "-i", hosts(), "-D", playbook).exits(0).out())
                .contains("90 a+b");
        assertThat(tplctl.run("plan", "-i", hosts(), "--list-tasks", playbook)
                        .exits(0)
                        .out())
                .isEqualTo("w2:notes.a\n");
        String limit = tplctl.write("limit.txt", "# hosts\nw2\n\nlonely\n");
        assertThat(tplctl.run("plan", "-i", hosts(), "-l", "@" + limit, "--list-hosts", playbook)
                        .exits(0)
                        .out())
                .isEqualTo("w2\n");
        assertThat(tplctl.run("plan", "-i", hosts(), "-l", "w1", playbook)
                        .exits(5)
                        .err())
                .contains("no host of the playbook matched --limit");
        assertThat(tplctl.run("plan", "-i", hosts(), "-l", "wbe", playbook)
                        .exits(5)
                        .err())
                .contains("-l wbe: no host or group \"wbe\" in the inventory; did you mean \"web\"?");
    }

    @Test
    void asksAProgram() throws IOException {
        String program = program(
                "inv.sh",
                "case $1 in",
                "--list) echo '{\"web\": [\"a\", \"b\"]}' ;;",
                "--host) echo \"{\\\"me\\\": \\\"$2\\\"}\" ;;",
                "esac");
        assertThat(tplctl.run("inventory", "-i", program, "--host", "b")
                        .exits(0)
                        .out())
                .contains("\"me\": \"b\"");
    }

    @Test
    void tellsOfAProgramThatFailsOrNeverEnds() throws IOException {
        String failing = program("fail.sh", "for i in 1 2 3 4 5 6 7; do echo line $i >&2; done", "exit 3");
        assertThat(tplctl.run("inventory", "-i", failing).exits(3).err())
                .contains("fail.sh --list failed with exit code 3", "line 3\n", "line 7")
                .doesNotContain("line 2");
        String slow = program("slow.sh", "sleep 600 & sleep 600");
        Diagnostics errors = new Diagnostics();
        assertThat(InventoryProgram.run(slow, List.of("--list"), Duration.ofMillis(300), errors))
                .isEmpty();
        assertThat(errors.sorted())
                .singleElement()
                .satisfies(d -> assertThat(d.summary()).endsWith("slow.sh --list did not end within 0 s"));
        String unknown = tplctl.write("unknown.sh", "#!/no/such/interpreter\n");
        assertThat(Path.of(unknown).toFile().setExecutable(true)).isTrue();
        assertThat(tplctl.run("inventory", "-i", unknown).exits(3).err())
                .contains("unknown.sh --list cannot be started");
    }

    @Test
    void readsTextThatMayBeExecuted() throws IOException {
        String hosts = tplctl.write("hosts", "[web]\nw1\n");
        assertThat(Path.of(hosts).toFile().setExecutable(true)).isTrue();
        assertThat(tplctl.run("inventory", "-i", hosts, "--graph").exits(0).out())
                .contains("--w1");
    }

    @Test
    void showsNoPasswordInAMessage() {
        String hosts = tplctl.write(
                "hosts",
                "h ansible_password=hush ansible_become_pass='sh hh' oops\n[all:vars]\nansible_password=very hush\noops\n");
        String err = tplctl.run("inventory", "-i", hosts).exits(3).err();
        assertThat(err).doesNotContain("hush", "sh hh").contains("oops");
    }

    @Test
    void validatesTheInventoryToo() {
        String playbook = tplctl.write("site.yml", "- hosts: h\n  notes: { a: { text: x } }\n");
        String hosts = tplctl.write("bad.ini", "[web\n");
        assertThat(tplctl.run("validate", "-i", hosts, "-o", "json", playbook)
                        .exits(3)
                        .out())
                .contains("bad.ini", "\\\"]\\\" is missing");
    }

    @Test
    void takesTheFlagsOfConnections() {
        String playbook = tplctl.write("site.yml", "- hosts: localhost\n  notes: { a: { text: x } }\n");
        tplctl.run(
                        "plan",
                        "--ssh-common-args",
                        "-o ProxyJump=b",
                        "--ssh-extra-args=-J c",
                        "-T",
                        "5",
                        "-c",
                        "smart",
                        "-k",
                        "--become-user",
                        "qemu",
                        "--become-password-file",
                        "f",
                        "-e",
                        "x=1",
                        playbook)
                .exits(0);
        Session.Options options = tplctl.options();
        assertThat(options.login().sshCommonArgs()).contains("-o ProxyJump=b");
        assertThat(options.login().sshExtraArgs()).contains("-J c");
        assertThat(options.login().timeout()).contains("5");
        assertThat(options.login().connection()).contains("smart");
        assertThat(options.login().becomeUser()).contains("qemu");
        assertThat(options.askPass()).isTrue();
        assertThat(options.becomePasswordFile()).contains("f");
        assertThat(options.extraVars()).containsKey("x");
        assertThat(tplctl.run("plan", "-c", "winrm", playbook).exits(5).err())
                .contains("--connection takes ssh, local or smart, not \"winrm\"");
        assertThat(tplctl.run("plan", "-T", "soon", playbook).exits(5).err())
                .contains("--timeout takes a whole number");
    }
}
