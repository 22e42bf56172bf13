package tplctl.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tplctl.diag.Diagnostics;

/** What an inventory says that cannot be meant, with its place and what would be right. */
class InventoryMistakesTest extends InventoryCase {
    @Test
    void siblingsMayAgreeOrBeOverruledOrHavePriority() {
        String groups = "a: { hosts: { h: }, vars: { x: 1 } }";
        assertThat(files.with("h.yml", groups, "b: { hosts: { h: }, vars: { x: 1 } }")
                        .errors("h.yml"))
                .isEmpty();
        assertThat(files.with("h.yml", groups, "b: { hosts: { h: { x: 3 } }, vars: { x: 2 } }")
                        .errors("h.yml"))
                .isEmpty();
        assertThat(files.with(
                                "h.yml",
                                groups,
                                "b: { vars: { x: 2 }, children: { c: } }",
                                "a2: { children: { c: } }",
                                "c: { hosts: { h: }, vars: { x: 3 } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .startsWith(
                        "h.yml:4:32 the groups a and c give host h different values of \"x\" | the other is at h.yml:1:32;");
        Inventory decided = files.with(
                        "h.yml", groups, "b: { hosts: { h: }, vars: { x: 2, ansible_group_priority: 10 } }")
                .read("h.yml");
        assertThat(vars(decided, "h")).contains("x=2");
        Diagnostics none = new Diagnostics();
        files.with("h.yml", groups, "b: { hosts: { h: }, vars: { x: 2 } }");
        InventoryReader.read(List.of("h.yml"), Optional.empty(), java.util.Set.of("x"), files, none);
        assertThat(none.hasErrors()).isFalse();
    }

    @Test
    void aGroupBelowBothDecides() {
        Inventory inventory = files.with(
                        "h.yml",
                        "a: { vars: { x: 1 }, children: { c: } }",
                        "b: { vars: { x: 2 }, children: { c: } }",
                        "c: { hosts: { h: }, vars: { x: 3 } }")
                .read("h.yml");
        assertThat(vars(inventory, "h")).isEqualTo("{x=3}");
    }

    @Test
    void manyHostsInConflictAreOneError() {
        assertThat(files.with(
                                "h.yml",
                                "a: { hosts: { 'h[001:100]': }, vars: { x: 1 } }",
                                "b: { hosts: { 'h[001:100]': }, vars: { x: 2 } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .contains("hosts h001, h002", "… (100)");
    }

    @Test
    void reportsAllThatIsWrongInOnePass() {
        assertThat(files.with(
                                "hosts.ini",
                                "h1 ansible_host",
                                "x=1",
                                "[web",
                                "[web:var]",
                                "whatever",
                                "[web:children]",
                                "dbb",
                                "db x=1",
                                "[db]",
                                "d[1:x]",
                                "d[5:1]",
                                "-oProxyCommand=x",
                                "q 'unclosed",
                                "[none:vars]",
                                "novalue")
                        .errors("hosts.ini"))
                .satisfiesExactly(
                        e -> assertThat(e).startsWith("hosts.ini:1:4 this word is no variable | behind a host"),
                        e -> assertThat(e).startsWith("hosts.ini:2:1 a variable without a host | "),
                        e -> assertThat(e).startsWith("hosts.ini:3:5 the section's \"]\" is missing"),
                        e -> assertThat(e)
                                .isEqualTo("hosts.ini:4:6 unknown kind of section \"var\" | did you mean \"vars\"?"),
                        e -> assertThat(e)
                                .isEqualTo("hosts.ini:7:1 \"web\" has the group \"dbb\", which is defined nowhere"
                                        + " | did you mean \"db\"?"),
                        e -> assertThat(e).startsWith("hosts.ini:8:4 a group in [web:children] has no variables here"),
                        e -> assertThat(e).startsWith("hosts.ini:10:2 \"[1:x]\" is no range of hosts"),
                        e -> assertThat(e).startsWith("hosts.ini:11:2 \"[5:1]\" is no range of hosts"),
                        e -> assertThat(e).startsWith("hosts.ini:12:1 a variable without a host"),
                        e -> assertThat(e).startsWith("hosts.ini:13:3 this quote is never closed"),
                        e -> assertThat(e)
                                .startsWith("hosts.ini:14:2 here are variables of the group \"none\", which is defined"
                                        + " nowhere"),
                        e -> assertThat(e).isEqualTo("hosts.ini:15:1 this line is no variable | write NAME=VALUE"));
    }

    @Test
    void reportsWhatIsWrongWithYaml() {
        assertThat(files.with(
                                "hosts.yml",
                                "all:",
                                "  host: {}",
                                "  hosts: [a]",
                                "  children:",
                                "    web: { hosts: { 'bad name': , -x: , h: 3 } }",
                                "    missing:",
                                "weeb: 3",
                                "'a b': {}")
                        .errors("hosts.yml"))
                .satisfiesExactly(
                        e -> assertThat(e)
                                .contains(":2:3 unknown key \"host\" in the group \"all\" | did you mean \"hosts\"?"),
                        e -> assertThat(e).contains(":3:10 \"hosts\" takes a mapping, not a list"),
                        e -> assertThat(e).contains(":5:21 \"bad name\" cannot be a host's name"),
                        e -> assertThat(e).contains(":5:35 \"-x\" cannot be a host's name"),
                        e -> assertThat(e).contains(":5:44 \"h\" takes a mapping of variables, not \"3\""),
                        e -> assertThat(e).contains(":6:5 \"all\" has the group \"missing\", which is defined nowhere"),
                        e -> assertThat(e).contains(":7:7 the group \"weeb\" takes a mapping, not \"3\""),
                        e -> assertThat(e).contains(":8:1 \"a b\" cannot be a group's name"));
        assertThat(files.with("aws.yml", "plugin: aws_ec2").errors("aws.yml"))
                .singleElement()
                .asString()
                .contains("inventory plugins, such as \"aws_ec2\", are not supported");
    }

    @Test
    void aCycleNamesEveryPlaceAndAChainOfGroupsIsNone() {
        assertThat(files.with(
                                "hosts",
                                "[a:children]",
                                "b",
                                "[b:children]",
                                "c",
                                "[c:children]",
                                "a",
                                "[d:children]",
                                "a")
                        .errors("hosts"))
                .containsExactly("hosts:2:1 a group is in itself: a → b → c → a | a has b at hosts:2:1, b has c at"
                        + " hosts:4:1, c has a at hosts:6:1");
        assertThat(files.with("hosts", "[a:children]", "all").errors("hosts"))
                .containsExactly("hosts:2:1 \"all\" cannot be in a group: every group is in it");
        MemoryFiles deep = new MemoryFiles();
        StringBuilder chain = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            chain.append("[g").append(i).append(":children]\ng").append(i + 1).append('\n');
        }
        assertThat(deep.with("hosts", chain + "[g5000]\nh")
                        .read("hosts")
                        .members()
                        .get("g0"))
                .containsExactly("h");
    }

    @Test
    void saysWhatToDoWithVaults() {
        assertThat(files.with("i/hosts", "h")
                        .with("i/group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256", "6138")
                        .errors("i/hosts"))
                .singleElement()
                .asString()
                .startsWith(
                        "i/group_vars/all.yml:1:1 the file is encrypted by ansible-vault, which is not supported | decrypt it"
                                + " (ansible-vault decrypt i/group_vars/all.yml)");
        assertThat(new MemoryFiles()
                        .with("h.yml", "all: { hosts: { h: { x: !vault 'abc' } } }")
                        .errors("h.yml"))
                .singleElement()
                .asString()
                .startsWith("h.yml:1:25 tag \"!vault\" is not supported");
    }

    @Test
    void anOverlookedFileIsAWarning() {
        assertThat(files.with("i/hosts", "h")
                        .with("i/group_vars/all.yml", "x: 1")
                        .with("i/group_vars/all/a.yml", "x: 2")
                        .errors("i/hosts"))
                .singleElement()
                .asString()
                .startsWith("i/group_vars/all.yml:1:1 not read, because there is i/group_vars/all");
        assertThat(files.errors("missing.ini"))
                .containsExactly(
                        "missing.ini:1:1 there is no inventory of that name | a host's name needs a comma behind it:"
                                + " -i missing.ini,");
    }
}
